// Times as people read them. All are in nanoseconds, from the origin of a trace where they are points.

const STEPS = [1, 2, 5];
const UNITS = [[1e9, "s"], [1e6, "ms"], [1e3, "µs"], [1, "ns"]];

function atTime(ns) {
  return (ns / 1e9).toFixed(6);
}

// A length of time: three digits and a unit.
function lasting(ns) {
  if (ns === 0) return "0 s";
  const [size, unit] = UNITS.find(([one]) => Math.abs(ns) >= one) ?? UNITS.at(-1);
  const value = ns / size;
  if (unit === "s" && value >= 1000) return `${Math.round(value).toLocaleString("en")} s`;
  return `${Number(value.toPrecision(3))} ${unit}`;
}

function counted(number, one, many = `${one}s`) {
  return `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
}

// A rate of so many in so many seconds.
function perSecond(count, seconds) {
  const rate = seconds > 0 ? count / seconds : 0;
  return `${rate >= 100 ? Math.round(rate).toLocaleString("en") : Number(rate.toPrecision(3))}/s`;
}

function timeOfDayAt(microseconds) {
  const time = new Date(microseconds / 1000);
  const rest = String(Math.floor(microseconds % 1e6)).padStart(6, "0");
  return `${time.toLocaleTimeString("en-GB")}.${rest}`;
}

// Where an axis has its ticks, about `wanted` pixels apart, and how to say them.
function ticks(since, until, width, wanted = 110) {
  const least = ((until - since) / width) * wanted;
  const power = 10 ** Math.floor(Math.log10(Math.max(least, 1)));
  const step = (STEPS.find((one) => one * power >= least) ?? 10) * power;
  const digits = Math.max(0, 9 - Math.floor(Math.log10(step)));
  const found = [];
  for (let at = Math.ceil(since / step) * step; at <= until; at += step) {
    found.push([at, `${(at / 1e9).toFixed(Math.min(digits, 9))} s`]);
  }
  return found;
}
