// The hooks of a device: which version answers, and a closer look at the hook that is selected.

const COLUMNS = [
  { title: "hook", className: "name" },
  { title: "version" },
  { title: "state", className: "state words" },
  { title: "from" },
  { title: "last patch", className: "words" },
];
const MARKS = { trusted: "✓", probation: "◔", faulty: "✗", paused: "‖", off: "○" };

function render({ model, el }) {
  const caption = make("div", "muser-caption");
  const table = grid({ label: "hooks", columns: COLUMNS, height: 8, fill, wanted, chosen });
  const none = make("p", "muser-quiet", "A decorated function puts a hook here: ", make("code", "", "@dev.bar0.CTRL.on_write"));
  const title = make("h4", "muser-what");
  const undo = press("Undo", () => say(model, { undo: parts.selected.key }));
  const redo = press("Redo", () => say(model, { redo: parts.selected.key }));
  const versions = make("div", "muser-versions");
  const differ = press("diff", () => { diffing = !diffing; look(); });
  const faults = make("div", "muser-faults");
  const code = make("div", "muser-frame");
  const closer = make("section", "muser-closer",
    make("div", "muser-bar", title, versions, differ, undo, redo), faults, code);
  el.append(make("div", "muser-view muser-hooks", make("div", "muser-bar", caption), table.frame, none, closer));

  let parts = {};
  let selected = "";
  let diffing = false;
  let drawn = "";
  versions.setAttribute("role", "group");
  versions.setAttribute("aria-label", "versions");
  code.tabIndex = 0;
  undo.title = "take the last patch of this hook back";
  redo.title = "make the patch again that was taken back";

  function show(now) {
    parts = now;
    caption.textContent = parts.caption;
    none.hidden = parts.total > 0;
    table.frame.hidden = parts.total === 0;
    table.draw(parts.total, (at) => parts[`line ${at}`]);
    look();
  }

  function fill(element, line) {
    element.dataset.key = line.key;
    element.dataset.looks = line.looks;
    const texts = [line.key, `${line.version} of ${line.versions}`, `${MARKS[line.looks]} ${line.state}`, line.place,
      line.patched ? `${line.who} at ${new Date(line.patched * 1000).toLocaleTimeString()}` : ""];
    texts.forEach((text, i) => {
      const one = element.children[i];
      if (one.textContent !== text) one.textContent = one.title = text;
    });
  }

  function look() {
    const hook = parts.selected;
    const now = JSON.stringify([hook, diffing]);
    closer.hidden = hook === undefined;
    if (hook === undefined || now === drawn) return;
    drawn = now;
    title.textContent = hook.key;
    closer.setAttribute("aria-label", `hook ${hook.key}`);
    versions.replaceChildren(...hook.versions.map((version) => {
      const button = press(`v${version.number}${version.current ? " ●" : ""}`, () => sight.ask({ version: version.number }));
      button.setAttribute("aria-pressed", String(version.number === hook.chosen));
      button.setAttribute("aria-label", `version ${version.number}${version.current ? ", current" : ""}`);
      button.title = `${version.place}, from access ${version.seq}: ${version.state}`;
      return button;
    }));
    differ.setAttribute("aria-pressed", String(diffing));
    faults.replaceChildren(...hook.failures.map((failure) => make("div", "", failure)));
    code.setAttribute("aria-label", diffing ? `changes of version ${hook.chosen}` : `source of version ${hook.chosen}`);
    code.replaceChildren(diffing ? diffView(hook.diff) : sourceView(hook.source));
  }

  function chosen(line) {
    if (line === undefined) return;
    selected = line.key;
    sight.ask({ selected, version: 0 });
  }

  function wanted(first, count) {
    sight?.ask({ first, count });
  }

  const sight = watching(model, el, show);
  table.draw(0, () => undefined);
  sight.ask({ first: 0, count: 40, selected, version: 0 });
  return () => sight.close();
}

export default { render };
