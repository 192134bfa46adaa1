// Scrolling through any number of rows. Browsers cap the height of what they scroll, so beyond a cap
// the scrollbar is a scale: its ends are the first and the last row exactly, and the wheel and the keys
// go row by row whatever the size. Positions are pixels of the full height, as BigInts.

const TALLEST = 8_000_000; // pixels; Firefox has the lowest cap, some 17 million

// draw(first row, pixels of it that are hidden, number of rows in sight)
function hexScroll(frame, layer, rowHeight, draw) {
  const space = make("div", "muser-hexspace");
  frame.append(layer, space);
  let rows = 0n;
  let top = 0n;
  let expected = 0; // what the scrollbar was set to
  let wanted = null; // the next frame's drawing

  const height = () => frame.clientHeight;
  const full = () => rows * BigInt(rowHeight);
  const furthest = () => { const most = full() - BigInt(height()); return most > 0n ? most : 0n; };
  const scaled = () => full() > BigInt(TALLEST);
  const travel = () => Math.max(frame.scrollHeight - height(), 0);

  function setRows(count) {
    rows = count;
    space.style.height = `${scaled() ? TALLEST : Number(full())}px`;
    to(top);
  }

  function to(pixels) {
    const most = furthest();
    top = pixels < 0n ? 0n : pixels > most ? most : pixels;
    const fraction = most === 0n ? 0 : Number((top * 1_000_000_000n) / most) / 1e9;
    expected = scaled() ? fraction * travel() : Number(top);
    frame.scrollTop = expected;
    redraw();
  }

  function scrolled() {
    const now = frame.scrollTop;
    if (Math.abs(now - expected) <= 1) return; // our own doing
    expected = now;
    if (!scaled()) {
      top = BigInt(Math.round(now));
    } else if (now >= travel() - 1) {
      top = furthest();
    } else {
      top = (furthest() * BigInt(Math.round((now / travel()) * 1e9))) / 1_000_000_000n;
    }
    redraw();
  }

  function wheeled(event) {
    if (!scaled() || event.ctrlKey || event.deltaY === 0) return;
    const unit = [1, rowHeight, height()][event.deltaMode];
    const before = top;
    to(top + BigInt(Math.round(event.deltaY * unit)));
    if (top !== before) event.preventDefault(); // at an end, the page scrolls
  }

  function redraw() {
    wanted ??= requestAnimationFrame(() => {
      wanted = null;
      if (height() > 0) drawNow();
    });
  }

  function drawNow() {
    const per = BigInt(rowHeight);
    const count = Math.ceil(height() / rowHeight) + 1;
    const left = rows - top / per;
    draw(top / per, Number(top % per), left < BigInt(count) ? Number(left) : count);
  }

  function reveal(row, jump = false) { // scroll as little as needed, or so that more is below than above
    const per = BigInt(rowHeight);
    const seen = BigInt(height());
    const at = row * per;
    if (at >= top && at + per <= top + seen) return;
    if (jump) to(at - (seen / per / 4n) * per);
    else to(at < top ? at : at + per - seen);
  }

  const by = (count) => to(top + BigInt(count) * BigInt(rowHeight));
  const page = () => BigInt(Math.max(Math.floor(height() / rowHeight) - 1, 1));

  frame.addEventListener("scroll", scrolled, { passive: true });
  frame.addEventListener("wheel", wheeled, { passive: false });
  const sizes = new ResizeObserver(() => to(top));
  sizes.observe(frame);
  return { setRows, reveal, by, page, redraw, close: () => sizes.disconnect() };
}
