// The devices of a lab, a line for each, live.

const HEAD = ["", "device", "ids", "client", "accesses", "per second", "last minute", "last error"];

function render({ model, el }) {
  const caption = make("div", "muser-caption");
  const body = make("tbody", "");
  const head = make("tr", "", ...HEAD.map((title) => make("th", "", title || make("span", "muser-hidden", "state"))));
  const table = make("table", "", make("caption", "muser-hidden", "devices of the lab"), make("thead", "", head), body);
  const waits = make("div", "muser-waits");
  el.append(make("div", "muser-view muser-overview",
    make("div", "muser-bar", caption), make("div", "muser-frame", table), waits));
  const rows = new Map(); // device -> what its row is made of

  function show(parts) {
    const devices = Object.entries(parts).filter(([name]) => name.startsWith("device "));
    for (const [name, row] of rows) if (!(name in parts)) { row.root.remove(); rows.delete(name); }
    for (const [name, facts] of devices) {
      if (!rows.has(name)) { rows.set(name, line()); body.append(rows.get(name).root); }
      rows.get(name).show(facts);
    }
    const users = devices.filter(([, facts]) => facts.client !== "").length;
    caption.textContent = devices.length === 1 ? "1 device" : `${devices.length} devices, ${users} in use`;
    waits.replaceChildren(...parts.waits.map((wait) => make("div", "", `under way: ${wait}`)));
  }

  const sight = watching(model, el, show);
  return () => sight.close();
}

function line() {
  const lamp = make("span", "muser-lamp");
  const spark = sparkline();
  const texts = ["name", "ids", "client", "accesses", "rate"].map((kind) => make("td", kind));
  const fault = make("td", "note");
  const root = make("tr", "", make("td", "", lamp), ...texts, make("td", "", spark.svg), fault);

  function show(facts) {
    const values = [facts.name, facts.ids, facts.client || "none",
      facts.accesses.toLocaleString("en"), facts.rate.toLocaleString("en")];
    lamp.className = `muser-lamp ${facts.tone}`;
    lamp.title = facts.tone === "used" ? "in use" : "waiting for a client";
    texts.forEach((td, i) => { if (td.textContent !== values[i]) td.textContent = values[i]; });
    spark.draw(facts.history);
    fault.textContent = facts.fault.length ? `${timeOfDay(facts.fault[0])} ${facts.fault[1]}` : "";
  }

  return { root, show };
}

export default { render };
