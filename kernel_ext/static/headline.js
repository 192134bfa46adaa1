// One line: a lamp, a name, facts.

function render({ model, el }) {
  const lamp = make("span", "");
  const name = make("span", "muser-name");
  const facts = make("span", "muser-facts");
  el.append(make("div", "muser-view muser-headline", lamp, name, facts));

  function draw() {
    lamp.className = `muser-lamp ${model.get("tone")}`;
    name.textContent = model.get("name");
    facts.replaceChildren(...model.get("facts").map((fact) => make("span", "", fact)));
  }

  model.on("change", draw);
  draw();
  const sight = watching(model, el);
  return () => {
    model.off("change", draw);
    sight.close();
  };
}

export default { render };
