// A hex view of a window of memory: bytes come as one buffer, changed bytes are marked until the
// next change.

const PER_LINE = 16;

function render({ model, el }) {
  const caption = make("div", "muser-caption");
  const places = make("div", "muser-places");
  const where = entry("go to offset");
  const hex = make("div", "muser-frame muser-hex");
  el.append(make("div", "muser-view muser-memory",
    make("div", "muser-bar", caption, places, where), hex));

  let cells = []; // a <span> for each byte
  let texts = []; // a <span> for each line's characters
  let before = null; // the bytes that are shown
  let start = -1; // and the offset of the first

  for (const name of model.get("places")) {
    const button = make("button", "", name);
    button.onclick = () => model.send({ go: name });
    places.append(button);
  }

  function build(length) {
    cells = Array.from({ length }, () => make("span", "muser-byte"));
    texts = [];
    before = null;
    const lines = [];
    for (let at = 0; at < length; at += PER_LINE) {
      const address = make("span", "muser-address", (start + at).toString(16).padStart(6, "0"));
      const text = make("span", "muser-ascii");
      texts.push(text);
      lines.push(make("div", "", address, ...cells.slice(at, at + PER_LINE), text));
    }
    hex.replaceChildren(...lines);
  }

  function draw() {
    const view = model.get("data");
    const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength).slice();
    const offset = model.get("offset");
    if (cells.length !== bytes.length || offset !== start) {
      start = offset;
      build(bytes.length);
    }
    if (before === null || bytes.some((byte, i) => byte !== before[i])) paint(bytes);
    caption.textContent = model.get("caption");
  }

  function paint(bytes) {
    bytes.forEach((byte, i) => {
      const changed = before !== null && before[i] !== byte;
      const look = changed ? "muser-byte muser-changed" : byte ? "muser-byte" : "muser-byte muser-zero";
      if (cells[i].className !== look) cells[i].className = look;
      if (changed || before === null) cells[i].textContent = byte.toString(16).padStart(2, "0");
    });
    texts.forEach((text, line) => {
      text.textContent = characters(bytes.subarray(line * PER_LINE, (line + 1) * PER_LINE));
    });
    before = bytes;
  }

  where.addEventListener("keydown", (event) => {
    if (event.key === "Enter") model.send({ go: where.value });
  });
  model.on("change", draw);
  draw();
  const sight = watching(model, el);
  return () => {
    model.off("change", draw);
    sight.close();
  };
}

function characters(bytes) {
  return Array.from(bytes, (b) => (b > 31 && b < 127 ? String.fromCharCode(b) : "·")).join("");
}

export default { render };
