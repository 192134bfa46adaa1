// What every view has: it tells Python while anybody can see it, gets what is shown to it alone, and
// says what went wrong and why it may be out of date.
//
// Python hears when a view comes into sight, when it goes, and every ten seconds in between, since a
// page that is closed or disconnected says nothing any more. With that goes what the view wants to
// see (a window, a filter): two views of one widget may want different things.

const PULSE = 10_000; // milliseconds
const NARROW = 700; // pixels; the styles of a view that has less are more frugal

// show(parts, changed): the parts of the picture by name, and the set of names that are new.
function watching(model, el, show = () => {}) {
  const view = Math.random().toString(36).slice(2);
  const notice = make("div", "muser-notice");
  const said = make("div", "muser-said");
  const parts = {};
  let wants = {};
  let inside = false;
  let seen = false;
  let gone = false;

  keepKeys(el); // none of them is a shortcut of the notebook: d, d would delete the cell
  notice.setAttribute("role", "status");
  said.setAttribute("role", "alert");
  el.firstElementChild.prepend(notice);
  el.firstElementChild.append(said);

  function tell() {
    const now = inside && !document.hidden;
    if (now || seen) gone = !say(model, { view, seen: now, wants });
    seen = now;
    if (gone) draw();
  }

  function ask(more) {
    wants = { ...wants, ...more };
    if (seen) tell();
  }

  function heard(content, buffers) {
    if (content.view !== view) return;
    content.bytes.forEach((name, i) => {
      const { buffer, byteOffset, byteLength } = buffers[i];
      content.set[name] = new Uint8Array(buffer, byteOffset, byteLength);
    });
    for (const name of content.drop) delete parts[name];
    Object.assign(parts, content.set);
    show(parts, new Set([...Object.keys(content.set), ...content.drop]));
    count();
  }

  function draw() {
    const stopped = gone ? "the kernel has ended: run the cells again" : model.get("stopped");
    el.classList.toggle("muser-stopped", stopped !== "");
    notice.textContent = stopped;
    said.textContent = model.get("said");
    count();
  }

  function count() {
    el.dataset.updates = String(Number(el.dataset.updates ?? 0) + 1);
  }

  const observer = new IntersectionObserver((entries) => {
    inside = entries.at(-1).isIntersecting;
    if (inside !== seen) tell();
  });
  observer.observe(el);
  const width = new ResizeObserver(() => {
    const before = el.classList.contains("muser-narrow");
    if (el.clientWidth === 0 || before === el.clientWidth < NARROW) return;
    el.classList.toggle("muser-narrow");
    if (Object.keys(parts).length > 0) show(parts, new Set());
  });
  width.observe(el);
  document.addEventListener("visibilitychange", tell);
  const pulse = setInterval(tell, PULSE);
  model.on("msg:custom", heard);
  model.on("change", draw);
  draw();

  function close() {
    observer.disconnect();
    width.disconnect();
    document.removeEventListener("visibilitychange", tell);
    clearInterval(pulse);
    model.off("msg:custom", heard);
    model.off("change", draw);
    inside = false;
    tell();
  }

  return { ask, close };
}

// Small helpers of all views.

// Tells Python something; returns whether it could be sent, which it cannot where the kernel has ended.
function say(model, content) {
  try {
    model.send(content);
    return true;
  } catch {
    return false;
  }
}

function make(tag, className, ...children) {
  const element = document.createElement(tag);
  if (className !== "") element.className = className;
  element.append(...children.filter((child) => child !== ""));
  return element;
}

function press(text, action, className = "") {
  const button = make("button", className, text);
  button.type = "button";
  button.onclick = action;
  return button;
}

// A text entry; its label is also what it shows while it is empty.
function entry(label) {
  const input = make("input", "muser-entry");
  input.placeholder = label;
  input.setAttribute("aria-label", label);
  input.spellcheck = false;
  input.autocomplete = "off";
  keepKeys(input);
  return input;
}

function choice(label, options) {
  const select = make("select", "", ...options.map(([value, text]) => {
    const option = make("option", "", text);
    option.value = value;
    return option;
  }));
  select.setAttribute("aria-label", label);
  keepKeys(select);
  return select;
}

function keepKeys(input) { // the notebook's own shortcuts must not see them
  input.dataset.lmSuppressShortcuts = "true";
  input.addEventListener("keydown", (event) => event.stopPropagation());
}

function flash(element) {
  element.classList.remove("muser-flash");
  void element.offsetWidth; // restarts the animation
  element.classList.add("muser-flash");
}
