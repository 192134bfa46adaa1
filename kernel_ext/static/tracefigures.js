// Figures of a trace: how many of what kind and how fast, the busiest places and the slowest, how long
// accesses took, and the times between events.

function traceFigures() {
  const kinds = figure("events", ["kind", "events", "rate", "share"]);
  const busy = figure("busiest", ["where", "reads", "writes", "all", "share"]);
  const lengths = figure("how long accesses took", ["up to", "accesses", "share"]);
  const slow = figure("slowest", ["where", "times", "mean", "longest"]);
  slow.root.classList.add("muser-slow");
  const gaps = figure("time between events", ["up to", "events", "share"]);
  const root = make("div", "muser-figures", kinds.root, busy.root, lengths.root, slow.root, gaps.root);

  function figure(title, columns) {
    const heading = make("h4", "", title);
    const body = make("tbody", "");
    const heads = columns.map((column) => make("th", column === "share" ? "bar" : "", column));
    heads.forEach((head) => { head.scope = "col"; });
    const table = make("table", "", make("thead", "", make("tr", "", ...heads)), body);
    const told = make("p", "muser-quiet");
    return { root: make("section", "", heading, told, table), heading, told, body };
  }

  function row(cells, share) {
    const bar = make("td", "bar");
    bar.setAttribute("aria-hidden", "true");
    if (share > 0) {
      bar.append(make("i", ""));
      bar.firstChild.style.width = `${(share * 100).toFixed(1)}%`;
    }
    return make("tr", "", ...texts(cells), bar);
  }

  function texts(cells) {
    return cells.map((cell) => make("td", "", cell));
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
    const { count: timed, median, p99, longest } = figures.took;
    lengths.heading.textContent = `how long accesses took: ${of}`;
    lengths.told.textContent = timed === 0 ? "of no access it is known"
      : `median ${lasting(median)} · 99 % within ${lasting(p99)} · longest ${lasting(longest)}`;
    lengths.body.replaceChildren(...histogram(figures.lengths));
    slow.heading.textContent = `slowest: ${of}`;
    slow.body.replaceChildren(...figures.slow.map(([device, kind, where, count, mean, most]) =>
      make("tr", "", ...texts([[device, where, kind].filter(Boolean).join(" "), count.toLocaleString("en"), lasting(mean), lasting(most)]))));
    gaps.heading.textContent = `time from one event to the next: ${of}`;
    gaps.body.replaceChildren(...histogram(figures.gaps));
  }

  // Rows for how many times were of which length: a class without any between others has one too.
  function histogram(classes) {
    if (classes.length === 0) return [];
    const counts = new Map(classes);
    const most = Math.max(...counts.values());
    const lengths = [...counts.keys()];
    const rows = [];
    for (let length = Math.min(...lengths); length <= Math.max(...lengths); length++) {
      const count = counts.get(length) ?? 0;
      rows.push(row([lasting(2 ** length), count.toLocaleString("en")], count / most));
    }
    return rows;
  }

  return { root, show };
}
