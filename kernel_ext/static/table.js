// A live table: Python sends columns and rows, the page shows what changed.
// A row is {key, cells: [text, …], tone}; a column is {title, kind}, kind one of
// "text", "edit" (a value that may be poked) and "press" (a button).

function fill(td, column, row, text, model) {
  if (column.kind === "press") {
    const button = document.createElement("button");
    button.textContent = text;
    button.hidden = text === "";
    button.onclick = () => model.send({ press: row.key });
    td.replaceChildren(button);
    return;
  }
  td.textContent = text;
  if (column.kind === "edit" && text !== "") {
    td.classList.add("muser-edit");
    td.title = "double-click to poke";
    td.ondblclick = () => edit(td, row.key, model);
  }
}

function edit(td, key, model) {
  const input = document.createElement("input");
  const before = td.textContent;
  input.value = before;
  const leave = () => { td.textContent = td.dataset.text ?? before; };
  input.onkeydown = (event) => {
    event.stopPropagation(); // the notebook's own shortcuts must not see it
    if (event.key === "Enter") model.send({ edit: [key, input.value] });
    if (event.key === "Enter" || event.key === "Escape") input.blur();
  };
  input.onblur = leave;
  td.replaceChildren(input);
  input.focus();
  input.select();
}

function head(model) {
  const tr = document.createElement("tr");
  for (const column of model.get("columns")) {
    const th = document.createElement("th");
    th.textContent = column.title;
    tr.append(th);
  }
  return tr;
}

function render({ model, el }) {
  const root = document.createElement("div");
  root.className = "muser-table";
  const caption = document.createElement("div");
  caption.className = "muser-caption";
  const filter = document.createElement("input");
  filter.placeholder = "filter";
  filter.className = "muser-filter";
  const said = document.createElement("div");
  said.className = "muser-said";
  const table = document.createElement("table");
  const thead = document.createElement("thead");
  const tbody = document.createElement("tbody");
  thead.append(head(model));
  table.append(thead, tbody);
  const bar = document.createElement("div");
  bar.className = "muser-bar";
  bar.append(caption, filter);
  const scroll = document.createElement("div");
  scroll.className = "muser-scroll";
  scroll.append(table);
  root.append(bar, scroll, said);
  el.append(root);

  const shown = new Map(); // key -> <tr>
  let updates = 0;

  function draw() {
    const columns = model.get("columns");
    const rows = model.get("rows");
    const wanted = new Set(rows.map((row) => row.key));
    for (const [key, tr] of shown) {
      if (!wanted.has(key)) { tr.remove(); shown.delete(key); }
    }
    rows.forEach((row, at) => {
      let tr = shown.get(row.key);
      const fresh = tr === undefined;
      if (fresh) {
        tr = document.createElement("tr");
        tr.dataset.key = row.key;
        columns.forEach(() => tr.append(document.createElement("td")));
        shown.set(row.key, tr);
      }
      tr.className = row.tone ?? "";
      row.cells.forEach((text, i) => {
        const td = tr.children[i];
        if (td.dataset.text === text) return;
        td.dataset.text = text;
        if (td.querySelector("input") === null) fill(td, columns[i], row, text, model);
        if (!fresh && columns[i].kind !== "press") flash(td);
      });
      if (tbody.children[at] !== tr) tbody.insertBefore(tr, tbody.children[at] ?? null);
    });
    caption.textContent = model.get("caption");
    sift();
    el.dataset.updates = String(++updates);
  }

  function flash(td) {
    td.classList.remove("muser-flash");
    void td.offsetWidth; // restarts the animation
    td.classList.add("muser-flash");
  }

  function sift() {
    const word = filter.value.toLowerCase();
    for (const tr of shown.values()) {
      tr.hidden = word !== "" && !tr.textContent.toLowerCase().includes(word);
    }
  }

  function say(message) {
    if (message.said !== undefined) said.textContent = message.said;
  }

  filter.oninput = sift;
  filter.onkeydown = (event) => event.stopPropagation();
  model.on("change:rows", draw);
  model.on("change:caption", draw);
  model.on("msg:custom", say);
  draw();
  model.send({ view: "opened" });
  return () => {
    model.off("change:rows", draw);
    model.off("change:caption", draw);
    model.off("msg:custom", say);
    model.send({ view: "closed" });
  };
}

export default { render };
