// Figures of a trace: how many of what kind and how fast, the busiest places, the times between events.

function traceFigures() {
  const kinds = figure("events", ["kind", "events", "rate", "share"]);
  const busy = figure("busiest", ["where", "reads", "writes", "all", "share"]);
  const gaps = figure("time between events", ["up to", "events", "share"]);
  const root = make("div", "muser-figures", kinds.root, busy.root, gaps.root);

  function figure(title, columns) {
    const heading = make("h4", "", title);
    const body = make("tbody", "");
    const heads = columns.map((column) => make("th", "", column));
    heads.forEach((head) => { head.scope = "col"; });
    const table = make("table", "", make("thead", "", make("tr", "", ...heads)), body);
    return { root: make("section", "", heading, table), heading, body };
  }

  function row(cells, share) {
    const bar = make("td", "bar", make("i", ""));
    bar.firstChild.style.width = `${(share * 100).toFixed(1)}%`;
    bar.setAttribute("aria-hidden", "true");
    return make("tr", "", ...cells.map((cell) => make("td", "", cell)), bar);
  }

  function show(figures, selected) {
    const { total, seconds } = figures;
    const of = selected ? "selected" : "all";
    kinds.heading.textContent = `events: ${of}, ${counted(total, "event")} in ${lasting(seconds * 1e9)}`;
    kinds.body.replaceChildren(
      ...figures.kinds.map(([kind, count]) => row([kind.replace("_", " "), count.toLocaleString("en"), perSecond(count, seconds)], count / total)),
      row(["in the last second", figures.now.toLocaleString("en"), ""], 0));
    busy.heading.textContent = `busiest: ${of}`;
    busy.body.replaceChildren(...figures.busy.map(([device, where, count, reads, writes]) =>
      row([device ? `${device} ${where}` : where, ...[reads, writes, count].map((one) => one.toLocaleString("en"))], count / figures.busy[0][2])));
    const most = Math.max(1, ...figures.gaps.map(([, count]) => count));
    gaps.heading.textContent = `time from one event to the next: ${of}`;
    gaps.body.replaceChildren(...figures.gaps.map(([length, count]) => row([lasting(2 ** length), count.toLocaleString("en")], count / most)));
  }

  return { root, show };
}
