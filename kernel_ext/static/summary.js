// What is above a device's tabs.

const STATE = { used: "in use", free: "waiting for a client", off: "not served" };

function render({ model, el }) {
  const lamp = make("span", "muser-lamp");
  const name = make("h3", "muser-name");
  const ids = make("span", "muser-code");
  const state = make("span", "muser-quiet");
  const spark = sparkline();
  const rate = make("span", "muser-rate");
  const client = make("div", "muser-fact");
  const socket = copied("socket");
  const qemu = copied("QEMU arguments");
  const fault = make("div", "muser-fault");
  el.append(make("div", "muser-view muser-summary",
    make("div", "muser-title", lamp, name, ids, state, spark.svg, rate),
    client, make("div", "muser-reach", socket.root, qemu.root), fault));

  function show(now, changed) {
    lamp.className = `muser-lamp ${now.tone}`;
    name.textContent = now.name;
    ids.textContent = now.ids;
    ids.title = `vendor ${now.ids.split(":")[0]}, device ${now.ids.split(":")[1]}, class ${now.class}`;
    state.textContent = STATE[now.tone];
    const noun = now.accesses === 1 ? "access" : "accesses";
    rate.textContent = `${now.rate.toLocaleString("en")}/s · ${now.accesses.toLocaleString("en")} ${noun}`;
    if (changed.has("history")) spark.draw(now.history);
    client.textContent = now.client === "" ? ""
      : `${now.client} since ${timeOfDay(now.since)} · ${now.terms.join(" · ")}`;
    socket.show(now.socket);
    qemu.show(now.qemu);
    fault.textContent = now.fault.length ? `${timeOfDay(now.fault[0])} ${now.fault[1]}` : "";
  }

  const sight = watching(model, el, show);
  return () => sight.close();
}

// A text in one line, and a button that copies it.
function copied(label) {
  const text = make("code", "muser-copied");
  const button = press("copy", copy);
  const root = make("div", "muser-copyable", make("span", "muser-quiet", label), text, button);
  button.setAttribute("aria-label", `copy ${label}`);
  root.hidden = true;

  async function copy() {
    await toClipboard(text.textContent);
    button.textContent = "copied";
    setTimeout(() => { button.textContent = "copy"; }, 1500);
  }

  function show(value) {
    root.hidden = value === "";
    if (text.textContent !== value) text.textContent = text.title = value;
  }

  return { root, show };
}

async function toClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch { // a page that is not served securely has no clipboard
    const area = make("textarea", "muser-hidden");
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
}

export default { render };
