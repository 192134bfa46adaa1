// A hex view of any address space: rows, scrolling, cells and selection put together.

const ROW_HEIGHT = 19; // pixels, as in hex.css

function placeText(place, address) { // CTRL + 1
  const offset = address - place.start;
  return offset === 0n ? place.name : `${place.name} + ${offset < 10n ? offset : `0x${hexText(offset)}`}`;
}

// on: { window(addresses of blocks), select(state), poke(address, digits), copy() }
function hexGrid(label, on) {
  const id = `hex${Math.random().toString(36).slice(2)}`;
  const frame = make("div", "muser-hexframe");
  const layer = make("div", "muser-hexlayer");
  frame.tabIndex = 0;
  frame.setAttribute("role", "grid");
  frame.setAttribute("aria-label", label);
  frame.setAttribute("aria-multiselectable", "true");
  const cells = hexCells(layer, ROW_HEIGHT, id);
  const store = hexBlocks();
  let rows = hexRows([]);
  let digits = 4;
  let places = [];
  let fading = null;

  const scroll = hexScroll(frame, layer, ROW_HEIGHT, draw);
  const selection = hexSelect(frame, {
    rows: () => rows,
    scroll,
    address: cells.address,
    changed: () => { scroll.redraw(); on.select(selection.state()); },
    poke: on.poke,
    copy: on.copy,
  });

  function setRanges(ranges) {
    rows = hexRows(ranges);
    const needed = hexText(rows.end === 0n ? 0n : rows.end - 1n).length;
    digits = Math.max(needed + (needed % 2), 4);
    frame.style.setProperty("--muser-digits", String(digits));
    frame.setAttribute("aria-rowcount", rows.rows < 1n << 31n ? String(rows.rows) : "-1");
    const { cursor } = selection.state();
    const near = rows.nearest(cursor);
    if (near !== null && near !== cursor) selection.select(near, near);
    scroll.setRows(rows.rows);
  }

  function draw(first, hidden, count) {
    const items = [];
    let next = 0; // the first place that may be in sight
    for (let i = 0n; i < BigInt(count); i += 1n) {
      const item = rows.at(first + i);
      while (next < places.length && places[next].end <= item.base) next += 1;
      let past = next;
      while (past < places.length && places[past].start < item.base + PER_ROW) past += 1;
      items.push({ ...item, places: item.text === "" ? places.slice(next, past) : [],
        number: first + i + 1n, firstNumber: first + 1n });
    }
    const { cursor, start, end, typed } = selection.state();
    const moving = cells.draw(items, hidden, digits, {
      cursor,
      start,
      end,
      piece: store.at,
      typed: (address) => {
        const at = Number(address - start) * 2;
        return address < start || at >= typed.length ? null : typed.slice(at, at + 2).padEnd(2, "_");
      },
    });
    if (moving) fading ??= setTimeout(() => { fading = null; scroll.redraw(); }, FADES / STEPS);
    const current = cells.cellOf(cursor);
    if (current === null) frame.removeAttribute("aria-activedescendant");
    else frame.setAttribute("aria-activedescendant", current.id);
    ask(first, count);
  }

  function ask(first, count) { // for what is in sight and a screen around it
    const around = BigInt(count);
    const blocks = new Set();
    const from = first > around ? first - around : 0n;
    for (let row = from; row < first + 2n * around && row < rows.rows; row += 1n) {
      const item = rows.at(row);
      if (item.text === "") blocks.add(item.base - (item.base % BLOCK));
    }
    on.window([...blocks].map((address) => hexText(address)));
  }

  // Parts of a picture, and which of them are new; those of a fresh one are no changes of bytes.
  function show(parts, changed, fresh = false) {
    store.update(parts, changed, fresh);
    if (changed.has("places")) {
      places = (parts.places ?? []).map(([start, end, name, kind]) => (
        { start: BigInt(`0x${start}`), end: BigInt(`0x${end}`), name, kind }));
    }
    scroll.redraw();
    on.select(selection.state());
  }

  function go(address, count = 1n) { // select what is there and show it
    const near = rows.nearest(address);
    if (near === null) return;
    const last = near === address ? rows.nearest(address + count - 1n) : near;
    selection.select(near, last);
    scroll.reveal(rows.rowOf(address), true);
  }

  const placeAt = (address) => places.find((place) => place.start <= address && address < place.end);
  frame.addEventListener("mouseover", (event) => {
    const address = cells.address(event.target);
    const place = address === null ? undefined : placeAt(address);
    if (address !== null) {
      event.target.title = `${hexText(address, digits)}${place === undefined ? "" : `  ${placeText(place, address)}`}`;
    }
  });

  function close() {
    clearTimeout(fading);
    scroll.close();
    selection.close();
  }

  return { el: frame, setRanges, show, go, placeAt, read: store.read, focus: () => frame.focus(),
    state: selection.state, rows: () => rows, digits: () => digits, close };
}
