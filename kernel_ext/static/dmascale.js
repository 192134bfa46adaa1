// Where each region of memory is drawn: to one scale, with gaps made short, and nothing too small to
// be hit.

const NARROWEST = 5; // pixels; what is drawn wider than it is says so
const GAP = 26; // pixels, where there is room

// regions: [{ start, end }] as BigInts, in order. Returns for each { x, width, true: to scale }, and
// the gaps between them: { x, width, size }.
function dmaScale(regions, width) {
  const gaps = [];
  regions.forEach((region, i) => {
    const before = i === 0 ? 0n : regions[i - 1].end;
    if (region.start > before) gaps.push({ before: i, size: region.start - before });
  });
  const gapWidth = gaps.length === 0 ? 0 : Math.min(GAP, (0.3 * width) / gaps.length);
  const room = width - gapWidth * gaps.length;
  const sizes = regions.map((region) => Number(region.end - region.start));
  const fixed = new Set(); // too small for the scale
  let scale = 0;
  for (let settled = false; !settled;) {
    const free = sizes.reduce((sum, size, i) => (fixed.has(i) ? sum : sum + size), 0);
    scale = free === 0 ? 0 : Math.max(room - fixed.size * NARROWEST, 0) / free;
    const small = sizes.findIndex((size, i) => !fixed.has(i) && size * scale < NARROWEST);
    settled = small < 0;
    if (!settled) fixed.add(small);
  }
  let x = 0;
  let next = 0;
  const places = regions.map((_region, i) => {
    if (gaps[next]?.before === i) {
      Object.assign(gaps[next], { x, width: gapWidth });
      x += gapWidth;
      next += 1;
    }
    const place = { x, width: fixed.has(i) ? NARROWEST : sizes[i] * scale, true: !fixed.has(i) };
    x += place.width;
    return place;
  });
  return { places, gaps };
}
