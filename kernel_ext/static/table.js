// A live table: Python sends columns and rows, the page shows what changed.
// A row is {key, cells: [text, …], tone}; a column is {title, kind}.

function render({ model, el }) {
  const caption = make("div", "muser-caption");
  const filter = entry("filter");
  const head = make("tr", "", ...model.get("columns").map((c) => make("th", c.kind, c.title)));
  const body = make("tbody", "");
  const table = make("table", "", make("thead", "", head), body);
  el.append(make("div", "muser-view muser-table",
    make("div", "muser-bar", caption, filter), make("div", "muser-frame", table)));

  const shown = new Map(); // key -> <tr>

  function draw() {
    const columns = model.get("columns");
    const rows = model.get("rows");
    const wanted = new Set(rows.map((row) => row.key));
    for (const [key, tr] of shown) {
      if (!wanted.has(key)) { tr.remove(); shown.delete(key); }
    }
    rows.forEach((row, at) => {
      const known = shown.get(row.key);
      const tr = known ?? make("tr", "", ...columns.map((c) => make("td", c.kind)));
      shown.set(row.key, tr);
      tr.dataset.key = row.key;
      tr.className = row.tone;
      row.cells.forEach((text, i) => {
        const td = tr.children[i];
        if (td.dataset.text === text) return;
        td.dataset.text = text;
        if (td.querySelector("input") !== null) return; // somebody types there
        fill(td, columns[i], row.key, text);
        if (known !== undefined) flash(td);
      });
      if (body.children[at] !== tr) body.insertBefore(tr, body.children[at] ?? null);
    });
    caption.textContent = model.get("caption");
    sift();
  }

  function fill(td, column, key, text) {
    if (column.kind === "press") {
      const button = make("button", "", text);
      button.onclick = () => model.send({ press: key });
      td.replaceChildren(button);
    } else if (column.kind === "fields") {
      td.replaceChildren(...words(text).map(chip));
    } else {
      td.textContent = text;
    }
    if ((column.kind === "value" || column.kind === "fields") && text !== "") {
      td.title = "double-click to poke";
      td.ondblclick = () => edit(td, column, key);
    }
  }

  function edit(td, column, key) {
    const before = td.dataset.text;
    const input = entry("");
    input.value = before;
    input.size = Math.max(10, before.length);
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter") {
        const changed = words(input.value).filter((word) => !words(before).includes(word));
        if (changed.length > 0) model.send({ edit: [key, changed.join(" ")] });
      }
      if (event.key === "Enter" || event.key === "Escape") input.blur();
    });
    input.onblur = () => {
      input.remove();
      fill(td, column, key, td.dataset.text);
    };
    td.ondblclick = null;
    td.replaceChildren(input);
    input.focus();
    input.select();
  }

  function sift() {
    const word = filter.value.toLowerCase();
    for (const tr of shown.values()) {
      tr.hidden = word !== "" && !tr.textContent.toLowerCase().includes(word);
    }
  }

  filter.oninput = sift;
  model.on("change", draw);
  draw();
  const sight = watching(model, el);
  return () => {
    model.off("change", draw);
    sight.close();
  };
}

function words(text) {
  return text.split(/\s+/).filter((word) => word !== "");
}

function chip(word) {
  return make("span", word.endsWith("=0") ? "muser-chip muser-zero" : "muser-chip", word);
}

export default { render };
