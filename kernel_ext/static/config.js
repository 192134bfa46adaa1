// Configuration space: on the left what it says, as a tree, on the right its bytes. What is chosen on
// one side is shown on the other.

function render({ model, el }) {
  const title = make("div", "muser-caption");
  const tree = treeView("what configuration space says", line, (item) => {
    grid.go(BigInt(item.start), BigInt(item.size));
  });
  const grid = hexGrid("bytes of configuration space", {
    window: () => {},
    select: ({ start, end }) => {
      if (!grid.el.matches(":focus")) return; // the tree's own doing
      tree.chooseBy((item) => BigInt(item.start) <= start && end <= BigInt(item.start + item.size));
    },
    poke: (at, digits) => say(model, { poke: [hexText(at), digits] }),
    copy: () => {
      const { start, end } = grid.state();
      toClipboard(NOTATIONS.hex(grid.read(start, Number(end - start))));
    },
  });
  el.append(make("div", "muser-view muser-config",
    make("div", "muser-bar", title), make("div", "muser-sides", tree.el, grid.el)));

  function line(item) {
    const twist = make("span", item.parts.length > 0 ? "muser-twist" : "muser-twist none");
    const offset = make("span", "muser-offset", hexText(item.start, 2));
    const name = make("span", "muser-itemname", item.name);
    return [twist, offset, name, make("span", "muser-itemtext", ...flagged(item.text))];
  }

  function draw() {
    const view = model.get("data");
    const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    const items = model.get("items");
    title.textContent = model.get("title");
    tree.show(items);
    grid.setRanges([[0n, BigInt(bytes.length), ""]]);
    const parts = { places: items.flatMap((item) => item.parts).map((item) => (
      [hexText(item.start), hexText(item.start + item.size), item.name, "register"])) };
    for (let at = 0; at < bytes.length; at += 256) parts[`@${hexText(at)}`] = bytes.subarray(at, at + 256);
    grid.show(parts, new Set(Object.keys(parts)));
  }

  model.on("change:data change:items", draw);
  draw();
  const sight = watching(model, el);
  return () => {
    model.off("change:data change:items", draw);
    grid.close();
    sight.close();
  };
}

function flagged(text) { // flags that are set stand out: Mem+ BusMaster-
  return text.split(/(\s+)/).map((word) => (
    /^\S+\+[,)]?$/.test(word) ? make("b", "", word) : /^\S*[A-Za-z0-9]-[,)]?$/.test(word) ? make("span", "muser-quiet", word) : word));
}

export default { render };
