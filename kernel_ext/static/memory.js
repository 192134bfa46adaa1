// A hex view of an address space: what is in sight comes from Python, and what is asked for goes there.

const COPIED = 1 << 20; // bytes, at most; as in view.py
const PATIENCE = 500; // milliseconds for an answer, until the next window is asked for anyway

function render({ model, el }) {
  const address = (text) => BigInt(`0x${text}`);
  const view = Math.random().toString(36).slice(2);
  const answers = new Map(); // what to do with an answer, by the name of the question
  let questions = 0;
  let job = ""; // the name of what was started here
  let placed = false;
  let copied = ""; // the selection that was copied, while that is told

  let space = model.get("spaces")[0];
  let ranges = [];
  let shown = {};

  const tools = memoryTools(model.get("kinds"), {
    choose: (name) => { space = name; forget(); },
    go: (text) => ask({ go: text }, ({ at }) => goAndStay(address(at))),
    find: (kind, text, backwards) => start({ find: [kind, text], backwards, at: from(backwards) }),
    follow: (wanted) => sight.ask({ follow: wanted }),
    save: (path, all, overwrite) => start({ save: path, range: range(all), overwrite }),
    load: (path) => start({ load: path, at: hexText(grid.state().start) }),
    cancel: () => say(model, { cancel: true }),
  });
  const grid = hexGrid("bytes", {
    window: see,
    select: inspect,
    poke: (at, digits) => ask({ poke: [hexText(at), digits] }),
    copy: () => copy("hex"),
  });
  const details = inspector(copy);
  el.append(make("div", "muser-view muser-memory", tools.el, grid.el, details.el));

  // -- questions -----------------------------------------------------------------------------------

  function ask(question, answer) {
    const name = `${view}.${questions += 1}`;
    if (answer !== undefined) answers.set(name, answer);
    say(model, { ...question, space, name });
    return name;
  }

  function start(question) {
    tell("");
    job = ask(question);
  }

  function answered(content, buffers) {
    answers.get(content.answer)?.(content, buffers);
    answers.delete(content.answer);
    if (content.show !== undefined) goAndStay(address(content.show), BigInt(content.count));
  }

  function from(backwards) { // where a search goes on
    const { start: at, end } = grid.state();
    return hexText(backwards || end - at === 1n ? at : at + 1n);
  }

  function range(all) {
    const { start: at, end } = grid.state();
    return all ? [hexText(grid.rows().first), hexText(grid.rows().end)] : [hexText(at), hexText(end)];
  }

  function goAndStay(at, count = 1n) {
    grid.go(at, count);
    grid.focus();
  }

  // -- what is in sight ----------------------------------------------------------------------------

  let asked = 0;
  let seen = "";
  let waiting = null; // until the last window has come
  let next = null;

  function see(blocks) {
    const key = blocks.join();
    if (key === seen) return;
    if (waiting !== null) { next = blocks; return; }
    seen = key;
    next = null;
    waiting = setTimeout(arrived, PATIENCE);
    sight.ask({ space, blocks, asked: asked += 1 });
  }

  function arrived() {
    clearTimeout(waiting);
    waiting = null;
    if (next !== null) see(next);
  }

  function forget() { // another space is wanted: nothing that is here belongs to it
    placed = false;
    see([]);
  }

  function show(parts, changed) {
    shown = parts;
    if (["space", "ranges", "gone"].some((name) => changed.has(name))) settle(parts);
    grid.show(parts, changed, changed.has("space"));
    if (changed.has("written") && parts.written) {
      const [, at, count] = parts.written;
      grid.go(address(at), BigInt(count));
    }
    if (parts.asked === asked) arrived();
  }

  // -- the selection -------------------------------------------------------------------------------

  const selected = ({ start: at, end, typed }) => `${space} ${at} ${end} ${typed}`;

  function inspect(state) {
    if (copied !== "" && copied !== selected(state)) tell("");
    const { start: at, end, typed } = state;
    const count = end - at;
    const known = Number(count < 64n ? count : 64n);
    const place = grid.placeAt(at);
    const name = place === undefined ? "" : `  ${placeText(place, at)}`;
    const many = count === 1n ? "" : `, ${sizeText(count)}`;
    details.show(`0x${hexText(at, grid.digits())}${many}${name}`, grid.read(at, known), grid.read(at, 8), typed);
  }

  function copy(notation) {
    const state = grid.state();
    const { start: at, end } = state;
    const count = Number(end - at);
    const finish = async (bytes) => {
      await toClipboard(NOTATIONS[notation](bytes));
      tell(`copied ${sizeText(bytes.length)} as ${notation}`, false, false, selected(state));
    };
    const here = grid.read(at, Math.min(count, 4096));
    if (here.length === count) finish(here);
    else if (count > COPIED) tell(`${sizeText(count)} are too many to copy: ${sizeText(COPIED)} can be; save them`, false, true, selected(state));
    else ask({ copy: [hexText(at), count] }, (_content, [data]) => finish(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)));
  }

  function tell(text, running = false, bad = false, selection = "") {
    copied = selection;
    tools.tell(text, running, bad);
  }

  function settle(parts) { // into what there is of the space
    if (parts.space !== space) return; // that of a moment ago
    ranges = (parts.ranges ?? []).map(([first, end, reason]) => [address(first), address(end), reason]);
    title(parts);
    grid.el.setAttribute("aria-label", `bytes of ${space}`);
    grid.setRanges(ranges);
    if (!placed && ranges.length > 0) { placed = true; grid.go(address(model.get("home"))); }
  }

  function title(parts) {
    const readable = ranges.filter(([, , reason]) => reason === "");
    const size = readable.reduce((sum, [first, end]) => sum + end - first, 0n);
    const told = parts.gone ?? (size > 0n ? sizeText(size) : parts.ranges ? "nothing to look at" : "");
    tools.name(model.get("spaces"), space, `${told}${model.get("note")}`, parts.names ?? []);
  }

  // -- what all views share ------------------------------------------------------------------------

  function draw() {
    title(shown);
  }

  function report() {
    const { name, state, said, at, length } = model.get("job");
    if (name === undefined || name !== job) return;
    tell(said, state === "running", state === "failed");
    if (said.startsWith("FileExistsError")) tools.exists();
    if (state === "running") return;
    job = "";
    if (state === "done" && at !== undefined) grid.go(address(at), BigInt(length));
  }

  const sight = watching(model, el, show);
  sight.ask({ space });
  model.on("change:spaces change:note", draw);
  model.on("change:job", report);
  model.on("msg:custom", answered);
  draw();
  return () => {
    model.off("change:spaces change:note", draw);
    model.off("change:job", report);
    model.off("msg:custom", answered);
    clearTimeout(waiting);
    grid.close();
    sight.close();
  };
}

export default { render };
