// The registers of a device. Python sends the lines of the window that a view wants, by number
// ("line 17"), and a closer look at the register that is selected.

const WHO = { guest: "G", hook: "H", person: "P" };
const COLUMNS = [
  { title: "", label: "pinned", className: "pin" },
  { title: "offset" },
  { title: "register", className: "name" },
  { title: "access" },
  { title: "value", className: "value" },
  { title: "fields", className: "fields" },
  { title: "hooks", className: "hooks" },
  { title: "reads", className: "number" },
  { title: "writes", className: "number" },
  { title: "last access", className: "words" },
];

function render({ model, el }) {
  const caption = make("div", "muser-caption");
  const banks = make("div", "muser-banks");
  const filter = entry("filter");
  const group = choice("group by", [["", "no groups"], ["block", "by block"], ["access type", "by access type"]]);
  const table = grid({ label: "registers", keys: "Enter pokes", columns: COLUMNS, fill, wanted, chosen, activated });
  const closer = inspector({ act, pin });
  const none = make("p", "muser-quiet muser-none");
  el.append(make("div", "muser-view muser-registers",
    make("div", "muser-bar", caption, banks, filter, group, legend()), table.frame, none, closer.root));

  let parts = {};
  let closed = new Set();
  let selected = "";
  const seen = new Map(); // name -> number of the last change that was shown
  let editing = null;
  let toEdit = "";

  function show(now, changed) {
    parts = now;
    caption.textContent = parts.caption;
    if (changed.has("banks") || changed.has("bank")) drawBanks();
    table.frame.style.setProperty("--value", `${34 + 7.3 * (2 + 2 * parts.widest)}px`);
    table.draw(parts.total, (at) => parts[`line ${at}`]);
    none.textContent = parts.total === 0 && filter.value !== "" ? "No register is like that." : "";
    closer.show(parts.selected, parts.answer);
    beginEdit();
  }

  function drawBanks() {
    const several = parts.banks.length > 1;
    banks.replaceChildren(...(several ? parts.banks : []).map(([index, name, count]) => {
      const button = press(name, () => { selected = ""; sight.ask({ bank: index, selected }); });
      button.setAttribute("aria-pressed", String(index === parts.bank));
      button.title = `${count} registers`;
      return button;
    }));
  }

  // -- the lines ----------------------------------------------------------------------------------

  function fill(element, line) {
    const heading = line.group !== undefined;
    element.classList.toggle("muser-group", heading);
    element.dataset.key = heading ? `group ${line.group}` : line.key;
    const cells = element.children;
    if (heading) {
      Array.from(cells).forEach((one) => write(one, ""));
      delete cells[4].dataset.by;
      write(cells[2], `${line.closed ? "▸" : "▾"} ${line.group} (${line.count})`);
      return;
    }
    write(cells[0], line.pinned ? "★" : "");
    write(cells[1], line.offset);
    write(cells[2], line.key);
    write(cells[3], line.access);
    if (editing?.key !== line.key) drawValue(cells[4], line);
    drawFields(cells[5], line);
    write(cells[6], line.hooks.map((hook) => hook.replace("on_", "")).join(" "));
    cells[6].title = line.hooks.join("  ");
    write(cells[7], line.reads.toLocaleString("en"));
    write(cells[8], line.writes.toLocaleString("en"));
    write(cells[9], past(line.last));
    cells[9].title = line.last[1] ? `${line.last[0]} at ${new Date(line.last[1] * 1000).toLocaleTimeString()}` : "";
    const before = seen.get(line.key);
    seen.set(line.key, line.change);
    if (line.change > 0) cells[4].dataset.by = WHO[line.by];
    else delete cells[4].dataset.by;
    cells[4].style.setProperty("--muser-flash", `var(--muser-${line.by})`);
    if (before !== undefined && line.change > before) flash(cells[4]);
  }

  function drawValue(cell, line) {
    if (cell.dataset.text === line.value) return;
    cell.dataset.text = line.value;
    const [, zeros, rest] = /^(0x0*)(.*)$/.exec(line.value);
    cell.replaceChildren(make("span", "muser-zero", zeros), rest);
  }

  function drawFields(cell, line) {
    const text = JSON.stringify(line.fields);
    if (cell.dataset.text === text) return;
    cell.dataset.text = text;
    const chips = line.fields.map(([name, value, zero]) =>
      make("span", zero ? "muser-chip muser-zero" : "muser-chip", `${name}=${value}`));
    cell.replaceChildren(...chips, line.more ? `… ${line.more} more` : "");
    cell.title = line.fields.map(([name, value]) => `${name}=${value}`).join("  ");
  }

  function write(cell, text) {
    if (cell.dataset.text === text) return;
    cell.dataset.text = text;
    cell.textContent = text;
  }

  // -- what a person does --------------------------------------------------------------------------

  function wanted(first, count) {
    sight?.ask({ first, count });
  }

  function chosen(line) {
    if (line?.key === undefined) return;
    selected = line.key;
    sight.ask({ selected });
  }

  function activated(line) {
    if (line.group !== undefined) {
      if (!closed.delete(line.group)) closed.add(line.group);
      sight.ask({ closed: [...closed] });
    } else {
      toEdit = line.key;
      beginEdit();
    }
  }

  // The definition, which what is typed is checked by, comes with the closer look.
  function beginEdit() {
    const at = table.active;
    if (toEdit === "" || parts.selected?.key !== toEdit || parts[`line ${at}`]?.key !== toEdit) return;
    toEdit = "";
    edit(table.rowAt(at).children[4], parts.selected);
  }

  function act(verb, key, text) {
    say(model, { bank: parts.bank, [verb]: verb === "read" ? key : [key, text] });
  }

  function pin(key) {
    say(model, { bank: parts.bank, pin: key });
  }

  // Pokes what is typed over a value in the table.
  function edit(cell, register) {
    const input = entry(`poke ${register.key}`);
    const wrong = make("span", "muser-wrong");
    wrong.setAttribute("role", "alert");
    wrong.id = `muser-${Math.random().toString(36).slice(2)}`;
    editing = { key: register.key };
    input.value = register.value;
    input.setAttribute("aria-describedby", wrong.id);
    delete cell.dataset.text;
    cell.replaceChildren(input, wrong);
    cell.classList.add("muser-editing");

    function close() {
      editing = null;
      cell.classList.remove("muser-editing");
      delete cell.dataset.text;
      show(parts, new Set());
    }

    function understand() {
      try {
        const text = understood(register, input.value);
        wrong.textContent = "";
        return text;
      } catch (error) {
        wrong.textContent = error.message;
        return undefined;
      } finally {
        input.setAttribute("aria-invalid", String(wrong.textContent !== ""));
      }
    }

    input.addEventListener("input", understand);
    input.addEventListener("keydown", (event) => {
      if (event.key === "Escape") { close(); table.focus(); }
      if (event.key !== "Enter") return;
      const text = understand();
      if (text === undefined) return;
      say(model, { bank: parts.bank, poke: [register.key, text] });
      close();
      table.focus();
    });
    input.addEventListener("blur", () => { if (editing !== null) close(); });
    input.focus();
    input.select();
  }

  filter.addEventListener("input", () => sight.ask({ filter: filter.value }));
  group.addEventListener("change", () => { closed = new Set(); sight.ask({ group: group.value, closed: [] }); });
  const ticking = setInterval(() => { if (el.isConnected) table.draw(parts.total ?? 0, (at) => parts[`line ${at}`]); }, 5000);
  const sight = watching(model, el, show);
  table.draw(0, () => undefined);
  sight.ask({ first: 0, count: 40, filter: "", group: "", closed: [], selected });

  return () => {
    clearInterval(ticking);
    sight.close();
  };
}

function legend() {
  const keys = Object.entries(WHO).map(([who, letter]) => {
    const key = make("span", "muser-key", make("b", "", letter), ` ${who}`);
    key.style.setProperty("--who", `var(--muser-${who})`);
    return key;
  });
  return make("div", "muser-legend", make("span", "muser-quiet", "changed by"), ...keys);
}

function past([kind, when]) {
  if (when === 0) return "";
  const seconds = Math.max(0, Date.now() / 1000 - when);
  if (seconds < 2) return `${kind} now`;
  if (seconds < 100) return `${kind} ${Math.round(seconds)} s`;
  if (seconds < 6000) return `${kind} ${Math.round(seconds / 60)} min`;
  return `${kind} ${Math.round(seconds / 3600)} h`;
}

export default { render };
