// Scrolling through any number of rows that have numbers of their own: rows leave at the top and come
// at the bottom while somebody looks at those in between, which stay where they are.
//
// Browsers cap the height of what they scroll, so the scrollbar is a scale of the whole; the wheel and
// the keys go row by row. At the end, what comes is followed.

const TALLEST = 8_000_000; // pixels; Firefox has the lowest cap, some 17 million

// draw(top, visible): the number of the first row in sight, with a fraction, and how many there are.
function traceScroll(frame, space, rowHeight, above, { draw, followed }) {
  let first = 0;
  let end = 0;
  let top = 0;
  let follow = true;
  let expected = 0; // what the scrollbar was set to
  let frameWanted = 0;

  const visible = () => Math.max((frame.clientHeight - above) / rowHeight, 1);
  const whole = () => Math.floor(visible()); // rows, none of them half under what is above
  const furthest = () => Math.max(end - whole(), first);
  const travel = () => Math.max(frame.scrollHeight - frame.clientHeight, 0);

  function setRange(from, to) {
    first = from;
    end = to;
    space.style.height = `${above + Math.min((end - first) * rowHeight, TALLEST)}px`;
    place(follow ? furthest() : top);
    paint(); // with what else is shown of the same moment
  }

  function place(at) {
    top = Math.min(Math.max(at, first), furthest());
    const range = furthest() - first;
    expected = range > 0 ? ((top - first) / range) * travel() : 0;
    if (Math.abs(frame.scrollTop - expected) > 0.5) frame.scrollTop = expected;
    expected = frame.scrollTop;
    redraw();
  }

  function setFollow(now) {
    if (follow !== now) {
      follow = now;
      followed(now);
    }
    if (follow) place(furthest());
  }

  function to(at) { // by somebody's doing
    place(at);
    setFollow(top >= furthest() - 0.01);
  }

  function reveal(row, middle = false) {
    if (row >= top && row + 1 <= top + visible()) return;
    if (middle) to(row - Math.floor(whole() / 2));
    else to(row < top ? row : row + 1 - whole());
  }

  function redraw() {
    frameWanted ||= requestAnimationFrame(paint);
  }

  function paint() {
    cancelAnimationFrame(frameWanted);
    frameWanted = 0;
    if (frame.clientHeight > 0) draw(top, visible());
  }

  frame.addEventListener("scroll", () => {
    if (Math.abs(frame.scrollTop - expected) <= 1) return; // our own doing
    expected = frame.scrollTop;
    const at = travel() > 0 ? expected / travel() : 0;
    to(expected >= travel() - 1 ? furthest() : first + at * (furthest() - first));
  }, { passive: true });

  frame.addEventListener("wheel", (event) => {
    if (event.ctrlKey || event.deltaY === 0) return;
    const before = top;
    to(top + (event.deltaY * [1 / rowHeight, 1, visible()][event.deltaMode]));
    if (top !== before) event.preventDefault(); // at an end, the page scrolls
  }, { passive: false });

  const sizes = new ResizeObserver(() => place(follow ? furthest() : top));
  sizes.observe(frame);
  return {
    setRange, setFollow, reveal, redraw, to,
    page: () => Math.max(whole() - 1, 1),
    visible,
    get follow() { return follow; },
    get top() { return top; },
    close: () => sizes.disconnect(),
  };
}
