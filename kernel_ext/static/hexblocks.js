// The bytes that a view has, in the blocks in which they came, and when each changed.

const BLOCK = 256n; // as in window.py

function hexBlocks() {
  const blocks = new Map(); // number of a block: what came of it, in pieces where it is not whole

  function take(name, bytes, fresh) {
    const start = BigInt(`0x${name.slice(1)}`);
    const pieces = blocks.get(start / BLOCK) ?? [];
    const former = pieces.find((one) => one.start === start);
    const piece = { start, bytes: bytes.slice(), changed: new Float64Array(bytes.length) };
    if (!fresh && former?.bytes.length === bytes.length) {
      const now = performance.now();
      bytes.forEach((byte, i) => { piece.changed[i] = byte === former.bytes[i] ? former.changed[i] : now; });
    }
    blocks.set(start / BLOCK, [...pieces.filter((one) => one !== former), piece]);
  }

  function drop(name) {
    const start = BigInt(`0x${name.slice(1)}`);
    const left = (blocks.get(start / BLOCK) ?? []).filter((one) => one.start !== start);
    if (left.length > 0) blocks.set(start / BLOCK, left); else blocks.delete(start / BLOCK);
  }

  function update(parts, changed, fresh) {
    for (const name of changed) {
      if (!name.startsWith("@")) continue;
      if (name in parts) take(name, parts[name], fresh); else drop(name);
    }
  }

  function at(address) { // the piece that has a byte
    const pieces = blocks.get(address / BLOCK) ?? [];
    return pieces.find((one) => address >= one.start && address < one.start + BigInt(one.bytes.length));
  }

  function read(address, count) { // the bytes from there on, as far as they are here
    const bytes = [];
    while (bytes.length < count) {
      const piece = at(address + BigInt(bytes.length));
      if (piece === undefined) break;
      const from = Number(address + BigInt(bytes.length) - piece.start);
      bytes.push(...piece.bytes.subarray(from, from + count - bytes.length));
    }
    return Uint8Array.from(bytes);
  }

  return { update, at, read };
}
