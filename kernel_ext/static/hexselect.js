// The cursor and the selection of a hex view, by mouse and by keyboard, and hexadecimal typed over it.
//
// Keys: arrows, Page Up and Down, Home and End go, with Shift they select, with Ctrl to the ends. Digits
// are typed over the selection; Enter pokes them, Escape drops them, Backspace takes one back.

const EDGE = 40; // milliseconds between rows while a selection is dragged beyond the view

// view: { rows(), scroll, address(target), changed(), poke(address, digits), copy() }
function hexSelect(frame, view) {
  let anchor = 0n;
  let cursor = 0n;
  let typed = "";
  let dragging = null;

  const start = () => (anchor < cursor ? anchor : cursor);
  const end = () => (anchor < cursor ? cursor : anchor) + 1n;
  const state = () => ({ cursor, start: start(), end: end(), typed });

  function select(from, to) { // both are selected; the cursor is where it ends
    [anchor, cursor, typed] = [from, to, ""];
    view.changed();
  }

  function go(address, extend = false) {
    if (address === null) return;
    select(extend ? anchor : address, address);
    view.scroll.reveal(view.rows().rowOf(address));
  }

  // -- mouse ---------------------------------------------------------------------------------------

  function pressed(event) {
    const name = event.target.closest?.("[data-place]");
    if (name) {
      const [from, to] = name.dataset.place.split(",").map(BigInt);
      const near = view.rows().nearest(from);
      frame.focus({ preventScroll: true });
      if (near !== null) { select(near, to - 1n); event.preventDefault(); }
      return;
    }
    const address = view.address(event.target);
    if (address === null || event.button !== 0) return;
    event.preventDefault(); // no selection of text beside ours
    frame.focus({ preventScroll: true });
    select(event.shiftKey ? anchor : address, address);
    dragging = setInterval(atEdge, EDGE);
    pointer = event;
    window.addEventListener("mousemove", dragged);
    window.addEventListener("mouseup", released);
  }

  let pointer = null;

  function dragged(event) {
    pointer = event;
    const target = document.elementFromPoint(event.clientX, event.clientY);
    const address = target === null ? null : view.address(target);
    if (address !== null && address !== cursor) select(anchor, address);
  }

  function atEdge() { // beyond the upper or lower border, the selection goes on row by row
    const { top, bottom } = frame.getBoundingClientRect();
    const by = pointer.clientY < top ? -PER_ROW : pointer.clientY > bottom ? PER_ROW : 0n;
    if (by !== 0n) go(view.rows().moved(cursor, by), true);
  }

  function released() {
    clearInterval(dragging);
    window.removeEventListener("mousemove", dragged);
    window.removeEventListener("mouseup", released);
  }

  // -- keyboard ------------------------------------------------------------------------------------

  function target(event) { // where a key leads
    const rows = view.rows();
    const inRow = cursor % PER_ROW;
    switch (event.key) {
      case "ArrowLeft": return rows.moved(cursor, -1n);
      case "ArrowRight": return rows.moved(cursor, 1n);
      case "ArrowUp": return rows.moved(cursor, -PER_ROW);
      case "ArrowDown": return rows.moved(cursor, PER_ROW);
      case "PageUp": return rows.moved(cursor, -PER_ROW * view.scroll.page());
      case "PageDown": return rows.moved(cursor, PER_ROW * view.scroll.page());
      case "Home": return rows.nearest(event.ctrlKey ? 0n : cursor - inRow);
      case "End": return rows.nearest(event.ctrlKey ? rows.end : cursor - inRow + PER_ROW - 1n);
      default: return null;
    }
  }

  function keyed(event) {
    event.stopPropagation(); // the notebook's own shortcuts must not see it
    const to = target(event);
    const control = event.ctrlKey || event.metaKey;
    if (to !== null) go(to, event.shiftKey);
    else if (control && event.key === "c") view.copy();
    else if (control || event.altKey) return;
    else if (/^[0-9a-fA-F]$/.test(event.key)) type(event.key.toLowerCase());
    else if (event.key === "Backspace" && typed !== "") type(null);
    else if (event.key === "Enter" && typed !== "") enter();
    else if (event.key === "Escape" && typed !== "") { typed = ""; view.changed(); }
    else if (event.key === "Escape") select(cursor, cursor);
    else return;
    event.preventDefault();
  }

  function type(digit) {
    const several = end() - start() > 1n; // then only they are typed over
    const room = several ? end() - start() : view.rows().readableFrom(start());
    if (digit === null) typed = typed.slice(0, -1);
    else if (BigInt(typed.length) < 2n * room) typed += digit;
    view.changed();
  }

  function enter() {
    if (typed.length % 2 === 1) return; // half a byte is none
    const [at, digits] = [start(), typed];
    typed = "";
    view.poke(at, digits);
    const after = view.rows().moved(at, BigInt(digits.length / 2));
    if (end() - start() === 1n) select(after, after); else view.changed();
  }

  frame.addEventListener("mousedown", pressed);
  frame.addEventListener("keydown", keyed);
  frame.dataset.lmSuppressShortcuts = "true";
  return { select, go, state, close: released };
}
