// Regions of memory in words: a row each, whose address is a button that shows the bytes there.

// on: { choose(row), open(row) }
function dmaTable(titles, on) {
  const head = make("tr", "", ...titles.map((title) => {
    const th = make("th", "", title);
    th.scope = "col";
    return th;
  }));
  const body = make("tbody", "");
  const el = make("div", "muser-frame muser-regions", make("table", "", make("thead", "", head), body));
  const rows = []; // stay where they are while their texts change, so that focus stays too

  function row(at) {
    const open = press("", () => on.open(at), "muser-plain");
    open.title = "show the bytes there";
    const cells = titles.map((_title, i) => (i === 0 ? make("td", "", open) : make("td", "")));
    const tr = make("tr", "", ...cells);
    tr.onclick = (event) => { if (event.target !== open) on.choose(at); };
    return { tr, texts: [open, ...cells.slice(1)] };
  }

  function show(regions, chosen) {
    regions.forEach((region, i) => {
      const { tr, texts } = (rows[i] ??= row(i));
      if (tr.parentNode === null) body.append(tr);
      tr.className = i === chosen ? "chosen" : "";
      region.cells.forEach((text, at) => { if (texts[at].textContent !== text) texts[at].textContent = text; });
    });
    for (const { tr } of rows.slice(regions.length)) tr.remove();
  }

  return { el, show };
}
