// The controls above a hex view: where to go, what to look for, files, and how that goes.

// on: { choose(space), go(text), find(kind, text, backwards), follow(wanted), save(path, all, overwrite), load(path),
//   cancel() }
function memoryTools(kinds, on) {
  const caption = make("div", "muser-caption");
  const size = make("span", "muser-size");
  const spaces = choice("address space", []);
  spaces.onchange = () => on.choose(spaces.value);
  const known = make("datalist", "");
  known.id = `known${Math.random().toString(36).slice(2)}`;
  const where = entry("go to name or 0x…");
  where.classList.add("muser-goto");
  where.setAttribute("list", known.id);
  enter(where, () => on.go(where.value));

  const kind = choice("kind of what to find", kinds);
  const what = entry("find");
  const find = (backwards) => { if (what.value !== "") on.find(kind.value, what.value, backwards); };
  const previous = press("‹", () => find(true));
  const next = press("›", () => find(false));
  previous.setAttribute("aria-label", "find the one before");
  next.setAttribute("aria-label", "find the next one");
  enter(what, (event) => find(event.shiftKey));

  const follow = press("follow writes", () => {
    const wanted = follow.getAttribute("aria-pressed") !== "true";
    follow.setAttribute("aria-pressed", String(wanted));
    on.follow(wanted);
  });
  follow.setAttribute("aria-pressed", "false");
  follow.title = "go wherever the device was written last, as its trace tells";

  const file = fileForm(on);
  const told = make("span", "muser-quiet");
  told.setAttribute("role", "status");
  const cancel = press("cancel", on.cancel);
  const doing = make("div", "muser-bar muser-doing", told, cancel);
  doing.hidden = true;

  const el = make("div", "",
    make("div", "muser-bar", caption, known, where,
      make("span", "muser-finder", what, kind, previous, next), follow, file.save, file.load),
    file.el, doing);

  function tell(text, running = false, bad = false) {
    doing.hidden = text === "";
    told.textContent = text;
    told.classList.toggle("bad", bad);
    cancel.hidden = !running;
  }

  function name(choices, chosen, told, names) {
    if (choices.join() !== Array.from(spaces.options, (one) => one.value).join()) {
      spaces.replaceChildren(...choices.map((one) => option(one, one)));
    }
    spaces.value = chosen;
    caption.replaceChildren(choices.length > 1 ? spaces : chosen, size);
    size.textContent = told;
    known.replaceChildren(...names.map((one) => option(one, "")));
  }

  return { el, tell, name, where, what, exists: file.exists };
}

function option(value, text) {
  const made = make("option", "", text);
  made.value = value;
  return made;
}

// One row that asks for a path on the kernel's machine, to save to or to load from.
function fileForm(on) {
  const path = entry("path on the kernel's machine");
  path.classList.add("muser-path");
  const range = choice("what to save", [["selection", "the selection"], ["all", "everything"]]);
  const act = press("save", submit);
  const shut = press("close", () => open(null));
  const el = make("div", "muser-bar muser-file", path, range, act, shut);
  const save = press("save…", () => open("save"));
  const load = press("load…", () => open("load"));
  let mode = null;
  let sure = false; // that a file may be overwritten
  el.hidden = true;
  enter(path, submit);
  path.oninput = () => { sure = false; label(); };

  function open(wanted) {
    const opener = mode === "load" ? load : save;
    mode = mode === wanted ? null : wanted;
    el.hidden = mode === null;
    range.hidden = mode !== "save";
    save.setAttribute("aria-expanded", String(mode === "save"));
    load.setAttribute("aria-expanded", String(mode === "load"));
    sure = false;
    label();
    if (mode === null) opener.focus(); else path.focus();
  }

  function label() {
    act.textContent = sure ? "overwrite" : mode ?? "save";
  }

  function submit() {
    if (path.value === "") return;
    if (mode === "save") on.save(path.value, range.value === "all", sure);
    else on.load(path.value);
  }

  function exists() { // the next press is meant
    sure = true;
    label();
  }

  for (const button of [save, load]) button.setAttribute("aria-expanded", "false");
  return { el, save, load, exists };
}

function enter(input, action) {
  input.addEventListener("keydown", (event) => { if (event.key === "Enter") action(event); });
}
