// The interrupt vectors of a device. Python sends the lines of the window that a view wants.

const COLUMNS = [
  { title: "vector", className: "name" },
  { title: "eventfd", className: "words" },
  { title: "state", className: "words" },
  { title: "pending", className: "number" },
  { title: "fired", className: "number" },
  { title: "delivered", className: "number" },
  { title: "lost", className: "number" },
  { title: "rate", label: "fires per second", className: "number" },
  { title: "", label: "level", className: "level" },
  { title: "", label: "trigger", className: "trigger" },
];

function render({ model, el }) {
  const caption = make("div", "muser-caption");
  const table = grid({ label: "interrupt vectors", keys: "Enter triggers", columns: COLUMNS, height: 12, fill, wanted, activated: trigger });
  const generator = burstForm(model);
  el.append(make("div", "muser-view muser-interrupts",
    make("div", "muser-bar", caption), table.frame, generator.root));

  function show(parts, changed) {
    caption.textContent = parts.caption;
    table.draw(parts.total, (at) => parts[`line ${at}`]);
    if (changed.has("names") || changed.has("heard")) generator.offer(parts.names, parts.heard);
    if (changed.has("burst")) generator.show(parts.burst);
  }

  function fill(element, line) {
    element.dataset.key = line.key;
    const cells = element.children;
    const texts = [line.key, `${line.eventfd === "none" ? "○" : "●"} ${line.eventfd}`, line.state, line.pending ? "●" : "",
      ...[line.fired, line.delivered, line.lost, line.rate].map((n) => n.toLocaleString("en"))];
    texts.forEach((text, i) => {
      if (cells[i].dataset.text === text) return;
      const known = cells[i].dataset.text !== undefined && element.dataset.was === line.key;
      cells[i].dataset.text = text;
      cells[i].textContent = text;
      if (known && i >= 4 && i <= 6) flash(cells[i]);
    });
    element.dataset.was = line.key;
    cells[2].title = `${line.masked.toLocaleString("en")} fires met a mask`;
    element.classList.toggle("muser-idle", line.eventfd === "none");
    element.classList.toggle("muser-masked", line.held);
    if (cells[9].firstChild === null) {
      const button = press("Trigger", () => trigger({ key: element.dataset.key }));
      button.tabIndex = -1; // Enter does it: a device may have 2048 vectors
      cells[9].append(button);
    }
    cells[9].firstChild.setAttribute("aria-label", `trigger ${line.key}`);
    drawLevel(cells[8], line);
  }

  function drawLevel(cell, line) {
    if (line.asserted === null) { cell.replaceChildren(); return; }
    if (cell.firstChild === null) {
      const turn = () => say(model, { level: [cell.parentElement.dataset.key, lever.getAttribute("aria-checked") !== "true"] });
      const lever = press("", turn, "muser-switch");
      lever.setAttribute("role", "switch");
      lever.setAttribute("aria-label", `level of ${line.key}`);
      cell.append(lever);
    }
    cell.firstChild.setAttribute("aria-checked", String(line.asserted));
    cell.firstChild.textContent = line.asserted ? "asserted" : "low";
  }

  function trigger(line) {
    say(model, { fire: line.key });
  }

  function wanted(first, count) {
    sight?.ask({ first, count });
  }

  const sight = watching(model, el, show);
  table.draw(0, () => undefined);
  sight.ask({ first: 0, count: 40 });
  return () => sight.close();
}

export default { render };
