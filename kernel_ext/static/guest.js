// A guest: how it is, what it consists of, its buttons, and its serial console.

const SURE = 3000; // milliseconds within which a button is pressed again to mean it

function render({ model, el }) {
  const lamp = make("span", "muser-lamp");
  const state = make("span", "muser-caption");
  const facts = make("span", "muser-quiet");
  const buttons = [["reset", "reset"], ["power", "shut down"], ["plug", "pull the plug"]].map(([what, text]) => sure(text, () => say(model, { press: what })));
  const screen = terminal(...model.get("size"), (keys) => say(model, { type: keys }));
  const hint = make("div", "muser-quiet", "click and type · Shift+Tab leaves · what is selected is copied with Ctrl+C");
  el.append(make("div", "muser-view muser-guest", make("div", "muser-bar", lamp, state, facts, ...buttons), screen.root, hint));
  state.setAttribute("role", "status");

  function sure(text, action) { // pressed twice: a guest does not come back
    let until = 0;
    const button = press(text, () => {
      const now = performance.now();
      button.textContent = text;
      if (now < until) { until = 0; action(); return; }
      until = now + SURE;
      button.textContent = `really ${text}?`;
      setTimeout(() => { if (performance.now() >= until) button.textContent = text; }, SURE + 50);
    });
    return button;
  }

  function show(parts, changed) {
    lamp.className = `muser-lamp ${parts.tone}`;
    state.textContent = `guest: ${parts.state}`;
    const devices = parts.devices.map(([name, address]) => `${name} at ${address}`).join(", ");
    facts.textContent = [`pid ${parts.pid}`, devices || "no devices"].join(" · ");
    const ended = parts.tone === "off";
    for (const button of buttons) button.disabled = ended;
    screen.enable(!ended);
    screen.show(parts, changed);
  }

  const sight = watching(model, el, show);
  return () => sight.close();
}

export default { render };
