// Draws a timeline: lanes below each other, an axis of time above them. Writes are above the middle of
// a lane, reads below it, everything else across it, so that colours are not all there is to tell.

const LANE_HIGH = 20;
const AXIS_HIGH = 22;
const NAMES_WIDE = 138;
const LEAST_HIGH = 3; // of what stands for a single event
const TONES = ["read", "write", "irq", "dma", "patch", "fault", "event"];

function timelinePaint(canvas) {
  const context = canvas.getContext("2d");
  let colours = {};
  let size = { wide: 0, high: 0 };

  function fit(lanes) {
    const wide = canvas.clientWidth;
    const high = AXIS_HIGH + Math.max(lanes, 1) * LANE_HIGH + 3;
    const scale = window.devicePixelRatio || 1;
    canvas.style.height = `${high}px`;
    if (canvas.width !== Math.round(wide * scale) || canvas.height !== Math.round(high * scale)) {
      canvas.width = Math.round(wide * scale);
      canvas.height = Math.round(high * scale);
    }
    context.setTransform(scale, 0, 0, scale, 0, 0);
    size = { wide, high };
    const style = getComputedStyle(canvas);
    const named = [...TONES, "text", "quiet", "line", "raised", "accent", "page"];
    colours = Object.fromEntries(named.map((name) => [name, resolved(style, `--muser-${name}`)]));
    return size;
  }

  function resolved(style, name) { // a colour that a canvas understands
    canvas.style.color = `var(${name})`;
    const colour = style.color;
    canvas.style.color = "";
    return colour;
  }

  const middle = (lane) => AXIS_HIGH + lane * LANE_HIGH + LANE_HIGH / 2;

  function lanes(names) {
    context.clearRect(0, 0, size.wide, size.high);
    names.forEach((name, i) => {
      if (i % 2 === 0) {
        context.fillStyle = colours.raised;
        context.fillRect(0, AXIS_HIGH + i * LANE_HIGH, size.wide, LANE_HIGH);
      }
      context.fillStyle = colours.line;
      context.fillRect(NAMES_WIDE, middle(i), size.wide - NAMES_WIDE, 1);
    });
  }

  function labels(names) { // over what may have been drawn to the left
    context.font = "11px ui-monospace, monospace";
    context.textBaseline = "middle";
    context.textAlign = "left";
    names.forEach((name, i) => {
      context.fillStyle = i % 2 === 0 ? colours.raised : colours.page;
      context.fillRect(0, AXIS_HIGH + i * LANE_HIGH, NAMES_WIDE - 4, LANE_HIGH);
      context.fillStyle = colours.text;
      context.fillText(shortened(name, NAMES_WIDE - 14), 7, middle(i) + 0.5);
    });
  }

  function shortened(name, most) { // its end tells more than its beginning, and so does an index before it
    const dot = Math.max(name.lastIndexOf("."), 0);
    const [index] = /\[\d+\]$/.exec(name.slice(0, dot)) ?? [""];
    const text = cut("", name, most);
    return index === "" || text.includes(`${index}.`) ? text : cut(`…${index}`, name.slice(dot), most);
  }

  function cut(before, name, most) {
    let text = name;
    while (context.measureText(before + text).width > most && text.length > 4) text = `…${text.slice(2)}`;
    return before + text;
  }

  function axis(found, x) {
    context.fillStyle = colours.page;
    context.fillRect(0, 0, size.wide, AXIS_HIGH);
    context.font = "11px system-ui, sans-serif";
    context.textBaseline = "middle";
    for (const [at, text] of found) {
      const left = Math.round(x(at)) + 0.5;
      if (left < NAMES_WIDE) continue;
      context.fillStyle = colours.line;
      context.fillRect(left, AXIS_HIGH - 5, 1, size.high);
      context.fillStyle = colours.quiet;
      const wide = context.measureText(text).width;
      context.fillText(text, Math.min(left - wide / 2, size.wide - wide - 4), AXIS_HIGH / 2 - 1);
    }
  }

  const reach = { write: [-1, 0], read: [0, 1] };

  // Counts of parts of the time, each `wide` pixels: the more, the higher.
  function bins(lane, tone, counts, most, left, wide) {
    const [up, down] = reach[tone] ?? [-1, 1];
    const half = LANE_HIGH / 2 - 2;
    const scale = (half - LEAST_HIGH) / Math.max(Math.log2(most), 1);
    context.fillStyle = colours[tone];
    for (let i = 0; i < counts.length; i++) {
      if (counts[i] === 0) continue;
      const x = left + i * wide;
      if (x + wide < NAMES_WIDE || x > size.wide) continue;
      const high = LEAST_HIGH + Math.log2(counts[i]) * scale;
      context.fillRect(x, middle(lane) + up * high, Math.max(wide - 0.4, 1), (down - up) * high + (up && down ? 0 : 1));
    }
  }

  // What took a while, behind its mark.
  function bar(lane, tone, from, until) {
    const [up, down] = reach[tone] ?? [-1, 1];
    const y = middle(lane);
    context.fillStyle = colours[tone];
    context.globalAlpha = 0.35;
    context.fillRect(from, y + up * 7, until - from, (down - up) * 7 + 1);
    context.globalAlpha = 1;
  }

  function mark(lane, tone, x) {
    const y = middle(lane);
    context.fillStyle = colours[tone];
    if (tone === "write" || tone === "read") {
      const way = tone === "write" ? -1 : 1;
      context.fillRect(x - 1, way < 0 ? y - 7 : y, 2, 8);
      context.beginPath();
      context.arc(x, y + way * 5.5, 2.6, 0, 7);
      context.fill();
    } else if (tone === "irq") {
      polygon(x, y, [[0, -6.5], [5, 0], [0, 6.5], [-5, 0]]);
    } else if (tone === "dma") {
      context.fillRect(x - 3.5, y - 5, 7, 10);
    } else if (tone === "fault") {
      polygon(x, y, [[-5, -5], [5, -5], [0, 6]]);
    } else {
      context.beginPath();
      context.arc(x, y, tone === "patch" ? 5 : 3.5, 0, 7);
      context.fill();
    }
  }

  function polygon(x, y, points) {
    context.beginPath();
    for (const [right, below] of points) context.lineTo(x + right, y + below);
    context.fill();
  }

  function label(lane, text, x, room) {
    context.font = "10.5px ui-monospace, monospace";
    context.textBaseline = "middle";
    if (context.measureText(text).width > room) return;
    context.fillStyle = colours.text;
    context.fillText(text, x, middle(lane) + 0.5);
  }

  function span(from, to) {
    const left = Math.max(from, NAMES_WIDE);
    if (to <= left) return;
    context.fillStyle = colours.accent;
    context.globalAlpha = 0.16;
    context.fillRect(left, AXIS_HIGH, Math.max(to - left, 1), size.high);
    context.globalAlpha = 1;
    for (const edge of [from, to]) if (edge >= NAMES_WIDE) context.fillRect(edge - 0.5, AXIS_HIGH - 4, 1, size.high);
  }

  function cursor(x, strong) {
    if (x < NAMES_WIDE) return;
    context.fillStyle = strong ? colours.accent : colours.quiet;
    context.globalAlpha = strong ? 1 : 0.55;
    context.fillRect(Math.round(x) - (strong ? 1 : 0), AXIS_HIGH - 6, strong ? 2 : 1, size.high);
    context.globalAlpha = 1;
  }

  return { fit, lanes, labels, axis, bins, bar, mark, label, span, cursor };
}
