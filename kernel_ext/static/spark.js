// Accesses per second in the last minute, as a line.

const WIDE = 120;
const HIGH = 20;

function sparkline() {
  const svg = drawn("svg", { viewBox: `0 0 ${WIDE} ${HIGH}`, preserveAspectRatio: "none", class: "muser-spark", role: "img" });
  const area = drawn("path", { class: "muser-sparkarea" });
  const line = drawn("path", { class: "muser-sparkline" });
  svg.append(area, line);

  function draw(rates) {
    const most = Math.max(1, ...rates);
    const start = WIDE - rates.length;
    const y = (rate) => (HIGH - 1.5 - (rate / most) * (HIGH - 4)).toFixed(1);
    const points = rates.map((rate, i) => `${start + i},${y(rate)}`);
    line.setAttribute("d", points.length ? `M${points.join("L")}` : "");
    area.setAttribute("d", points.length ? `M${start},${HIGH}L${points.join("L")}L${WIDE - 1},${HIGH}Z` : "");
    svg.setAttribute("aria-label", `accesses per second in the last minute, at most ${most.toLocaleString("en")}`);
  }

  draw([]);
  return { svg, draw };
}

function drawn(tag, attributes) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

function timeOfDay(seconds) {
  return new Date(seconds * 1000).toLocaleTimeString();
}
