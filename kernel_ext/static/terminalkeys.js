// What the keys of a keyboard are on a serial line; null for those that are the page's own.

const NAMED = {
  Enter: "\r", Backspace: "\x7f", Tab: "\t", Escape: "\x1b", Delete: "\x1b[3~", Insert: "\x1b[2~",
  PageUp: "\x1b[5~", PageDown: "\x1b[6~", Home: "\x1b[H", End: "\x1b[F",
  F1: "\x1bOP", F2: "\x1bOQ", F3: "\x1bOR", F4: "\x1bOS", F5: "\x1b[15~", F6: "\x1b[17~",
  F7: "\x1b[18~", F8: "\x1b[19~", F9: "\x1b[20~", F10: "\x1b[21~", F11: "\x1b[23~", F12: "\x1b[24~",
};
const ARROWS = { ArrowUp: "A", ArrowDown: "B", ArrowRight: "C", ArrowLeft: "D" };

function terminalKey(event, application) {
  const { key, ctrlKey, altKey, metaKey, shiftKey } = event;
  if (metaKey || event.isComposing) return null;
  if (key === "Tab" && shiftKey) return null; // the way out for the keyboard
  if (ctrlKey && !altKey) {
    if (shiftKey || key.toLowerCase() === "v") return null; // copy and paste
    if (key.toLowerCase() === "c" && String(document.getSelection()) !== "") return null;
    const code = key.length === 1 ? key.toUpperCase().charCodeAt(0) : 0;
    return code >= 64 && code < 96 ? String.fromCharCode(code & 31) : null;
  }
  if (ARROWS[key]) return `\x1b${application ? "O" : "["}${ARROWS[key]}`;
  const plain = NAMED[key] ?? null;
  if (plain !== null) return plain;
  return altKey && key.length === 1 ? `\x1b${key}` : null; // letters come as input
}
