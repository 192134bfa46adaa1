// A hex view of a window of memory: bytes come as one buffer, changed bytes are marked.

const PER_LINE = 16;

function render({ model, el }) {
  const root = document.createElement("div");
  root.className = "muser-memory";
  const bar = document.createElement("div");
  bar.className = "muser-bar";
  const caption = document.createElement("div");
  caption.className = "muser-caption";
  const where = document.createElement("input");
  where.className = "muser-filter";
  where.placeholder = "go to offset";
  bar.append(caption, where);
  const pre = document.createElement("div");
  pre.className = "muser-hex";
  root.append(bar, pre);
  el.append(root);

  let cells = [];
  let texts = [];
  let before = null;
  let start = -1;
  let updates = 0;

  function build(length, offset) {
    cells = [];
    texts = [];
    before = null;
    const lines = [];
    for (let at = 0; at < length; at += PER_LINE) {
      const line = document.createElement("div");
      const address = document.createElement("span");
      address.className = "muser-address";
      address.textContent = (offset + at).toString(16).padStart(6, "0") + "  ";
      line.append(address);
      for (let i = at; i < Math.min(at + PER_LINE, length); i++) {
        const cell = document.createElement("span");
        cells.push(cell);
        line.append(cell, i % 8 === 7 ? "  " : " ");
      }
      const text = document.createElement("span");
      text.className = "muser-ascii";
      texts.push(text);
      line.append(text);
      lines.push(line);
    }
    pre.replaceChildren(...lines);
  }

  function draw() {
    const view = model.get("data");
    const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    const offset = model.get("offset");
    if (cells.length !== bytes.length || offset !== start) {
      build(bytes.length, offset);
      start = offset;
    }
    const touched = new Set();
    bytes.forEach((byte, i) => {
      if (before !== null && before[i] === byte) { cells[i].className = byte ? "" : "muser-zero"; return; }
      cells[i].textContent = byte.toString(16).padStart(2, "0");
      cells[i].className = before !== null ? "muser-changed" : byte ? "" : "muser-zero";
      touched.add(Math.floor(i / PER_LINE));
    });
    for (const line of touched) {
      const part = bytes.subarray(line * PER_LINE, (line + 1) * PER_LINE);
      texts[line].textContent = Array.from(part, (b) => (b > 31 && b < 127 ? String.fromCharCode(b) : "·")).join("");
    }
    before = bytes.slice();
    caption.textContent = model.get("caption");
    el.dataset.updates = String(++updates);
  }

  where.onkeydown = (event) => {
    event.stopPropagation();
    if (event.key === "Enter") model.send({ go: where.value });
  };
  model.on("change:data", draw);
  model.on("change:offset", draw);
  draw();
  model.send({ view: "opened" });
  return () => {
    model.off("change:data", draw);
    model.off("change:offset", draw);
    model.send({ view: "closed" });
  };
}

export default { render };
