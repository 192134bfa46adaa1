// Tells Python while anybody can see a view: when it comes into sight, when it goes, and every ten
// seconds in between, since a page that is closed or disconnected says nothing any more.

const PULSE = 10_000; // milliseconds

function watching(model, el) {
  const view = Math.random().toString(36).slice(2);
  let inside = false;
  let seen = false;

  function tell() {
    const now = inside && !document.hidden;
    if (now || seen) model.send({ view, seen: now });
    seen = now;
  }

  const observer = new IntersectionObserver((entries) => {
    inside = entries.at(-1).isIntersecting;
    if (inside !== seen) tell();
  });
  observer.observe(el);
  document.addEventListener("visibilitychange", tell);
  const pulse = setInterval(tell, PULSE);

  return () => {
    observer.disconnect();
    document.removeEventListener("visibilitychange", tell);
    clearInterval(pulse);
    inside = false;
    tell();
  };
}

// Small helpers of all views.

function make(tag, className, ...children) {
  const element = document.createElement(tag);
  element.className = className;
  element.append(...children);
  return element;
}

function entry(placeholder) {
  const input = make("input", "muser-entry");
  input.placeholder = placeholder;
  input.spellcheck = false;
  keepKeys(input);
  return input;
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
