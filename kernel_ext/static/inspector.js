// A closer look at one register: its bits, its fields to be set, what happened to it.
//
// What a person sets is a draft until they poke or write it: a value, or some of the fields.
// act(verb, name, text): called with "poke" or "write" and what was understood, or with "read".

function inspector({ act, pin }) {
  const title = make("h4", "muser-what");
  const facts = make("span", "muser-quiet");
  const keep = press("☆ pin", () => pin(shown.key), "muser-plain");
  const doc = make("p", "muser-doc");
  const picture = make("div", "");
  const fields = make("div", "muser-fields");
  const value = entry("value");
  const wrong = make("span", "muser-wrong");
  const poke = press("Poke", () => send("poke"));
  const write = press("Write", () => send("write"));
  const read = press("Read", () => act("read", shown.key));
  const answer = make("output", "muser-answer");
  const past = make("div", "muser-past muser-quiet");
  const hand = make("div", "muser-hand",
    make("label", "", "value ", value), poke, make("span", "muser-quiet", "as a guest:"), write, read, answer, wrong);
  const root = make("section", "muser-inspector",
    make("div", "muser-bar", title, facts, keep), doc, picture, fields, hand, past);

  let shown = null; // the register
  let built = ""; // what the controls were made for
  let draft = {}; // field name -> text, or "" -> the whole value
  let controls = new Map(); // field name -> its control

  root.hidden = true;
  value.classList.add("muser-code");
  wrong.id = `muser-${Math.random().toString(36).slice(2)}`;
  wrong.setAttribute("role", "alert");
  poke.title = "put it there: no access type, no hook, nothing in the trace";
  write.title = "write as a guest does: access types and hooks, in the trace";
  read.title = "read as a guest does: access types and hooks, in the trace";
  value.addEventListener("input", () => edit("", value.value));
  value.addEventListener("keydown", keys);

  function keys(event) {
    if (event.key === "Enter") send("poke");
    if (event.key === "Escape") forget();
  }

  function edit(name, text) {
    if (name === "") draft = { "": text };
    else { delete draft[""]; draft[name] = text; }
    check();
  }

  function forget() {
    draft = {};
    update();
  }

  function drafted() {
    if ("" in draft) return draft[""];
    const set = Object.entries(draft).map(([name, text]) => `${name}=${text.replaceAll(/\s/g, "")}`);
    return set.join(" ") || shown.value;
  }

  function check() {
    try {
      const text = understood(shown, drafted());
      tell("");
      return text;
    } catch (error) {
      tell(error.message);
      return undefined;
    }
  }

  function tell(text) {
    wrong.textContent = text;
    const dirty = Object.keys(draft).length > 0;
    for (const [name, control] of [["", value], ...controls]) {
      const bad = text !== "" && name in draft;
      control.setAttribute("aria-invalid", String(bad));
      if (bad) control.setAttribute("aria-describedby", wrong.id);
      else control.removeAttribute("aria-describedby");
      control.classList.toggle("muser-draft", dirty && name in draft);
    }
    poke.disabled = write.disabled = text !== "";
  }

  function send(verb) {
    const text = check();
    if (text === undefined) return;
    draft = {};
    act(verb, shown.key, text);
    update();
  }

  function control(field) {
    let made;
    if (field.names.length > 0) made = choice(field.name, names(field));
    else if (bitsOf(field) === 1) made = choice(field.name, [["0x0", "0"], ["0x1", "1"]]);
    else made = entry(field.name);
    made.addEventListener("input", () => edit(field.name, made.value));
    made.addEventListener("keydown", keys);
    return made;
  }

  function names(field) {
    const known = field.names.map(([name, raw]) => [raw, name]);
    const odd = known.some(([raw]) => raw === field.value) ? [] : [[field.value, field.shown]];
    return [...known, ...odd];
  }

  function build() {
    controls = new Map(shown.fields.map((field) => [field.name, control(field)]));
    fields.replaceChildren(...shown.fields.map((field) => make("div", "muser-field",
      make("span", "muser-code muser-fieldname", field.name),
      make("span", "muser-quiet", `${field.msb === field.lsb ? field.lsb : `${field.msb}:${field.lsb}`} ${field.access}`),
      controls.get(field.name),
      make("span", "muser-quiet muser-fielddoc", field.doc))));
  }

  function show(register, said) {
    root.hidden = register === undefined;
    if (register === undefined) { shown = null; built = ""; return; }
    if (shown?.key !== register.key) draft = {};
    shown = register;
    const like = JSON.stringify([register.key, register.fields.map((f) => [f.name, f.msb, f.lsb, names(f)])]);
    if (like !== built) { built = like; build(); }
    answer.textContent = said;
    keep.textContent = register.pinned ? "★ unpin" : "☆ pin";
    update();
  }

  function update() {
    title.textContent = shown.key;
    root.setAttribute("aria-label", `register ${shown.key}`);
    facts.textContent = `0x${shown.offset.toString(16)} · ${shown.size} bytes · ${shown.access} · reset ${shown.reset}`;
    doc.textContent = shown.doc;
    picture.replaceChildren(bitsPicture(shown, root.closest(".muser-narrow") ? 16 : 32));
    if (!("" in draft)) value.value = shown.value;
    for (const field of shown.fields) {
      const made = controls.get(field.name);
      if (!(field.name in draft) && made !== document.activeElement) {
        made.value = made.tagName === "SELECT" ? field.value : field.shown;
      }
    }
    past.replaceChildren(...shown.hooks.map((hook) => make("span", "", `${hook.name} v${hook.version}, ${hook.place}`)));
    check();
  }

  return { root, show };
}
