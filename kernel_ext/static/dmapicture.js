// Regions of memory as shapes: a block each, with what the device read above and what it wrote below.

const SVG = "http://www.w3.org/2000/svg";
const TALL = 46; // pixels, with its margins
const MARKS = 256; // of a region, for what was touched; as in touched.py
const NARROWEST_MARK = 1.5;

function shape(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

function picture(role, label) {
  const svg = shape("svg", { class: "muser-map", height: TALL + 18, role, tabindex: 0, "aria-label": label });
  keepKeys(svg);
  return svg;
}

// Bytes that one mark is for: a power of two, as few as can be.
function markSize(region) {
  let bytes = 1n;
  while (bytes * BigInt(MARKS) < region.end - region.start) bytes *= 2n;
  return bytes;
}

function block(region, x, width) {
  const size = Number(region.end - region.start);
  const bytes = Number(markSize(region));
  const tall = TALL - 9;
  const bars = (runs, kind, y) => runs.map(([from, to]) => shape("rect", {
    class: `touched ${kind}`,
    x: x + (from * bytes * width) / size,
    width: Math.max(((Math.min(to * bytes, size) - from * bytes) * width) / size, NARROWEST_MARK),
    y,
    height: tall / 4,
  }));
  return [
    shape("rect", { class: "block", x, y: 4.5, width, height: tall, rx: 2 }),
    ...bars(region.read, "read", 5.5),
    ...bars(region.written, "written", 3.5 + (3 * tall) / 4),
  ];
}

// All regions to one scale. Returns what stands for each of them.
function paintMap(svg, id, regions, chosen, width) {
  const { places, gaps } = dmaScale(regions, width - 2);
  const blocks = regions.map((region, i) => {
    const { x, width: wide, true: exact } = places[i];
    const [iova, size] = region.cells;
    const told = region.cells.slice(0, 4).join(", ");
    const group = shape("g", { id: `${id}-${i}`, role: "option", "aria-selected": i === chosen, "aria-label": told,
      class: `region ${region.kind}${i === chosen ? " chosen" : ""}` },
    ...block(region, x + 0.5, Math.max(wide - 1, 2)),
    shape("title", {}, exact ? told : `${told} (drawn wider than it is)`));
    if (wide > 9 * size.length) group.append(shape("text", { x: x + wide / 2, y: TALL / 2 + 4, class: "size" }, size));
    if (wide > 8 * iova.length) group.append(shape("text", { x: x + 1, y: TALL + 11 }, iova));
    return group;
  });
  const breaks = gaps.map(({ x, width: wide, size }) => shape("g", { class: "gap" },
    shape("path", { d: `M${x + wide / 2 - 3} 9 l6 9 l-6 9 l6 9` }),
    shape("title", {}, `${sizeText(size)} not mapped`)));
  svg.setAttribute("width", width);
  svg.replaceChildren(...breaks, ...blocks);
  svg.setAttribute("aria-activedescendant", `${id}-${chosen}`);
  return blocks;
}

// One region alone, with a cursor at one of its marks.
function paintLarge(svg, region, mark, width) {
  const size = Number(region.end - region.start);
  const wide = width - 2;
  const at = region.start + BigInt(mark) * markSize(region);
  const cursor = 1 + (Number(at - region.start) / size) * wide;
  const ticks = [[0, "start"], [0.25, "middle"], [0.5, "middle"], [0.75, "middle"], [1, "end"]];
  svg.setAttribute("width", width);
  svg.replaceChildren(
    shape("g", { class: `region ${region.kind}` }, ...block(region, 0.5, wide)),
    shape("path", { class: "cursor", d: `M${cursor} 1 v${TALL - 2} m-4 0 l4 -5 l4 5 z` }),
    ...ticks.map(([part, anchor]) => shape("text", { x: part * wide, y: TALL + 11, "text-anchor": anchor },
      `0x${hexText(region.start + BigInt(Math.round(part * size)))}`)));
  svg.setAttribute("aria-valuemin", "0");
  svg.setAttribute("aria-valuemax", String((region.end - region.start - 1n) / markSize(region)));
  svg.setAttribute("aria-valuenow", String(mark));
  svg.setAttribute("aria-valuetext", `0x${hexText(at)}`);
}
