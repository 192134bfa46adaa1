// A table of any number of rows, of which only those in sight exist.
//
// columns: [{ title, className, label? }]; their widths are the CSS variable --columns of the frame.
// fill(cells, row, at): writes a row into its cells, which may be another row's from before.
// wanted(first, count): called when other rows come into sight.
// keys: what else keys do, for those who do not see the buttons.
// chosen(row): called when another row becomes the active one, and activated(row) when the active
// one is pressed (Enter, a double click).
//
// Focus stays on the frame, which names the active row (aria-activedescendant): rows come and go. Keys that are
// pressed before the first of them have come wait for them, for as long as the focus stays.

const ROW = 25; // pixels; grid.css has the same
const SPARE = 8; // rows beyond what is in sight, so that a slow scroll finds them there

function grid({ label, keys = "", columns, height = 16, fill, wanted, chosen = () => {}, activated = () => {} }) {
  const id = `muser-${Math.random().toString(36).slice(2)}`;
  const head = make("div", "muser-row muser-head", ...columns.map((c) => cell("columnheader", c)));
  const body = make("div", "muser-rows");
  const frame = make("div", "muser-frame muser-grid", head, body);
  const rows = new Map(); // row number -> its element
  let total = 0;
  let source = () => undefined;
  let active = -1;
  let asked = "";
  let early = []; // keys

  frame.tabIndex = 0;
  frame.setAttribute("role", "grid");
  frame.setAttribute("aria-label", label);
  frame.setAttribute("aria-description", ["arrow keys choose", keys].filter((key) => key !== "").join(", "));
  head.setAttribute("role", "row");
  body.setAttribute("role", "rowgroup");
  frame.style.maxHeight = `${(height + 1) * ROW}px`;
  keepKeys(frame);

  function cell(role, column) {
    const made = make("div", `muser-cell ${column.className ?? ""}`);
    made.setAttribute("role", role);
    if (role === "columnheader") {
      made.append(column.title || make("span", "muser-hidden", column.label));
      made.title = column.label ?? "";
    }
    return made;
  }

  function sight() {
    const first = Math.max(0, Math.floor(frame.scrollTop / ROW) - SPARE);
    const visible = Math.ceil((frame.clientHeight || height * ROW) / ROW);
    return { first, count: Math.min(visible + 2 * SPARE, total - first) };
  }

  // Shows what there is: rowAt(at) gives a row, or undefined where it has not come yet.
  function draw(count, rowAt) {
    total = count;
    source = rowAt;
    body.style.height = `${total * ROW}px`;
    frame.setAttribute("aria-rowcount", String(total + 1));
    if (active >= total) active = -1;
    paint();
    if (total > 0) early.splice(0).forEach(pressed);
  }

  function paint() {
    const { first, count } = sight();
    for (const [at, element] of rows) {
      if (at < first || at >= first + count) { element.remove(); rows.delete(at); }
    }
    for (let at = first; at < first + count; at++) {
      const row = source(at);
      if (row === undefined) { rows.get(at)?.remove(); rows.delete(at); continue; }
      let element = rows.get(at);
      if (element === undefined) {
        element = make("div", "muser-row", ...columns.map((column) => cell("gridcell", column)));
        element.setAttribute("role", "row");
        element.setAttribute("aria-rowindex", String(at + 2));
        element.id = `${id}-${at}`;
        element.style.top = `${at * ROW}px`;
        rows.set(at, element);
        body.append(element);
      }
      fill(element, row, at);
    }
    mark();
    const now = `${first} ${count} ${total}`;
    if (now !== asked) { asked = now; wanted(first, Math.max(count, 0)); }
  }

  function mark() {
    for (const [at, element] of rows) {
      element.classList.toggle("muser-active", at === active);
      element.setAttribute("aria-selected", String(at === active));
    }
    if (rows.has(active)) frame.setAttribute("aria-activedescendant", `${id}-${active}`);
    else frame.removeAttribute("aria-activedescendant");
  }

  function choose(at) {
    if (total === 0) return;
    active = Math.min(Math.max(at, 0), total - 1);
    const top = active * ROW;
    if (top < frame.scrollTop) frame.scrollTop = top;
    else if (top + 2 * ROW > frame.scrollTop + frame.clientHeight) {
      frame.scrollTop = top + 2 * ROW - frame.clientHeight;
    }
    paint();
    chosen(source(active));
  }

  const page = () => Math.max(1, Math.floor(frame.clientHeight / ROW) - 2);
  const KEYS = {
    ArrowDown: () => choose(active + 1),
    ArrowUp: () => choose(active < 0 ? total - 1 : active - 1),
    PageDown: () => choose(active + page()),
    PageUp: () => choose(active - page()),
    Home: () => choose(0),
    End: () => choose(total - 1),
  };
  const activates = (key) => key === "Enter" || key === " ";
  function pressed(key) { // returns whether it did anything
    const row = source(active);
    if (KEYS[key] !== undefined) KEYS[key]();
    else if (row !== undefined && activates(key)) activated(row);
    else return false;
    return true;
  }
  frame.addEventListener("keydown", (event) => {
    if (event.target !== frame || event.ctrlKey || event.metaKey || event.altKey) return;
    if (total === 0 && (KEYS[event.key] !== undefined || activates(event.key))) early.push(event.key);
    else if (!pressed(event.key)) return;
    event.preventDefault();
  });
  frame.addEventListener("blur", () => { early = []; });
  frame.addEventListener("click", (event) => {
    const at = rowOf(event);
    if (at !== undefined && !event.target.closest("button, input, select")) choose(at);
  });
  frame.addEventListener("dblclick", (event) => {
    const row = source(rowOf(event));
    if (row !== undefined && !event.target.closest("button, input, select")) activated(row);
  });

  function rowOf(event) {
    const found = event.target.closest(".muser-row");
    for (const [at, one] of rows) if (one === found) return at;
    return undefined;
  }

  let waiting = false;
  frame.addEventListener("scroll", () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; paint(); });
  });
  new ResizeObserver(() => { if (frame.clientHeight) paint(); }).observe(frame);

  return {
    frame, draw, choose,
    rowAt: (at) => rows.get(at), // its element, if it is in sight
    focus: () => frame.focus({ preventScroll: true }),
    get active() { return active; },
    set active(at) { active = at; mark(); },
  };
}
