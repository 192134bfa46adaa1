// The view of a trace: filter, timeline, table, a closer look, figures and export, put together.

const TYPING = 250; // milliseconds after the last key until a filter is taken

function render({ model, el }) {
  const title = make("div", "muser-caption");
  const filter = entry("filter: where:CTRL kind:write data:0x1");
  const clear = press("✕", () => { filter.value = ""; sift(); filter.focus(); }, "muser-clear");
  const wrong = make("div", "muser-wrong");
  const pause = press("pause", hold);
  const follow = press("follow", () => table.setFollow(follow.getAttribute("aria-pressed") !== "true"));
  const jump = entry("go to: #17, 1.5s");
  const lanes = press("timeline", () => open("timeline", lanes));
  const numbers = press("statistics", () => open("figures", numbers));
  const none = make("p", "muser-quiet muser-none");
  const detail = traceDetail();
  const figures = traceFigures();
  const selection = make("span", "muser-grow");
  const zoom = press("zoom to it", () => timeline.zoomTo(...span));
  const drop = press("clear", () => setSpan(null));
  const file = entry("file: .jsonl, .csv or .json");
  const write = press("export", () => say(model, { export: [file.value, span] }));
  const outcome = make("div", "muser-quiet");

  const table = traceTable({
    wants: (first, count) => sight?.ask({ first, count }),
    chosen(number, row) {
      timeline.setActive(row?.[TIME] ?? null, row ? `${row[5]} ${row[6]} ${row[8]}, ${atTime(row[TIME])} s` : "");
      sight.ask({ active: number });
    },
    spanned: (times) => setSpan(times, table),
    followed: (now) => follow.setAttribute("aria-pressed", String(now)),
  });
  const timeline = traceTimeline({
    wants: (axis) => { if (opened.timeline) sight?.ask({ axis }); },
    picked: (number, time) => (number === null ? go(`${time / 1e9}s`) : table.go(number)),
    stepped: (way) => (table.active ? table.step(way) : timeline.pickMiddle()),
    spanned: (times) => setSpan(times, timeline),
  });
  const exports = make("div", "muser-exports", selection, zoom, drop, file, write);
  el.append(make("div", "muser-view muser-trace",
    make("div", "muser-bar", title, make("div", "muser-filter", filter, clear), jump, follow, pause, lanes, numbers, wrong),
    timeline.root, table.frame, detail.root, figures.root, exports, outcome));
  table.frame.append(none);

  const opened = { timeline: true, figures: false };
  let parts = {}; // what is shown
  const fresh = new Set(); // the names of what of it is new
  let holding = false; // from when somebody pauses until Python does
  let span = null;
  let jumps = 0;
  let jumped = 0;
  let typing = 0;
  let proposed = "";

  filter.title = "words to look for, or where:CTRL  kind:read,write  data:0x10..0x1f  data&8  client:qemu  -note:lost";
  jump.title = "an event's number (#17), a time (1.5s, 20ms, -1s before the end), or a time of day (14:03:20)";
  jump.classList.add("muser-jump");
  clear.setAttribute("aria-label", "clear the filter");
  wrong.setAttribute("role", "alert");
  outcome.setAttribute("role", "status");
  lanes.setAttribute("aria-pressed", "true");
  numbers.setAttribute("aria-pressed", "false");
  pause.setAttribute("aria-pressed", "false");
  follow.setAttribute("aria-pressed", "true");
  figures.root.hidden = true;
  filter.value = model.get("filter");

  // -- what comes ------------------------------------------------------------------------------------

  function show(now, changed) {
    for (const name of changed) fresh.add(name);
    const [, first, end, left, waiting] = now.scope;
    const paused = waiting !== null;
    if (holding && !paused) return; // it was on its way
    holding = false;
    parts = { ...now };
    pause.setAttribute("aria-pressed", String(paused));
    const more = left > 0 ? `, ${left.toLocaleString("en")} to look at` : "";
    const held = paused ? `paused, ${waiting.toLocaleString("en")} since` : "";
    title.replaceChildren(parts.title, make("small", "", [`${counted(end - first, "event")}${more}`, held].filter(Boolean).join(" · ")));
    none.textContent = end > first ? "" : filter.value.trim() ? "no event passes the filter" : "nothing has happened yet";
    table.show(parts.scope, parts.rows);
    if (opened.timeline && parts.axis) timeline.show(parts, fresh);
    if (fresh.has("active")) detail.show(parts.active);
    if (opened.figures && parts.figures) figures.show(parts.figures, span !== null);
    if (fresh.has("jump") && parts.jump?.[0] === jumps && jumped !== jumps) arrive(parts.jump);
    tellSelection();
    el.dataset.first = String(first);
    el.dataset.end = String(end);
    fresh.clear();
  }

  function change() {
    const [reason, start, stop] = model.get("wrong");
    filter.setAttribute("aria-invalid", String(reason !== undefined));
    const text = filter.value;
    wrong.replaceChildren(...(reason === undefined ? [] :
      [text.slice(0, start), make("mark", "", text.slice(start, stop)), `${text.slice(stop)}\n${reason}`]));
    outcome.textContent = model.get("told");
    table.setDevices(model.get("several"));
    if (file.value === proposed) file.value = model.get("proposal");
    proposed = model.get("proposal");
    if (document.activeElement !== filter && reason === undefined) filter.value = model.get("filter");
    clear.hidden = filter.value === "";
  }

  // -- what a person does ----------------------------------------------------------------------------

  function sift() {
    clearTimeout(typing);
    clear.hidden = filter.value === "";
    say(model, { filter: filter.value });
  }

  function hold() { // what is seen now, or let it go on
    if (parts.scope === undefined) return;
    holding = pause.getAttribute("aria-pressed") === "false";
    pause.setAttribute("aria-pressed", String(holding));
    const [numbering, , end] = parts.scope;
    say(model, { pause: holding ? [numbering, end] : null });
  }

  function open(what, button) {
    opened[what] = !opened[what];
    button.setAttribute("aria-pressed", String(opened[what]));
    timeline.root.hidden = !opened.timeline;
    figures.root.hidden = !opened.figures;
    if (opened.timeline) timeline.ask();
    else sight.ask({ axis: null });
    sight.ask({ figures: opened.figures });
  }

  function go(text) {
    jumps += 1;
    sight.ask({ jump: [jumps, text] });
  }

  function arrive([id, number, reason]) {
    jumped = id;
    jump.setAttribute("aria-invalid", String(reason !== ""));
    if (reason !== "") { wrong.textContent = reason; return; }
    wrong.textContent = "";
    table.go(number);
  }

  function setSpan(times, by = null) {
    span = times;
    if (by !== table) table.setSpan(times);
    timeline.setSpan(times);
    sight.ask({ span: times });
    tellSelection();
  }

  function tellSelection() {
    const all = (parts.scope?.[2] ?? 0) - (parts.scope?.[1] ?? 0);
    selection.textContent = span === null ? `all ${counted(all, "event")}`
      : `selected: ${parts.selected === undefined ? "…" : counted(parts.selected, "event")} in ${lasting(span[1] - span[0])}`;
    zoom.hidden = drop.hidden = span === null;
  }

  filter.addEventListener("input", () => { clearTimeout(typing); typing = setTimeout(sift, TYPING); });
  filter.addEventListener("keydown", (event) => {
    if (event.key === "Enter") sift();
    if (event.key === "Escape" && filter.value !== "") { filter.value = ""; sift(); }
  });
  jump.addEventListener("keydown", (event) => { if (event.key === "Enter" && jump.value.trim()) go(jump.value); });
  file.addEventListener("keydown", (event) => { if (event.key === "Enter") write.click(); });

  const sight = watching(model, el, show);
  model.on("change", change);
  change();
  sight.ask({ first: null, count: 60, figures: false });
  timeline.ask();
  return () => {
    model.off("change", change);
    clearTimeout(typing);
    table.close();
    timeline.close();
    sight.close();
  };
}

export default { render };
