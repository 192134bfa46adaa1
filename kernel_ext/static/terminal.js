// A terminal: lines that Python sends by their numbers, and a field that takes what is typed.

function terminal(columns, rows, typed) {
  const page = make("div", "muser-screen");
  const field = make("textarea", "muser-keys");
  const root = make("div", "muser-terminal", page, field);
  const lines = new Map(); // number -> its element
  let application = false;

  page.setAttribute("role", "region");
  page.setAttribute("aria-label", "what is on the serial console");
  page.tabIndex = 0;
  page.style.height = `calc(${rows} * 1.25em + 8px)`;
  page.style.width = `calc(${columns}ch + 26px)`;
  field.setAttribute("aria-label", "type to the guest; Shift+Tab leaves");
  field.autocapitalize = "off";
  field.autocomplete = "off";
  field.spellcheck = false;

  function show(parts, changed) {
    const atEnd = page.scrollHeight - page.scrollTop - page.clientHeight < 30;
    for (const name of changed) if (name.startsWith("line ")) put(Number(name.slice(5)), parts[name]);
    application = parts.application;
    mark(parts.cursor);
    if (atEnd) page.scrollTop = page.scrollHeight;
  }

  function put(number, pieces) {
    const known = lines.get(number);
    if (pieces === undefined) {
      known?.remove();
      lines.delete(number);
      return;
    }
    const line = known ?? make("div", "muser-line");
    line.replaceChildren(...pieces.map(piece));
    line.dataset.number = String(number);
    if (known !== undefined) return;
    lines.set(number, line);
    let after = page.lastElementChild;
    while (after !== null && Number(after.dataset.number) > number) after = after.previousElementSibling;
    if (after === null) page.prepend(line);
    else after.after(line);
  }

  function piece([text, colour, background, flags]) {
    if (colour === undefined) return text;
    const made = make("span", [...(flags ?? "")].map((flag) => `muser-is-${flag}`).join(" "), text);
    if (colour !== "default") made.style.color = shade(colour);
    if (background !== "default") made.style.background = shade(background, "under");
    return made;
  }

  const shade = (name, where = "ansi") => (/^[0-9a-f]{6}$/.test(name) ? `#${name}` : `var(--muser-${where}-${name}, currentColor)`);

  function mark(cursor) {
    page.querySelector(".muser-cursor")?.remove();
    const line = cursor ? lines.get(cursor[0]) : undefined;
    if (line === undefined) return;
    const block = make("i", "muser-cursor");
    block.style.left = `${cursor[1]}ch`;
    line.append(block);
  }

  field.addEventListener("keydown", (event) => {
    const keys = terminalKey(event, application);
    if (keys === null) return;
    typed(keys);
    page.scrollTop = page.scrollHeight;
    event.preventDefault();
  });
  field.addEventListener("input", (event) => {
    if (event.isComposing) return;
    if (field.value !== "") typed(field.value.replaceAll("\n", "\r"));
    field.value = "";
  });
  field.addEventListener("compositionend", () => {
    if (field.value !== "") typed(field.value);
    field.value = "";
  });
  page.addEventListener("mouseup", () => { if (String(document.getSelection()) === "") field.focus({ preventScroll: true }); });

  return { root, show, enable(on) { field.disabled = !on; } };
}
