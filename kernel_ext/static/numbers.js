// What a person types for a register, understood before it is sent. Values are BigInts: registers
// have up to 64 bits. Each function throws an Error whose message says what is wrong.

function number(text, what, most) {
  const word = text.trim();
  const form = /^(0x[0-9a-f]+(_[0-9a-f]+)*|0b[01]+(_[01]+)*|0o[0-7]+(_[0-7]+)*|0|[1-9][0-9]*(_[0-9]+)*)$/i;
  if (word === "") throw new Error(`${what}: type a number`);
  if (/^-/.test(word)) throw new Error(`${what}: a negative number has no place here`);
  if (!form.test(word)) throw new Error(`${what}: “${word}” is no number; say 31, 0x1f or 0b11111`);
  const value = BigInt(word.replaceAll("_", ""));
  if (value > most) throw new Error(`${what}: ${word} does not fit, the most is 0x${most.toString(16)}`);
  return value;
}

const limit = (bits) => (1n << BigInt(bits)) - 1n;
const bitsOf = (field) => field.msb - field.lsb + 1;

function fieldValue(field, text) {
  const named = field.names.find(([name]) => name === text.trim());
  if (named !== undefined) return BigInt(named[1]);
  const names = field.names.map(([name]) => name);
  if (names.length > 0 && /^[a-z_]\w*$/i.test(text.trim())) {
    throw new Error(`${field.name}: “${text.trim()}” is none of ${names.join(", ")}`);
  }
  return number(text, field.name, limit(bitsOf(field)));
}

// A value ("0x1f"), or fields ("go=1 mode=FAST"), as the text that Python takes.
function understood(register, text) {
  if (!text.includes("=")) {
    return `0x${number(text, register.key, limit(8 * register.size)).toString(16)}`;
  }
  const words = text.replaceAll(",", " ").split(/\s+/).filter((word) => word !== "");
  return words.map((word) => {
    const [name, ...rest] = word.split("=");
    const field = register.fields.find((one) => one.name === name);
    if (field === undefined) {
      const names = register.fields.map((one) => one.name).join(", ") || "none";
      throw new Error(`${register.key} has no field “${name}”; it has ${names}`);
    }
    return `${name}=0x${fieldValue(field, rest.join("=")).toString(16)}`;
  }).join(" ");
}
