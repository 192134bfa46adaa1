// A tree of items, by mouse and by keyboard: arrows go, Right and Left open and shut, * opens all.
//
// Focus stays on the tree, which names the active item (aria-activedescendant).

// label(item): what stands in its line; chosen(item): called when a person makes another one active.
function treeView(title, label, chosen) {
  const id = `tree${Math.random().toString(36).slice(2)}`;
  const el = make("div", "muser-tree");
  el.tabIndex = 0;
  el.setAttribute("role", "tree");
  el.setAttribute("aria-label", title);
  keepKeys(el);
  const shut = new Set(); // keys of items whose parts are hidden
  let lines = []; // what can be seen: { item, key, level, el }
  let roots = [];
  let active = "";

  function show(items) {
    roots = items;
    lines = [];
    list(items, 1, "");
    el.replaceChildren(...lines.map((line) => line.el));
    mark();
  }

  function list(items, level, path) {
    items.forEach((item, i) => {
      const key = `${path}/${item.name}@${item.start}`;
      const open = !shut.has(key);
      const line = make("div", `muser-treeitem level${level}`, ...label(item));
      line.id = `${id}-${lines.length}`;
      line.setAttribute("role", "treeitem");
      line.setAttribute("aria-level", String(level));
      line.setAttribute("aria-setsize", String(items.length));
      line.setAttribute("aria-posinset", String(i + 1));
      if (item.parts.length > 0) line.setAttribute("aria-expanded", String(open));
      line.onclick = (event) => {
        if (event.target.closest(".muser-twist")) toggle(key, !open);
        else choose(key);
      };
      lines.push({ item, key, level, el: line });
      if (open) list(item.parts, level + 1, key);
    });
  }

  function toggle(key, open) {
    if (open) shut.delete(key); else shut.add(key);
    show(roots);
  }

  function mark() {
    el.removeAttribute("aria-activedescendant");
    for (const line of lines) {
      const here = line.key === active;
      line.el.classList.toggle("active", here);
      line.el.setAttribute("aria-selected", String(here));
      if (here) el.setAttribute("aria-activedescendant", line.el.id);
    }
  }

  function choose(key, told = true) {
    active = key;
    mark();
    const line = lines.find((one) => one.key === key);
    line?.el.scrollIntoView({ block: "nearest" });
    if (told && line) chosen(line.item);
  }

  function chooseBy(fits) { // the deepest that fits; nobody is told
    const line = lines.findLast((one) => fits(one.item));
    if (line && line.key !== active) choose(line.key, false);
  }

  function keyed(event) {
    const at = lines.findIndex((line) => line.key === active);
    const line = lines[at];
    const open = line?.el.getAttribute("aria-expanded");
    const go = (to) => { if (lines[to]) choose(lines[to].key); };
    switch (event.key) {
      case "ArrowDown": go(at + 1); break;
      case "ArrowUp": go(Math.max(at - 1, 0)); break;
      case "Home": go(0); break;
      case "End": go(lines.length - 1); break;
      case "ArrowRight": if (open === "false") toggle(line.key, true); else if (open === "true") go(at + 1); break;
      case "ArrowLeft":
        if (open === "true") toggle(line.key, false);
        else if (line) go(lines.findLastIndex((one, i) => i < at && one.level < line.level));
        break;
      case "*": shut.clear(); show(roots); break;
      default: return;
    }
    event.preventDefault();
  }

  el.addEventListener("keydown", keyed);
  return { el, show, chooseBy };
}
