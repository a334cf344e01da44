// The viewer: one object per place in the page; it keeps its time and its view when Streamlit runs the page again.

const PAUSE_BEFORE_REPORT_MS = 300; // of standing still, before Python hears of a new time
const LABELS_PER_S = 12; // texts need not change with every picture
const LONGEST_PICTURE_S = 0.1; // a tab that was hidden does not jump ahead
const ORBIT_PER_PIXEL = 0.008;
const ORBIT_PER_KEY = Math.PI / 24;
const FAR_WALK_M = 1.0; // whoever walks farther is followed from the start

class Viewer {
  constructor(root) {
    this.root = root;
    this.canvas = root.querySelector(".scene");
    this.parts = Object.fromEntries([...root.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, part]));
    this.strip = new Strip(this.parts.strip, root.querySelector(".cursor"));
    this.camera = new Camera();
    this.shown = { forces: true, markers: false, generic: false, follow: false };
    this.speed = 1;
    this.curve = 0;
    this.playing = false;
    this.drawn = 0; // pictures so far; the benchmark and the tests read it
    this.stop = new AbortController();
    this.watch();
    listen(this, this.stop.signal);
  }

  /** Take a new movement, or the same one again after Streamlit ran the page. */
  load(scene) {
    const isSame = this.scene && this.scene.id === scene.id;
    const asked = this.scene && this.scene.start_s !== scene.start_s ? scene.start_s : null;
    this.scene = scene;
    this.time = this.within(isSame ? (asked ?? this.time) : (scene.start_s ?? this.times[0]));
    this.prepare();
    write(this);
    this.resize();
    if (!isSame) {
      this.shown.follow = this.walked() > FAR_WALK_M;
      this.look("oblique");
      showSwitches(this);
      const still = scene.start_s !== null || matchMedia("(prefers-reduced-motion: reduce)").matches;
      this.play(!still);
    }
    this.changed();
  }

  /** Room for what is worked out for every picture, and how large the whole movement is. */
  prepare() {
    const { points, markers, generic } = this.scene.arrays;
    const room = (array) => ({ world: new Float32Array(array.shape[1] * 3), screen: new Float32Array(array.shape[1] * 4) });
    this.rooms = { points: room(points), markers: room(markers) };
    if (generic) this.rooms.generic = room(generic);
    this.arrowRooms = this.scene.arrows.map(({ name }) => room(this.scene.arrays[`arrow_${name}`]));
    [this.low, this.high] = extremes(points.values);
    const lines = floorLines(this.low, this.high, this.scene.floor_m);
    this.floor = { world: lines, screen: new Float32Array((lines.length / 3) * 4) };
    this.followed = new Float32Array(2);
  }

  walked() {
    const { values, shape } = this.scene.arrays.followed;
    let farthest = 0;
    for (let i = 0; i < shape[0]; i++) {
      farthest = Math.max(farthest, Math.hypot(values[2 * i] - values[0], values[2 * i + 1] - values[1]));
    }
    return farthest;
  }

  // Time ------------------------------------------------------------------------------------------------------------

  get times() {
    return this.scene.arrays.time.values;
  }

  within(time) {
    return Math.max(this.times[0], Math.min(this.times[this.times.length - 1], time));
  }

  play(on) {
    this.playing = on;
    this.root.classList.toggle("playing", on);
    name(this.parts.play, on ? this.scene.texts.pause : this.scene.texts.play);
    this.lastTick = undefined;
    if (on) {
      // From the end there is nothing to play but the beginning.
      if (this.time >= this.times[this.times.length - 1]) this.time = this.times[0];
      this.changed();
    }
  }

  pause() {
    if (!this.playing) return;
    this.play(false);
    this.settle();
  }

  seek(time) {
    if (this.playing) this.play(false);
    this.time = this.within(time);
    this.settle();
    this.changed();
  }

  step(frames) {
    const { frame, share } = frameAt(this.times, this.time);
    const next = frames > 0 ? frame + frames : frame + frames + (share > 0 ? 1 : 0);
    this.seek(this.times[Math.max(0, Math.min(this.times.length - 1, next))]);
  }

  /** Say and report the time once it stands still, not on the way. */
  settle() {
    clearTimeout(this.settling);
    this.settling = setTimeout(() => {
      this.parts.announcement.textContent = spoken(this);
      this.report(Math.round(this.time * 1000) / 1000);
    }, PAUSE_BEFORE_REPORT_MS);
  }

  // Pictures --------------------------------------------------------------------------------------------------------

  /** Ask for a picture; many requests before the next one make one picture. */
  changed() {
    this.request ??= requestAnimationFrame((now) => this.tick(now));
  }

  tick(now) {
    this.request = undefined;
    if (this.playing) {
      const passed = Math.min(LONGEST_PICTURE_S, (now - (this.lastTick ?? now)) / 1000);
      this.lastTick = now;
      this.time += passed * this.speed;
      if (this.time > this.times[this.times.length - 1]) this.time = this.times[0];
    }
    this.draw();
    if (!this.playing || !(now - this.lastLabels < 1000 / LABELS_PER_S)) {
      this.lastLabels = now;
      showTime(this);
    }
    this.strip.show(this.time);
    if (this.playing) this.changed();
  }

  draw() {
    const { scene, camera, colours, rooms, shown } = this;
    const { width, height, context } = this.surface;
    const place = frameAt(this.times, this.time);
    this.aim(place);
    const project = (room, array) => camera.project(between(array, place, room.world), room.screen);
    context.clearRect(0, 0, width, height);
    drawFloor(context, camera.project(this.floor.world, this.floor.screen), colours);
    drawShadow(context, scene, this.onFloor(between(scene.arrays.points, place, rooms.points.world)), colours);
    const ghost = shown.generic && rooms.generic ? project(rooms.generic, scene.arrays.generic) : null;
    if (ghost) drawGhost(context, scene, ghost, colours);
    drawBody(context, scene, project(rooms.points, scene.arrays.points), colours);
    if (ghost) drawGhostLines(context, scene, ghost, colours);
    if (shown.forces) this.drawArrows(context, place);
    if (shown.markers) drawMarkers(context, project(rooms.markers, scene.arrays.markers), colours);
    this.drawn += 1;
  }

  onFloor(world) {
    const flat = (this.flat ??= new Float32Array(0)).length === world.length ? this.flat : (this.flat = world.slice());
    flat.set(world);
    for (let i = 1; i < flat.length; i += 3) flat[i] = this.scene.floor_m;
    return this.camera.project(flat, this.rooms.points.screen);
  }

  drawArrows(context, place) {
    this.scene.arrows.forEach(({ name, colour }, i) => {
      const room = this.arrowRooms[i];
      const world = between(this.scene.arrays[`arrow_${name}`], place, room.world);
      drawArrow(context, this.camera.project(world, room.screen), colour, this.colours.background);
    });
  }

  /** Look at the pelvis when it is followed, else at the middle of the whole movement. */
  aim(place) {
    const { low, high, camera } = this;
    const middle = (low[1] + high[1]) / 2;
    if (this.shown.follow) {
      const [x, z] = between(this.scene.arrays.followed, place, this.followed);
      camera.target = [x, middle, z];
      camera.fit(0.55, (high[1] - low[1]) / 2 + 0.12);
    } else {
      camera.target = [(low[0] + high[0]) / 2, middle, (low[2] + high[2]) / 2];
      camera.fit(Math.hypot(high[0] - low[0], high[2] - low[2]) / 2 + 0.1, (high[1] - low[1]) / 2 + 0.12);
    }
    camera.aim();
  }

  /** An anatomical view: of the person as they stand at this moment, wherever in the room they face. */
  look(view) {
    const heading = this.scene.arrays.heading.values;
    this.camera.look(view, heading[frameAt(this.times, this.time).frame]);
    this.view = view;
    showView(this);
    this.changed();
  }

  orbit(byYaw, byPitch) {
    this.camera.orbit(byYaw, byPitch);
    this.view = null;
    showView(this);
    this.changed();
  }

  /** Towards a point on the page, which then stays where it is; without one towards the middle. */
  zoom(factor, at) {
    const box = this.canvas.getBoundingClientRect();
    const [x, y] = at ? [at[0] - box.left - box.width / 2, at[1] - box.top - box.height / 2] : [0, 0];
    this.camera.zoomBy(factor, x, y);
    this.changed();
  }

  move(byX, byY) {
    this.camera.move(byX, byY);
    this.changed();
  }

  choose(curve) {
    this.curve = curve;
    this.strip.draw(this.scene, curve, this.colours);
    name(this.parts.strip, this.scene.texts.curves[curve]?.description ?? "");
    this.changed();
  }

  // Place in the page -----------------------------------------------------------------------------------------------

  watch() {
    this.observer = new ResizeObserver(() => this.scene && this.resize());
    this.observer.observe(this.canvas);
    // The background's transition ends when the theme changes (viewer.css).
    const restyle = (event) => event.target === this.root && this.scene && this.resize();
    this.root.addEventListener("transitionend", restyle, { signal: this.stop.signal });
  }

  resize() {
    this.colours = palette(this.root, this.scene.side_colours);
    // Sliders and menus of the browser follow the theme only when told.
    this.root.style.colorScheme = this.colours.dark ? "dark" : "light";
    this.surface = fitCanvas(this.canvas);
    this.camera.resize(this.surface.width, this.surface.height);
    this.choose(Math.min(this.curve, Math.max(0, this.scene.curves.length - 1)));
    // At once: an emptied canvas would flash.
    this.draw();
    showTime(this);
    this.strip.show(this.time);
  }

  destroy() {
    this.stop.abort();
    this.observer.disconnect();
    clearTimeout(this.settling);
    if (this.request !== undefined) cancelAnimationFrame(this.request);
  }
}

function extremes(points) {
  const [low, high] = [[Infinity, Infinity, Infinity], [-Infinity, -Infinity, -Infinity]];
  for (let i = 0; i < points.length; i++) {
    const axis = i % 3;
    if (points[i] < low[axis]) low[axis] = points[i];
    if (points[i] > high[axis]) high[axis] = points[i];
  }
  return [low, high];
}

const viewers = new WeakMap();

export default function mount({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".viewer");
  let viewer = viewers.get(root);
  if (!viewer) {
    viewer = new Viewer(root);
    viewers.set(root, viewer);
    root.viewer = viewer;
  }
  viewer.report = (time) => setStateValue("time_s", time);
  viewer.load(readPayload(data));
  return () => {
    viewer.destroy();
    viewers.delete(root);
  };
}
