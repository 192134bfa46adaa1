// What the selected bytes are: where they lie, and what they say as numbers and as text.

// A name, how many bytes it takes, and how they are read: unsigned, and signed where that differs.
const NUMBERS = [
  ["8 bits", 1, (view) => both(view.getUint8(0), view.getInt8(0))],
  ["16 bits", 2, (view, little) => both(view.getUint16(0, little), view.getInt16(0, little))],
  ["32 bits", 4, (view, little) => both(view.getUint32(0, little), view.getInt32(0, little))],
  ["64 bits", 8, (view, little) => both(view.getBigUint64(0, little), view.getBigInt64(0, little))],
  ["f32", 4, (view, little) => shortest(view.getFloat32(0, little), 7)],
  ["f64", 8, (view, little) => shortest(view.getFloat64(0, little), 16)],
];

function both(unsigned, signed) {
  return unsigned === signed ? String(unsigned) : `${unsigned} / ${signed}`;
}

function shortest(number, precision) {
  return Number.isFinite(number) ? Number(number.toPrecision(precision)) : number;
}

// copy(notation)
function inspector(copy) {
  const where = make("div", "muser-where");
  const hint = make("span", "muser-quiet");
  const text = make("span", "muser-code muser-said-text");
  const copies = Object.keys(NOTATIONS).map((name) => press(name, () => copy(name)));
  const values = new Map();
  const columns = NUMBERS.map(([name, size]) => {
    const column = make("div", "muser-value", make("div", "muser-kind", name));
    for (const order of size === 1 ? ["little"] : ["little", "big"]) {
      const number = make("div", "");
      number.title = size === 1 ? "one byte" : `${order}-endian`;
      values.set(`${name} ${order}`, number);
      column.append(number);
    }
    return column;
  });
  const orders = make("div", "muser-value", make("div", "muser-kind", "as"), make("div", "", "little"), make("div", "", "big"));
  const copying = make("span", "muser-copies", "copy", ...copies);
  const el = make("div", "muser-hexinspect",
    make("div", "muser-bar", where, hint, text, copying),
    make("div", "muser-values", orders, ...columns));
  where.setAttribute("role", "status");

  // bytes: the selection's, as far as they are here; title: where it lies
  function show(title, bytes, following, typed) {
    where.textContent = title;
    hint.textContent = typed === "" ? "" : typed.length % 2 === 1 ? "one more digit"
      : "Enter pokes, Escape drops";
    const view = new DataView(following.buffer, following.byteOffset, following.byteLength);
    for (const [name, size, read] of NUMBERS) {
      for (const order of ["little", "big"]) {
        const number = values.get(`${name} ${order}`);
        if (number === undefined) continue;
        const told = following.length >= size ? String(read(view, order === "little")) : "–";
        if (number.textContent !== told) number.textContent = told;
        number.classList.toggle("exact", size === bytes.length);
      }
    }
    const told = Array.from(bytes.subarray(0, 64), printable).join("");
    text.textContent = bytes.length > 1 ? `“${told}${bytes.length > 64 ? "…" : ""}”` : "";
  }

  return { el, show };
}
