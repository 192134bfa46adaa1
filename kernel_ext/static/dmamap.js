// The map of DMA: all regions to one scale, the chosen one large with what the device touched of it,
// and a table that says the same in words.
//
// Keys: in the map arrows choose a region, in the large one they go along it; Enter shows the bytes.

const LEGEND = [
  ["mapped", "sealed memfd, mapped"],
  ["file", "file, not sealed"],
  ["messages", "messages only"],
  ["read", "read by the device"],
  ["written", "written by it"],
];

function render({ model, el }) {
  const id = `dma${Math.random().toString(36).slice(2)}`;
  const caption = make("div", "muser-caption");
  const map = picture("listbox", "regions of memory, to scale");
  const large = picture("slider", "address in the chosen region");
  const table = dmaTable(model.get("head"), { choose, open: (at) => { choose(at); open(); } });
  const legend = make("div", "muser-dmalegend", ...LEGEND.map(([kind, text]) => make("span", "", make("i", `key ${kind}`), text)));
  const empty = make("div", "muser-quiet", "A driver or a guest maps memory once it has connected.");
  const there = make("div", "", map, large, legend, table.el);
  el.append(make("div", "muser-view muser-dma", make("div", "muser-bar", caption), empty, there));

  let regions = [];
  let chosen = 0;
  let mark = 0; // where the cursor of the large one is

  function read() {
    regions = model.get("regions").map((one) => (
      { ...one, start: BigInt(`0x${one.start}`), end: BigInt(`0x${one.end}`) }));
    caption.textContent = model.get("caption");
    empty.hidden = regions.length > 0;
    there.hidden = regions.length === 0;
    if (chosen >= regions.length) [chosen, mark] = [0, 0];
    paint();
  }

  function paint() {
    const width = there.clientWidth;
    if (width === 0 || regions.length === 0) return;
    paintMap(map, id, regions, chosen, width).forEach((block, i) => {
      block.onclick = () => choose(i);
      block.ondblclick = open;
    });
    paintLarge(large, regions[chosen], mark, width);
    table.show(regions, chosen);
  }

  function choose(at) {
    chosen = Math.min(Math.max(at, 0), regions.length - 1);
    mark = 0;
    paint();
  }

  function along(to) {
    const region = regions[chosen];
    const last = Number((region.end - region.start - 1n) / markSize(region));
    mark = Math.min(Math.max(to, 0), last);
    paint();
  }

  function open() {
    const region = regions[chosen];
    say(model, { open: hexText(region.start + BigInt(mark) * markSize(region)) });
  }

  function keys(svg, steps, go) {
    svg.addEventListener("keydown", (event) => {
      if (event.key in steps) go(steps[event.key]);
      else if (event.key === "Enter" || event.key === " ") open();
      else return;
      event.preventDefault();
    });
  }

  const arrows = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1, Home: -Infinity, End: Infinity };
  keys(map, arrows, (by) => choose(chosen + by));
  keys(large, { ...arrows, ArrowUp: 1, ArrowDown: -1, PageUp: 16, PageDown: -16 }, (by) => along(mark + by));
  large.addEventListener("click", (event) => {
    const { left, width } = large.getBoundingClientRect();
    const region = regions[chosen];
    const offset = ((event.clientX - left) / width) * Number(region.end - region.start);
    along(Math.floor(offset / Number(markSize(region))));
    open();
  });

  const sizes = new ResizeObserver(paint);
  sizes.observe(there);
  model.on("change:regions change:caption", read);
  read();
  const sight = watching(model, el);
  return () => {
    model.off("change:regions change:caption", read);
    sizes.disconnect();
    sight.close();
  };
}

export default { render };
