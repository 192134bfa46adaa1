// A generator of interrupts: which vector, how many a second, for how long; what was delivered.

function burstForm(model) {
  const vector = choice("vector of the generator", []);
  const rate = entry("fires per second");
  const seconds = entry("seconds");
  const start = press("Start", begin);
  const stop = press("Cancel", () => say(model, { cancel: true }));
  const bar = make("progress", "");
  const told = make("output", "muser-told");
  const wrong = make("span", "muser-wrong");
  const root = make("form", "muser-generator", make("b", "", "Generator"), vector,
    make("label", "", rate, " per second"), make("label", "", "for ", seconds, " s"), start, stop, bar, told, wrong);

  let chosen = "";
  vector.addEventListener("change", () => { chosen = vector.value; });
  rate.value = "100";
  seconds.value = "2";
  wrong.setAttribute("role", "alert");
  wrong.id = `muser-${Math.random().toString(36).slice(2)}`;
  bar.setAttribute("aria-label", "progress of the generator");
  for (const input of [rate, seconds]) {
    input.setAttribute("aria-describedby", wrong.id);
    input.addEventListener("input", understand);
  }
  root.addEventListener("submit", (event) => event.preventDefault());
  rate.addEventListener("keydown", (event) => { if (event.key === "Enter") begin(); });
  seconds.addEventListener("keydown", (event) => { if (event.key === "Enter") begin(); });

  function understand() {
    const given = [within(rate, 1_000_000), within(seconds, 3600)];
    wrong.textContent = given.includes(undefined) ? "up to 1,000,000 a second, for up to 3600 s" : "";
    start.disabled = wrong.textContent !== "";
    return start.disabled ? undefined : given;
  }

  function within(input, most) {
    const value = Number(input.value.trim() || NaN);
    const fine = value > 0 && value <= most;
    input.setAttribute("aria-invalid", String(!fine));
    return fine ? value : undefined;
  }

  function begin() {
    const given = understand();
    if (given !== undefined) say(model, { burst: [vector.value, ...given] });
  }

  // Until somebody chooses one, the vector is the first that the client hears.
  function offer(names, heard) {
    const before = chosen || heard;
    vector.replaceChildren(...names.map((name) => make("option", "", name)));
    if (names.includes(before)) vector.value = before;
    root.hidden = names.length === 0;
  }

  function show(burst) {
    bar.hidden = burst === null;
    stop.hidden = burst === null || burst.done;
    if (burst === null) return;
    bar.max = burst.total;
    bar.value = burst.fired;
    const count = (n) => n.toLocaleString("en");
    told.textContent = `${burst.vector}: fired ${count(burst.fired)} of ${count(burst.total)}, `
      + `delivered ${count(burst.delivered)}${burst.lost ? `, lost ${count(burst.lost)}` : ""}`
      + `${burst.done && burst.fired < burst.total ? ", cancelled" : ""}`;
  }

  show(null);
  return { root, offer, show };
}
