// The timeline of a trace: a lane for each register, interrupt and DMA. Python sends single events where
// there are few, and counts where there are many; what is on the screen moves at once, and the rest
// comes.

const NEAR = 7; // pixels between the pointer and an event that it means
const PER_BIN = 3; // pixels

// on: { wants(axis), picked(number or null, time), stepped(1 or -1), spanned([since, until] or null) }
function traceTimeline(on) {
  const canvas = make("canvas", "");
  const tip = make("div", "muser-tip");
  const told = make("div", "muser-hidden");
  const zooms = make("div", "muser-zooms",
    press("−", () => axis.zoom(2)), press("+", () => axis.zoom(0.5)), press("all", () => axis.fit()));
  const keys = ["read", "write", "irq", "dma", "patch", "fault"].map((tone) => {
    const key = make("span", "muser-key", make("i", ""), tone === "irq" ? "interrupt" : tone === "dma" ? "DMA" : tone);
    key.style.setProperty("color", "var(--muser-quiet)");
    key.firstChild.style.color = `var(--muser-${tone})`;
    return key;
  });
  const hint = make("span", "muser-hint", "drag selects · Shift+drag moves · Ctrl+wheel zooms");
  const root = make("div", "muser-timeline", canvas, make("div", "muser-timebar", zooms, ...keys, hint), tip, told);
  zooms.children[0].setAttribute("aria-label", "zoom out");
  zooms.children[1].setAttribute("aria-label", "zoom in");
  zooms.children[2].setAttribute("aria-label", "show all of the time");
  canvas.tabIndex = 0;
  canvas.setAttribute("role", "application");
  canvas.setAttribute("aria-roledescription", "timeline");
  told.setAttribute("role", "status");
  hint.title = hint.textContent;
  tip.hidden = true;

  const paint = timelinePaint(canvas);
  const axis = timeAxis(() => { ask(); redraw(); });
  let parts = { lanes: [], marks: [], series: [], axis: [0, 1e9] };
  let names = [];
  let counts = new Uint16Array();
  let span = null;
  let active = null; // a time
  let pointer = null; // { x, y }
  let wide = 0;
  let frameWanted = 0;
  let askedAt = 0;
  let askLater = 0;

  const x = (time) => NAMES_WIDE + ((time - axis.shown[0]) / axis.length) * (wide - NAMES_WIDE);
  const time = (at) => axis.shown[0] + ((at - NAMES_WIDE) / (wide - NAMES_WIDE)) * axis.length;

  // -- what comes and is drawn -----------------------------------------------------------------------

  function show(now, changed) {
    parts = now;
    if (changed.has("lanes")) names = parts.lanes.map(([device, name]) => (device ? `${device} ${name}` : name));
    if (changed.has("counts")) { // its own memory, where numbers of two bytes may begin anywhere
      const bytes = parts.counts.slice();
      counts = new Uint16Array(bytes.buffer, 0, bytes.byteLength >> 1);
    }
    if (changed.has("axis") || changed.has("ends")) axis.came(parts.axis, parts.ends);
    canvas.setAttribute("aria-label", `timeline of ${counted(names.length, "lane")}, ${lasting(axis.length)} from ${atTime(axis.shown[0])} s`);
    redraw();
  }

  function redraw() {
    frameWanted ||= requestAnimationFrame(() => {
      frameWanted = 0;
      if (canvas.clientWidth > 0) draw();
    });
  }

  function draw() {
    const before = wide;
    ({ wide } = paint.fit(names.length));
    if (before !== wide) ask();
    paint.lanes(names);
    paint.axis(ticks(axis.shown[0], axis.shown[1], wide - NAMES_WIDE), x);
    if (span) paint.span(x(span[0]), x(span[1]));
    if (parts.marks.length > 0) drawMarks();
    else drawBins();
    if (active !== null) paint.cursor(x(active), true);
    if (pointer && !dragging) paint.cursor(pointer.x, false);
    paint.labels(names);
  }

  function drawMarks() {
    const free = new Map(); // lane -> where the last label or mark ends
    for (const [, , lane, tone, , began, took] of parts.marks) {
      const from = x(began);
      const until = x(began + took);
      if (until - from > 1 && until > NAMES_WIDE && from < wide) paint.bar(lane, tone, from, until);
    }
    parts.marks.forEach(([, at, lane, tone, text], i) => {
      const left = x(at);
      if (left < NAMES_WIDE - 8 || left > wide + 8) return;
      paint.mark(lane, tone, left);
      if (!text) return;
      const next = parts.marks.slice(i + 1, i + 40).find((mark) => mark[2] === lane);
      const room = (next ? x(next[1]) : wide) - left - 14;
      if (left > (free.get(lane) ?? 0)) paint.label(lane, text, left + 6, room);
    });
  }

  function drawBins() {
    if (parts.series.length === 0) return;
    const per = counts.length / parts.series.length;
    const bin = (parts.axis[1] - parts.axis[0]) / per;
    const left = x(parts.axis[0]);
    const each = x(parts.axis[0] + bin) - left;
    const most = counts.reduce((a, b) => Math.max(a, b), 1);
    parts.series.forEach(([lane, tone], i) => {
      paint.bins(lane, tone, counts.subarray(i * per, (i + 1) * per), most, left, each);
    });
  }

  function ask() { // not more often than ten times a second
    clearTimeout(askLater);
    const wait = askedAt + 100 - performance.now();
    if (wait > 0) { askLater = setTimeout(ask, wait); return; }
    askedAt = performance.now();
    const bins = Math.max(Math.round(((wide || 800) - NAMES_WIDE) / PER_BIN), 10);
    on.wants(axis.wants(bins));
  }

  // -- what is under the pointer ----------------------------------------------------------------------

  function markAt(at) {
    const lane = Math.floor((at.y - AXIS_HIGH) / LANE_HIGH);
    let best = null;
    for (const mark of parts.marks) {
      const off = Math.abs(x(mark[1]) - at.x);
      if (mark[2] === lane && off <= (best?.off ?? NEAR)) best = { off, mark };
    }
    return best?.mark ?? null;
  }

  function telling(at) {
    const lane = Math.floor((at.y - AXIS_HIGH) / LANE_HIGH);
    const moment = `${atTime(time(at.x))} s`;
    if (lane < 0 || lane >= names.length || at.x < NAMES_WIDE) return moment;
    const mark = markAt(at);
    if (mark) return said(mark);
    const here = parts.series.map(([of, tone], i) => (of === lane ? [tone, countAt(i, at.x)] : null))
      .filter((one) => one && one[1] > 0).map(([tone, count]) => `${count.toLocaleString("en")} × ${tone}`);
    return `${names[lane]}${here.length > 0 ? `: ${here.join(", ")}` : ""}\n${moment}`;
  }

  const said = ([, at, lane, tone, text, , took]) =>
    `${tone} ${names[lane]}${text ? ` ${text}` : ""}\n${atTime(at)} s${took ? `, took ${lasting(took)}` : ""}`;

  function countAt(series, at) {
    const per = counts.length / parts.series.length;
    const bin = Math.floor(((time(at) - parts.axis[0]) / (parts.axis[1] - parts.axis[0])) * per);
    return bin >= 0 && bin < per ? counts[series * per + bin] : 0;
  }

  function showTip(at) {
    tip.hidden = at === null;
    if (at === null) return;
    tip.textContent = telling(at);
    const left = Math.min(at.x + 14, wide - tip.offsetWidth - 4);
    tip.style.transform = `translate(${Math.max(left, 0)}px, ${at.y + 16}px)`;
  }

  // -- what a person does -----------------------------------------------------------------------------

  let dragging = null; // { from, moved, pan }

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button > 1 || event.offsetX < NAMES_WIDE) return;
    canvas.setPointerCapture(event.pointerId);
    dragging = { from: event.offsetX, moved: false, pan: event.shiftKey || event.button === 1, since: axis.shown };
    canvas.classList.toggle("muser-panning", dragging.pan);
    canvas.focus({ preventScroll: true });
    event.preventDefault();
  });
  canvas.addEventListener("pointermove", (event) => {
    pointer = { x: event.offsetX, y: event.offsetY };
    if (dragging && (dragging.moved || Math.abs(pointer.x - dragging.from) > 3)) {
      dragging.moved = true;
      if (dragging.pan) {
        const by = ((dragging.from - pointer.x) / (wide - NAMES_WIDE)) * axis.length;
        axis.set(dragging.since[0] + by, dragging.since[1] + by);
      } else {
        const ends = [time(dragging.from), time(Math.max(pointer.x, NAMES_WIDE))].sort((a, b) => a - b);
        span = ends;
      }
    }
    showTip(pointer);
    redraw();
  });
  canvas.addEventListener("pointerup", (event) => {
    const was = dragging;
    dragging = null;
    canvas.classList.remove("muser-panning");
    if (was === null) return;
    if (was.moved && !was.pan) on.spanned(span.map(Math.round));
    else if (!was.moved) {
      const mark = markAt({ x: event.offsetX, y: event.offsetY });
      if (mark) on.picked(mark[0], mark[1]);
      else on.picked(null, time(event.offsetX));
    }
  });
  canvas.addEventListener("pointerleave", () => { pointer = null; showTip(null); redraw(); });
  canvas.addEventListener("wheel", (event) => {
    const mine = event.ctrlKey || event.metaKey || document.activeElement === canvas;
    if (!mine) return; // the page scrolls
    if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) axis.pan(event.deltaX / wide);
    else axis.zoom(1.002 ** (event.deltaY * [1, 20, 400][event.deltaMode]), time(event.offsetX));
    event.preventDefault();
  }, { passive: false });
  canvas.addEventListener("dblclick", () => { if (span) axis.set(...span); });

  const KEYS = {
    ArrowLeft: () => axis.pan(-0.15),
    ArrowRight: () => axis.pan(0.15),
    PageUp: () => axis.pan(-0.9),
    PageDown: () => axis.pan(0.9),
    ArrowUp: () => axis.zoom(0.7, active ?? undefined),
    ArrowDown: () => axis.zoom(1 / 0.7, active ?? undefined),
    "+": () => axis.zoom(0.5, active ?? undefined),
    "=": () => axis.zoom(0.5, active ?? undefined),
    "-": () => axis.zoom(2, active ?? undefined),
    0: () => axis.fit(),
    Home: () => axis.home(),
    End: () => axis.end(),
    n: () => on.stepped(1),
    p: () => on.stepped(-1),
    Enter: () => { if (active !== null) on.picked(null, active); },
    Escape: () => on.spanned(null),
  };
  canvas.addEventListener("keydown", (event) => {
    const action = KEYS[event.key];
    if (action === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    action();
    event.preventDefault();
  });

  const sizes = new ResizeObserver(redraw);
  sizes.observe(canvas);
  const theme = new MutationObserver(() => { // another theme has other colours, of which some come later
    for (const later of [0, 100, 500]) setTimeout(redraw, later);
  });
  theme.observe(document.body, { attributes: true });

  return {
    root, show, ask,
    pickMiddle: () => on.picked(null, (axis.shown[0] + axis.shown[1]) / 2),
    zoomTo: (since, until) => axis.set(since, until),
    setSpan(times) { span = times; redraw(); },
    setActive(at, text) {
      active = at;
      told.textContent = text;
      if (at !== null && axis.fixed) axis.centre(at);
      redraw();
    },
    close() { sizes.disconnect(); theme.disconnect(); clearTimeout(askLater); },
  };
}
