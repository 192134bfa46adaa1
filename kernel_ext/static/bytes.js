// Bytes and addresses as text. Addresses have up to 64 bits, so that they are BigInts.

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

function hexText(number, digits = 1) {
  return number.toString(16).padStart(digits, "0");
}

function sizeText(size) { // exact where it can be: 64 KiB, 1.5 GiB
  let unit = 0;
  let scaled = Number(size);
  while (scaled >= 1024 && unit < UNITS.length - 1) { scaled /= 1024; unit += 1; }
  return `${Number.isInteger(scaled) ? scaled : scaled.toFixed(1)} ${UNITS[unit]}`;
}

function printable(byte) {
  return byte > 31 && byte < 127 ? String.fromCharCode(byte) : "·";
}

// What is copied: the same bytes in three notations.
const NOTATIONS = {
  hex: (bytes) => Array.from(bytes, (byte) => hexText(byte, 2)).join(" "),
  text: (bytes) => new TextDecoder().decode(bytes),
  Python: (bytes) => `b"${Array.from(bytes, pythonByte).join("")}"`,
};

function pythonByte(byte) {
  const character = String.fromCharCode(byte);
  if (character === '"' || character === "\\") return `\\${character}`;
  return byte > 31 && byte < 127 ? character : `\\x${hexText(byte, 2)}`;
}

async function toClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch { // a page that does not come from this machine, and is not encrypted, may not
    const area = make("textarea", "muser-hidden");
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
}
