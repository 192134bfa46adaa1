// The rows of a hex view that are in sight: made once, and filled anew wherever the view goes. Only
// what differs from what a cell shows is changed, which is what makes scrolling cheap.

const FADES = 1600; // milliseconds until a change is not marked any more
const STEPS = 4;

// look: { piece(address), typed(address), start, end, cursor } of what is to be shown
function hexCells(layer, rowHeight, id) {
  const rows = [];

  function row(slot) {
    const address = make("span", "muser-address");
    const cells = Array.from({ length: 16 }, () => make("span", "muser-byte"));
    const texts = Array.from({ length: 16 }, () => make("span", "muser-char"));
    const names = make("span", "muser-places");
    const bytes = make("span", "muser-bytes", ...cells);
    const chars = make("span", "muser-chars", ...texts);
    const note = make("span", "muser-note");
    const el = make("div", "muser-hexrow", address, bytes, chars, names, note);
    address.setAttribute("role", "rowheader");
    cells.forEach((cell, i) => { cell.setAttribute("role", "gridcell"); cell.id = `${id}-${slot}-${i}`; });
    chars.setAttribute("aria-hidden", "true");
    names.setAttribute("role", "gridcell");
    note.setAttribute("role", "gridcell");
    el.setAttribute("role", "row");
    layer.append(el);
    return { el, address, cells, texts, names, note, shown: "", base: null };
  }

  function draw(items, hidden, digits, look) {
    const now = performance.now();
    let fading = false;
    items.forEach((item, slot) => {
      const one = (rows[slot] ??= row(slot));
      one.el.hidden = false;
      one.el.style.transform = `translateY(${slot * rowHeight - hidden}px)`;
      one.el.setAttribute("aria-rowindex", String(item.number));
      one.base = item.text === "" ? item.base : null;
      one.el.classList.toggle("gap", item.text !== "");
      if (item.text !== "") {
        put(one.note, `⋯ ${hexText(item.start, digits)} – ${hexText(item.end - 1n, digits)}   ${item.text}`);
        put(one.address, "");
      } else {
        fading = fill(one, item, digits, look, now) || fading;
      }
    });
    for (const one of rows.slice(items.length)) { one.el.hidden = true; one.base = null; }
    return fading;
  }

  function fill(one, item, digits, look, now) {
    put(one.note, "");
    put(one.address, hexText(item.base, digits));
    const places = coverage(item);
    let fading = false;
    for (let i = 0; i < 16; i += 1) {
      const address = item.base + BigInt(i);
      const cell = one.cells[i];
      const text = one.texts[i];
      if (address < item.start || address >= item.end) {
        style(cell, "muser-byte", "  ", false);
        style(text, "muser-char", " ");
        continue;
      }
      const piece = look.piece(address);
      const at = piece === undefined ? 0 : Number(address - piece.start);
      const value = piece?.bytes[at];
      const age = piece === undefined || piece.changed[at] === 0 ? FADES : now - piece.changed[at];
      const typed = look.typed(address);
      const selected = address >= look.start && address < look.end;
      let mood = selected ? " sel" : "";
      if (address === look.cursor) mood += " cur";
      if (age < FADES) { mood += ` new${Math.floor((age * STEPS) / FADES)}`; fading = true; }
      if (typed !== null) mood += " typed";
      if (value === 0) mood += " zero";
      style(cell, `muser-byte${places[i] ?? ""}${mood}`,
        typed ?? (value === undefined ? "··" : hexText(value, 2)), selected);
      style(text, `muser-char${mood}`, value === undefined ? " " : printable(value));
    }
    name(one.names, item);
    return fading;
  }

  function name(el, item) {
    const starting = item.places.filter((place) => place.kind !== "undeclared"
      && (place.start >= item.base || item.number === item.firstNumber));
    const key = starting.map((place) => place.name).join("\n");
    if (el.dataset.names === key) return;
    el.dataset.names = key;
    el.replaceChildren(...starting.map((place) => {
      const label = make("span", `muser-place ${place.kind}`, place.name);
      label.dataset.place = `${place.start},${place.end}`;
      label.title = `${place.name}: ${hexText(place.start)} to ${hexText(place.end - 1n)}`;
      return label;
    }));
  }

  function put(el, text) {
    if (el.textContent !== text) el.textContent = text;
  }

  function style(el, className, text, selected) {
    if (el.className !== className) {
      el.className = className;
      if (selected !== undefined) el.setAttribute("aria-selected", String(selected));
    }
    put(el, text);
  }

  function address(target) { // of the byte that an element shows
    for (const one of rows) {
      if (one.base === null || !one.el.contains(target)) continue;
      const i = Math.max(one.cells.indexOf(target), one.texts.indexOf(target));
      return i < 0 ? null : one.base + BigInt(i);
    }
    return null;
  }

  function cellOf(wanted) {
    const one = rows.find((shown) => shown.base !== null && !shown.el.hidden
      && wanted >= shown.base && wanted < shown.base + PER_ROW);
    return one?.cells[Number(wanted - one.base)] ?? null;
  }

  return { draw, address, cellOf };
}

// What the outlines of registers, and the borders of memory, are at each byte of a row.
function coverage(item) {
  const classes = new Array(16);
  for (const place of item.places) {
    const from = place.start <= item.base ? 0 : Number(place.start - item.base);
    const to = place.end >= item.base + PER_ROW ? 16 : Number(place.end - item.base);
    for (let i = from; i < to; i += 1) {
      const first = item.base + BigInt(i) === place.start ? " first" : "";
      const last = item.base + BigInt(i) === place.end - 1n ? " last" : "";
      classes[i] = ` ${place.kind}${first}${last}`;
    }
  }
  return classes;
}
