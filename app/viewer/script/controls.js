// Buttons, keys, fingers and texts. All words come from Python in the user's language (scene.texts).

/** Name of a control for screen readers, and its tip for the mouse. */
function name(element, text) {
  element.setAttribute("aria-label", text);
  if (element.localName === "button") element.title = text;
}

function fill(template, values) {
  return template.replace(/\{(\w+)\}/g, (_, key) => values[key]);
}

/** Put the words of a movement into the page. */
function write(viewer) {
  const { root, scene, parts } = viewer;
  const { texts } = scene;
  for (const element of root.querySelectorAll("[data-label]")) name(element, texts[element.dataset.label]);
  for (const element of root.querySelectorAll("[data-text]")) element.textContent = texts[element.dataset.text];
  name(viewer.canvas, texts.description);
  name(parts.play, viewer.playing ? texts.pause : texts.play);
  name(parts.speed, texts.speed);
  name(parts.curve, texts.curve);
  parts.time.max = viewer.times.length - 1;
  parts.curve.replaceChildren(...texts.curves.map(({ title }, i) => new Option(title, i)));
  root.querySelector(".curves").hidden = scene.curves.length === 0;
  showSwitches(viewer);
  showLegend(viewer);
}

/** A switch that can show nothing is off, and says why. */
function showSwitches({ root, scene, shown }) {
  for (const button of root.querySelectorAll("[data-switch]")) {
    const key = button.dataset.switch;
    const why = scene.texts.unavailable[key];
    button.disabled = Boolean(why);
    button.setAttribute("aria-pressed", String(shown[key] && !why));
    button.title = why ?? scene.texts.tips[key];
    if (why) button.setAttribute("aria-description", why);
    else button.removeAttribute("aria-description");
  }
}

function showView({ root, view }) {
  for (const button of root.querySelectorAll("[data-view]")) {
    button.setAttribute("aria-pressed", String(button.dataset.view === view));
  }
}

function showLegend({ root, scene, shown, colours }) {
  const entries = scene.texts.legend.filter(({ needs }) => !needs || (shown[needs] && !scene.texts.unavailable[needs]));
  root.querySelector(".legend").replaceChildren(
    ...entries.map(({ text, colour, sign }) => {
      const item = document.createElement("li");
      const mark = document.createElement("i");
      mark.className = sign ?? "";
      mark.style.setProperty("--colour", colour ?? (colours ? colours[sign === "dashed" ? "ghostLine" : "marker"] : ""));
      item.append(mark, text);
      return item;
    }),
  );
}

function timeText({ scene, time, times }) {
  const seconds = time.toFixed(2);
  const repetition = scene.repetitions.find(([start, stop]) => time >= start && time <= stop);
  const template = repetition ? scene.texts.at_repetition : scene.texts.at;
  return fill(template, { time: seconds, last: times[times.length - 1].toFixed(2), repetition: repetition?.[2] });
}

/** Time and the curve's values in words. */
function spoken(viewer) {
  const curve = viewer.scene.texts.curves[viewer.curve];
  return curve ? `${timeText(viewer)}. ${curve.title}: ${viewer.parts.values.textContent}` : timeText(viewer);
}

/** Slider, clock and the curve's values at this time. */
function showTime(viewer) {
  const { scene, parts, time, times, curve } = viewer;
  const place = frameAt(times, time);
  parts.time.value = place.frame + Math.round(place.share);
  parts.time.setAttribute("aria-valuetext", timeText(viewer));
  parts.clock.textContent = `${time.toFixed(2)} / ${times[times.length - 1].toFixed(2)} s`;
  const array = scene.arrays[`curve${curve}`];
  if (!array) return;
  const nearest = Number(parts.time.value);
  const { decimals, unit } = scene.curves[curve];
  parts.values.replaceChildren(
    ...["r", "l"].map((side, row) => {
      const value = array.values[row * times.length + nearest];
      const item = document.createElement("span");
      const number = document.createElement("b");
      number.style.setProperty("--colour", viewer.colours.sides[side].text);
      number.textContent = Number.isNaN(value) ? "–" : `${value.toFixed(decimals).replace("-", "−")}${unit}`;
      item.append(`${scene.texts.sides[side]} `, number, " ");
      return item;
    }),
  );
}

function listen(viewer, signal) {
  const { root, parts } = viewer;
  const on = (target, type, handler, options) => target.addEventListener(type, handler, { signal, ...options });
  on(root, "click", (event) => clicked(viewer, event.target.closest("button")));
  on(parts.time, "input", () => viewer.seek(viewer.times[Number(parts.time.value)]));
  on(parts.speed, "change", () => (viewer.speed = Number(parts.speed.value)));
  on(parts.curve, "change", () => viewer.choose(Number(parts.curve.value)));
  on(root, "keydown", (event) => pressed(viewer, event));
  listenToStrip(viewer, on);
  listenToFingers(viewer, on);
}

function clicked(viewer, button) {
  if (!button) return;
  const { view, zoom, step, part } = button.dataset;
  if (view) viewer.look(view);
  if (zoom) viewer.zoom(Number(zoom));
  if (step) viewer.step(Number(step));
  if (part === "play") viewer.playing ? viewer.pause() : viewer.play(true);
  if (button.dataset.switch) {
    viewer.shown[button.dataset.switch] = !viewer.shown[button.dataset.switch];
    showSwitches(viewer);
    showLegend(viewer);
    viewer.changed();
  }
}

/** Keys work wherever the focus is inside the viewer, except where a control needs them itself. */
function pressed(viewer, event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const within = event.composedPath()[0].localName;
  if (within === "select" || (within === "button" && [" ", "Enter"].includes(event.key))) return;
  if (within === "input" && event.key !== " ") return;
  const action = event.shiftKey ? orbitKeys[event.key] : keys[event.key];
  const view = Object.keys(VIEWS)[viewNumbers.indexOf(event.key)];
  if (!action && !view) return;
  event.preventDefault();
  event.stopPropagation();
  if (action) action(viewer);
  else viewer.look(view);
}

// Views by number in the order of their buttons.
const viewNumbers = ["1", "2", "3", "4", "5", "6"];

const keys = {
  " ": (viewer) => (viewer.playing ? viewer.pause() : viewer.play(true)),
  ArrowLeft: (viewer) => viewer.step(-1),
  ArrowRight: (viewer) => viewer.step(1),
  Home: (viewer) => viewer.seek(viewer.times[0]),
  End: (viewer) => viewer.seek(viewer.times[viewer.times.length - 1]),
  "+": (viewer) => viewer.zoom(1.25),
  "-": (viewer) => viewer.zoom(0.8),
};

const orbitKeys = {
  ArrowLeft: (viewer) => viewer.orbit(ORBIT_PER_KEY, 0),
  ArrowRight: (viewer) => viewer.orbit(-ORBIT_PER_KEY, 0),
  ArrowUp: (viewer) => viewer.orbit(0, ORBIT_PER_KEY),
  ArrowDown: (viewer) => viewer.orbit(0, -ORBIT_PER_KEY),
  "+": keys["+"], // on many keyboards plus needs Shift
};

/** A click or drag on the curve leads the time. */
function listenToStrip(viewer, on) {
  const strip = viewer.parts.strip.parentElement;
  const seek = (event) => viewer.seek(viewer.strip.timeAt(event.clientX - strip.getBoundingClientRect().left));
  on(strip, "pointerdown", (event) => {
    strip.setPointerCapture(event.pointerId);
    seek(event);
  });
  on(strip, "pointermove", (event) => strip.hasPointerCapture(event.pointerId) && seek(event));
}

/**
 * The mouse turns, with Shift it moves. One finger turns sideways (up and down scrolls the page), two fingers zoom and
 * raise. The wheel zooms once the figure has been clicked.
 */
function listenToFingers(viewer, on) {
  const { canvas } = viewer;
  const fingers = new Map();
  on(canvas, "pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, [event.clientX, event.clientY]);
  });
  on(canvas, "pointermove", (event) => {
    const before = fingers.get(event.pointerId);
    if (!before) return;
    const now = [event.clientX, event.clientY];
    const [dx, dy] = [now[0] - before[0], now[1] - before[1]];
    if (fingers.size > 1) pinched(viewer, before, now, [...fingers].find(([id]) => id !== event.pointerId)[1]);
    else if (event.shiftKey) viewer.move(dx, dy);
    else viewer.orbit(-dx * ORBIT_PER_PIXEL, event.pointerType === "touch" ? 0 : dy * ORBIT_PER_PIXEL);
    fingers.set(event.pointerId, now);
  });
  for (const type of ["pointerup", "pointercancel"]) on(canvas, type, (event) => fingers.delete(event.pointerId));
  const wheel = (event) => {
    // Before that the wheel scrolls the page, which would otherwise be caught here.
    if (canvas.getRootNode().activeElement !== canvas) return;
    event.preventDefault();
    viewer.zoom(Math.exp(-event.deltaY * 0.0015), [event.clientX, event.clientY]);
  };
  on(canvas, "wheel", wheel, { passive: false });
}

/** One of two fingers moved: the other one stays. */
function pinched(viewer, before, now, other) {
  const distance = (from) => Math.hypot(from[0] - other[0], from[1] - other[1]);
  const middle = [(now[0] + other[0]) / 2, (now[1] + other[1]) / 2];
  viewer.zoom(distance(now) / Math.max(1, distance(before)), middle);
  viewer.orbit(0, ((now[1] - before[1]) / 2) * ORBIT_PER_PIXEL);
}
