// What part of the time a timeline shows: all there is, the last so-and-so long, or from one time to
// another. Times are in nanoseconds from the origin.

const SHORTEST = 1000; // nanoseconds

function timeAxis(changed) {
  let since = null; // with `until`: a fixed part
  let until = null;
  let width = null; // alone: the last so-and-so long
  let shown = [0, 1e9]; // what is on the screen
  let ends = [0, 1e9]; // when the first and last events were

  function set(from, to) {
    const whole = Math.max((ends[1] - ends[0]) * 1.04, SHORTEST);
    const size = Math.max(to - from, SHORTEST);
    if (size >= whole * 1.2) return fit();
    if (to >= ends[1] && from > ends[0] - whole * 0.03) { // the end is in sight: it is followed
      [since, until, width] = [null, null, size];
      shown = [to - size, to];
    } else {
      const start = Math.min(Math.max(from, ends[0] - size / 2), ends[1] - size / 2);
      [since, until, width] = [start, start + size, null];
      shown = [since, until];
    }
    changed();
  }

  function fit() {
    [since, until, width] = [null, null, null];
    changed();
  }

  return {
    get shown() { return shown; },
    get length() { return shown[1] - shown[0]; },
    get fixed() { return since !== null; },
    wants: (bins) => [since, until, width, bins].map((one) => (one === null ? null : Math.round(one))),
    // Takes what came; where the axis follows, that is what is shown from now on.
    came(axis, extent) {
      ends = extent;
      if (since === null) shown = axis;
    },
    set,
    fit,
    zoom(factor, at = (shown[0] + shown[1]) / 2) {
      set(at - (at - shown[0]) * factor, at + (shown[1] - at) * factor);
    },
    pan(part) {
      const by = (shown[1] - shown[0]) * part;
      set(shown[0] + by, shown[1] + by);
    },
    home: () => set(ends[0] - (shown[1] - shown[0]) * 0.02, ends[0] + (shown[1] - shown[0]) * 0.98),
    end: () => set(ends[1] - (shown[1] - shown[0]) * 0.98, ends[1] + (shown[1] - shown[0]) * 0.02),
    centre(at) {
      const half = (shown[1] - shown[0]) / 2;
      if (at < shown[0] || at > shown[1]) set(at - half, at + half);
    },
  };
}
