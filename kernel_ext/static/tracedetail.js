// Everything about the event that is selected.

function traceDetail() {
  const root = make("div", "muser-detail");

  function show(event) {
    const facts = event ? [
      [`#${event.seq}`, `${event.device} ${event.kind.replace("_", " ")}`],
      ["where", event.offset ? `${event.where} at ${event.offset}` : event.where],
      ["data", event.size > 0 ? `${event.data}  ${event.text}  ${counted(event.size, "byte")}` : ""],
      ["fields", event.meaning],
      ["took", event.took === null ? "" : lasting(event.took)],
      ["note", event.note],
      ["client", event.client],
      ["at", `${atTime(event.time)} s, ${timeOfDayAt(event.clock)}`],
    ].filter(([, text]) => text !== "") : [];
    root.replaceChildren(...facts.map(([name, text]) => make("div", "", make("span", "", name), make("span", "", text))));
  }

  return { root, show };
}
