// Which addresses a row of a hex view shows, and which row shows an address.
//
// A row has 16 bytes from a multiple of 16 on. Ranges that do not touch have a row between them that
// tells of the gap, and what cannot be looked at is one row: so all of 64 bits is as many rows as
// there is something to see. Addresses and numbers of rows are BigInts.

const PER_ROW = 16n;

// ranges: [start, end, reason] in order; with a reason, a range that cannot be looked at.
function hexRows(ranges) {
  const runs = [];
  let rows = 0n;
  let before = 0n;

  function note(start, end, text) {
    runs.push({ row: rows, rows: 1n, start, end, text });
    rows += 1n;
  }

  for (const [start, end, reason] of ranges) {
    if (start > before) note(before, start, `${sizeText(start - before)} not mapped`);
    if (reason !== "") {
      note(start, end, `${sizeText(end - start)} ${reason}`);
    } else {
      const count = (end - 1n) / PER_ROW - start / PER_ROW + 1n;
      runs.push({ row: rows, rows: count, start, end, text: "" });
      rows += count;
    }
    before = end;
  }
  const readable = runs.filter((run) => run.text === "");

  function last(list, fits) { // the last one that fits, of those that fit first
    let low = 0;
    let high = list.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (fits(list[middle])) low = middle + 1; else high = middle;
    }
    return list[low - 1];
  }

  function at(row) { // what a row shows: `base` is the address of its first byte
    const run = last(runs, (one) => one.row <= row);
    const base = (run.start / PER_ROW + row - run.row) * PER_ROW;
    return { ...run, base };
  }

  function rowOf(address) { // of a gap that it lies in, or of the nearest end
    const run = last(runs, (one) => one.start <= address) ?? runs[0];
    if (run === undefined || address < run.start) return 0n;
    if (run.text !== "") return run.row;
    const end = address < run.end ? address : run.end - 1n;
    return run.row + end / PER_ROW - run.start / PER_ROW;
  }

  function nearest(address) { // that can be looked at
    if (readable.length === 0) return null;
    const run = last(readable, (one) => one.start <= address);
    if (run === undefined) return readable[0].start;
    return address < run.end ? address : run.end - 1n;
  }

  // Where a cursor comes to that goes so many bytes from an address: over gaps, up to the ends.
  function moved(address, by) {
    const to = address + by;
    const near = nearest(to < 0n ? 0n : to);
    if (by > 0n && near <= address) return readable.find((one) => one.start > address)?.start ?? near;
    return near;
  }

  function readableFrom(address) { // bytes up to where the range ends
    const run = last(readable, (one) => one.start <= address);
    return run === undefined || address >= run.end ? 0n : run.end - address;
  }

  const end = runs.length === 0 ? 0n : runs.at(-1).end;
  return { rows, end, at, rowOf, nearest, moved, readableFrom, first: readable[0]?.start ?? 0n };
}
