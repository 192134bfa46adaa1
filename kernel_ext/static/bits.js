// A register's bits as a datasheet draws them: a box for each field, `line` bits in a line.

function bitsPicture(register, line) {
  const bits = 8 * register.size;
  const value = BigInt(register.value);
  const lines = [];
  for (let top = bits; top > 0; top -= line) lines.push(bitLine(register, value, top - 1, Math.max(0, top - line)));
  const picture = make("div", "muser-bits", ...lines);
  picture.setAttribute("role", "img");
  picture.setAttribute("aria-label", `${register.key} is 0b${value.toString(2).padStart(bits, "0")}`);
  return picture;
}

function bitLine(register, value, msb, lsb) {
  const line = make("div", "muser-bitline");
  line.style.setProperty("--bits", String(msb - lsb + 1));
  for (let bit = msb; bit >= lsb;) {
    const field = register.fields.find((one) => one.lsb <= bit && bit <= one.msb);
    const below = register.fields.filter((one) => one.msb < bit).map((one) => one.msb);
    const low = Math.max(field === undefined ? Math.max(-1, ...below) + 1 : field.lsb, lsb);
    line.append(bitBox(field, value, bit, low));
    bit = low - 1;
  }
  return line;
}

function bitBox(field, value, msb, lsb) {
  const width = msb - lsb + 1;
  const raw = (value >> BigInt(lsb)) & limit(width);
  const name = make("span", "muser-bitname", field?.name ?? "");
  const held = make("span", "muser-bitvalue", width === 1 ? String(raw) : `0x${raw.toString(16)}`);
  const place = make("span", "muser-bitplace", width === 1 ? String(msb) : `${msb}:${lsb}`);
  const box = make("div", `muser-bit${field ? "" : " muser-unnamed"}${raw ? " muser-set" : ""}`, place, held, name);
  box.style.gridColumn = `span ${width}`;
  box.title = `${field?.name ?? "no field"} [${place.textContent}] = ${field?.shown ?? held.textContent}`;
  return box;
}
