// The card under a cell: what its hook raised, by which access, and what can be done about it.

const DONE = { undo: "Undo", retry: "Retry" };
const TOLD = {
  undo: "take this patch back",
  retry: "let the access that waits, or else this version, try again",
};

function render({ model, el }) {
  const news = make("div", "muser-quiet muser-code");
  const faults = make("div", "muser-cards");
  el.append(make("div", "muser-view muser-card", news, faults));
  let drawn = "";

  function look() {
    news.textContent = model.get("news");
    const now = JSON.stringify(model.get("faults"));
    if (now === drawn) return;
    const open = new Set([...faults.querySelectorAll("details[open]")].map((one) => one.dataset.key));
    const focus = document.activeElement?.dataset?.focus;
    drawn = now;
    faults.replaceChildren(...model.get("faults").map((fault, at) => card(fault, at, open)));
    if (focus !== undefined) faults.querySelector(`[data-focus="${focus}"]`)?.focus();
  }

  function card(fault, at, open) {
    const times = fault.count > 1 ? make("span", "muser-chip", `${fault.count} times`) : "";
    const title = make("h4", "muser-what", `${fault.kind}: ${fault.title}`);
    const buttons = Object.keys(DONE).filter((what) => fault.can.includes(what)).map((what) => {
      const button = press(DONE[what], () => say(model, { [what]: at }));
      button.title = TOLD[what];
      button.dataset.focus = `${what} ${at}`;
      return button;
    });
    const section = make("section", "muser-closer",
      make("div", "muser-bar", make("span", "muser-bad", "✗"), title, times, ...buttons),
      make("div", "muser-cause", fault.inputs.length ? fault.inputs.at(-1) : ""),
      make("div", "muser-remedy", fault.remedy ? `→ ${fault.remedy}` : ""),
      unfolding("traceback", `trace ${at}`, true, trace(fault.traceback)),
      fault.inputs.length ? unfolding("the last inputs", `inputs ${at}`, false, inputs(fault)) : "");
    section.setAttribute("aria-label", `${fault.hook ?? "a task"} failed`);
    return section;

    function unfolding(text, key, first, content) {
      const details = make("details", "", make("summary", "", text), content);
      details.dataset.key = key;
      details.open = drawnBefore ? open.has(key) : first;
      return details;
    }
  }

  function trace(text) {
    const frame = make("div", "muser-frame", make("pre", "muser-source", text));
    frame.tabIndex = 0;
    frame.setAttribute("role", "region");
    frame.setAttribute("aria-label", "traceback");
    return frame;
  }

  function inputs(fault) {
    const copy = press("copy the cell", async () => {
      await navigator.clipboard.writeText(fault.again);
      copy.textContent = "copied";
    });
    const list = make("ol", "muser-inputs", ...fault.inputs.map((given) => make("li", "muser-code", given)));
    return make("div", "", list, make("div", "muser-frame", sourceView(fault.again)), copy);
  }

  let drawnBefore = false;
  model.on("change:faults", look);
  model.on("change:news", look);
  look();
  drawnBefore = true;
  const sight = watching(model, el);
  return () => sight.close();
}

export default { render };
