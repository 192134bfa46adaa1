// The table of a trace: any number of events, of which only those in sight exist. Rows are
// [number, tone, time, device, seq, kind, where, offset, data, meaning, note, took].

const ROW_HIGH = 22; // pixels; trace.css has the same
const HEAD_HIGH = 26;
const AHEAD = 120; // rows asked for beyond what is in sight
const KEPT = 2000; // rows that were seen, in case they are seen again
const PATIENCE = 300; // milliseconds until rows are asked for again

const TIME = 2;
const CELLS = [
  { title: "#", name: "seq", text: (row) => String(row[4]) },
  { title: "time", name: "time", label: "seconds from the first event", text: (row) => atTime(row[TIME]) },
  { title: "Δ", name: "gap", label: "since the event before", text: (row, before) => (before ? `+${lasting(row[TIME] - before[TIME])}` : "") },
  { title: "device", name: "device", text: (row) => row[3] },
  { title: "kind", name: "kind", text: (row) => row[5].replace("_", " ") },
  { title: "where", name: "where", cut: true, path: true, text: (row) => row[6] },
  { title: "offset", name: "offset", cut: true, text: (row) => row[7] },
  { title: "data", name: "data", cut: true, text: (row) => row[8] },
  { title: "took", name: "took", label: "how long it took", text: (row) => (row[11] === null ? "" : lasting(row[11])) },
  { title: "meaning", name: "meaning", cut: true, text: (row) => [row[9], row[10]].filter((one) => one !== "").join(" · ") },
];

// on: { wants(first or null, count), chosen(number, row), spanned([since, until] or null), followed(now) }
// A row that has just been gone to may come a moment later: then it is told again.
function traceTable(on) {
  const id = `trace${Math.random().toString(36).slice(2)}`;
  const head = make("div", "muser-tracerow muser-tracehead", ...CELLS.map((cell) => cellOf(cell, "columnheader", cell.title)));
  const layer = make("div", "muser-tracelayer", head);
  const space = make("div", "muser-tracespace");
  const frame = make("div", "muser-frame muser-traceframe", layer, space);
  const elements = []; // of the rows in sight, from the top
  const rows = new Map(); // number -> row
  let generation = "";
  let first = 0;
  let end = 0;
  let loaded = [0, 0]; // the numbers that were asked for last
  let askedAt = -Infinity;
  let active = null; // { number, row }
  let anchor = null; // the time at which a selection begins
  let span = null;

  frame.tabIndex = 0;
  frame.setAttribute("role", "grid");
  frame.setAttribute("aria-label", "events");
  frame.setAttribute("aria-multiselectable", "true");
  head.setAttribute("role", "row");
  const scroll = traceScroll(frame, space, ROW_HIGH, HEAD_HIGH, { draw, followed: on.followed });

  function cellOf(cell, role, text = "") {
    const made = make("div", `muser-tracecell ${cell.name}`, text);
    made.setAttribute("role", role);
    if (role === "columnheader" && cell.label) made.setAttribute("aria-label", cell.label);
    return made;
  }

  function rowElement() {
    const made = make("div", "muser-tracerow", ...CELLS.map((cell) => cellOf(cell, "gridcell")));
    CELLS.forEach((cell, i) => { if (cell.path) made.children[i].append(make("span", ""), make("span", "")); });
    made.setAttribute("role", "row");
    return made;
  }

  // -- what comes ----------------------------------------------------------------------------------

  function show(scope, came) {
    if (scope[0] !== generation) {
      generation = scope[0];
      rows.clear();
      active = null;
      loaded = [0, 0];
    }
    [, first, end] = scope;
    for (const row of came) {
      rows.delete(row[0]);
      rows.set(row[0], row);
    }
    for (const number of rows.keys()) {
      if (rows.size <= KEPT) break;
      rows.delete(number);
    }
    askedAt = -Infinity;
    if (active?.row === undefined && rows.has(active?.number)) arrive();
    frame.setAttribute("aria-rowcount", String(end - first + 1));
    scroll.setRange(first, end);
  }

  function draw(top, visible) {
    const from = Math.floor(top);
    const count = Math.min(Math.ceil(visible) + 1, end - from);
    while (elements.length < count) {
      const made = rowElement();
      made.id = `${id}-${elements.length}`;
      elements.push(made);
      layer.append(made);
    }
    let described = "";
    elements.forEach((element, i) => {
      element.hidden = i >= count;
      if (element.hidden) return;
      const number = from + i;
      element.style.transform = `translateY(${Math.round((number - top) * ROW_HIGH) + HEAD_HIGH}px)`;
      fill(element, number);
      if (number === active?.number) described = element.id;
    });
    if (described) frame.setAttribute("aria-activedescendant", described);
    else frame.removeAttribute("aria-activedescendant");
    ask(from, count);
  }

  function fill(element, number) {
    const row = rows.get(number);
    const before = rows.get(number - 1);
    const time = row?.[TIME];
    const inside = span !== null && time >= span[0] && time <= span[1];
    element.className = `muser-tracerow ${row?.[1] ?? "missing"}`;
    element.classList.toggle("muser-selected", inside);
    element.classList.toggle("muser-active", number === active?.number);
    element.setAttribute("aria-selected", String(inside || number === active?.number));
    element.setAttribute("aria-rowindex", String(number - first + 2));
    element.dataset.number = String(number);
    CELLS.forEach((cell, i) => {
      const text = row === undefined ? (i === 0 ? "…" : "") : cell.text(row, before);
      const shown = element.children[i];
      if (shown.textContent === text) return;
      if (cell.path) fillPath(shown, text);
      else shown.textContent = text;
      if (cell.cut) shown.title = text;
    });
  }

  function fillPath(shown, text) { // bar0.CH[3] and .CTRL, as either may be cut
    const dot = Math.max(text.lastIndexOf("."), 0);
    shown.firstChild.textContent = text.slice(0, dot);
    shown.lastChild.textContent = text.slice(dot);
    shown.style.setProperty("--end", `${text.length - dot}ch`);
    shown.classList.toggle("muser-indexed", text[dot - 1] === "]");
  }

  function ask(from, count) {
    if (scroll.follow) {
      const wanted = Math.ceil(scroll.visible()) + 20;
      if (loaded[0] !== null || loaded[1] !== wanted) request(null, wanted);
      return;
    }
    const [start, size] = loaded;
    const margin = AHEAD * 0.6;
    const enough = start !== null
      && Math.max(from - margin, first) >= start
      && Math.min(from + count + margin, end) <= start + size;
    if (!enough && performance.now() - askedAt > PATIENCE) request(Math.max(from - AHEAD, first), count + 2 * AHEAD);
  }

  function request(start, count) {
    loaded = [start, count];
    askedAt = performance.now();
    setTimeout(scroll.redraw, PATIENCE + 20); // should the answer be the same, and so not come
    on.wants(start, count);
  }

  // -- what a person does --------------------------------------------------------------------------

  function choose(number, extend) {
    if (end === first) return;
    const at = Math.min(Math.max(number, first), end - 1);
    const row = rows.get(at);
    scroll.setFollow(false);
    scroll.reveal(at);
    active = { number: at, row };
    if (row !== undefined && extend && anchor !== null) {
      select([Math.min(anchor, row[TIME]), Math.max(anchor, row[TIME])]);
    } else if (!extend) {
      anchor = row?.[TIME] ?? null;
      select(null);
    }
    on.chosen(at, row);
    scroll.redraw();
  }

  function arrive() {
    active.row = rows.get(active.number);
    anchor ??= active.row[TIME];
    on.chosen(active.number, active.row);
  }

  function select(times) {
    if (String(times) === String(span)) return;
    span = times;
    on.spanned(times);
  }

  const KEYS = {
    ArrowDown: () => (active ? active.number + 1 : Math.floor(scroll.top)),
    ArrowUp: () => (active ? active.number - 1 : Math.floor(scroll.top + scroll.visible()) - 1),
    PageDown: () => (active?.number ?? scroll.top) + scroll.page(),
    PageUp: () => (active?.number ?? scroll.top) - scroll.page(),
    Home: () => first,
    End: () => end - 1,
  };
  frame.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") {
      anchor = null;
      select(null);
      scroll.redraw();
    } else if (event.key === "End" && !event.shiftKey) {
      choose(end - 1, false);
      scroll.setFollow(true);
    } else if (KEYS[event.key] !== undefined) {
      choose(Math.floor(KEYS[event.key]()), event.shiftKey);
    } else {
      return;
    }
    event.preventDefault();
  });

  const numberAt = (event) => {
    const found = event.target.closest?.(".muser-tracerow[data-number]");
    return found && frame.contains(found) ? Number(found.dataset.number) : null;
  };
  let dragging = false;
  frame.addEventListener("pointerdown", (event) => {
    const number = numberAt(event);
    if (number === null || event.button !== 0) return;
    dragging = true;
    choose(number, event.shiftKey);
  });
  frame.addEventListener("pointerover", (event) => {
    const number = dragging && event.buttons === 1 ? numberAt(event) : null;
    if (number !== null && number !== active?.number) choose(number, true);
  });
  const released = () => { dragging = false; };
  window.addEventListener("pointerup", released);

  return {
    frame, show,
    // Goes to a row, which becomes the active one.
    go(number) {
      scroll.setFollow(false);
      scroll.reveal(number, true);
      active = { number, row: rows.get(number) };
      anchor = active.row?.[TIME] ?? null;
      on.chosen(number, active.row);
      scroll.redraw();
    },
    step(way) { choose((active?.number ?? Math.floor(scroll.top)) + way, false); },
    get active() { return active; },
    setSpan(times) { span = times; anchor = times?.[0] ?? null; scroll.redraw(); },
    setFollow: scroll.setFollow,
    setDevices(several) { frame.classList.toggle("muser-several", several); },
    close() { scroll.close(); window.removeEventListener("pointerup", released); },
  };
}
