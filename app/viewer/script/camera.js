// A perspective camera that circles around a target. Ground frame: Y up, lengths in metres.

const FIELD_OF_VIEW = (26 * Math.PI) / 180;
const NEAREST = 0.2; // nothing nearer to the camera is drawn [m]
const STEEPEST = Math.PI / 2 - 1e-3;

// Direction of sight against the direction that the person faces (about the vertical, towards the right), and how far
// the camera is raised. "Right" looks at the person's right side.
const VIEWS = {
  anterior: { turn: Math.PI, rise: 0 },
  posterior: { turn: 0, rise: 0 },
  right: { turn: -Math.PI / 2, rise: 0 },
  left: { turn: Math.PI / 2, rise: 0 },
  superior: { turn: 0, rise: STEEPEST },
  oblique: { turn: (-3 * Math.PI) / 4, rise: 0.3 },
};

class Camera {
  constructor() {
    this.yaw = 0;
    this.pitch = 0;
    this.zoom = 1;
    this.aside = [0, 0]; // target's way from the middle of the picture, to the right and down [m]
    this.target = [0, 1, 0];
    this.distance = 4;
    this.resize(1, 1);
  }

  resize(width, height) {
    this.width = width;
    this.height = height;
    this.focal = height / 2 / Math.tan(FIELD_OF_VIEW / 2);
  }

  look(view, heading) {
    this.aside = [0, 0];
    this.yaw = heading + VIEWS[view].turn;
    this.pitch = VIEWS[view].rise;
  }

  orbit(byYaw, byPitch) {
    this.yaw += byYaw;
    this.pitch = Math.max(-0.2, Math.min(STEEPEST, this.pitch + byPitch));
  }

  /** Zoom towards a point of the picture, given from its middle [pixels]. */
  zoomBy(factor, x, y) {
    const before = this.distance / this.zoom;
    this.zoom = Math.max(0.4, Math.min(6, this.zoom * factor));
    const nearer = (before - this.distance / this.zoom) / this.focal;
    // Whoever zooms out to the whole has the whole in the middle again.
    this.aside = this.zoom <= 1 ? [0, 0] : [this.aside[0] - x * nearer, this.aside[1] - y * nearer];
  }

  /** Move the picture [pixels]. */
  move(x, y) {
    const scale = this.distance / this.zoom / this.focal;
    this.aside = [this.aside[0] + x * scale, this.aside[1] + y * scale];
  }

  /** Stand far enough away to see an upright cylinder of this half width and half height. */
  fit(halfWidth, halfHeight) {
    const [level, steep] = [Math.cos(this.pitch), Math.abs(Math.sin(this.pitch))];
    const tall = halfHeight * level + halfWidth * steep;
    const across = Math.max(tall, (halfWidth * this.height) / this.width);
    // From its near side: the camera never stands inside.
    this.distance = across / Math.tan(FIELD_OF_VIEW / 2) + halfWidth * level + halfHeight * steep;
  }

  /** Work out the directions once per picture. */
  aim() {
    const [cy, sy, cp, sp] = [Math.cos(this.yaw), Math.sin(this.yaw), Math.cos(this.pitch), Math.sin(this.pitch)];
    this.right = [-sy, 0, cy];
    this.up = [sp * cy, cp, sp * sy];
    this.forward = [cp * cy, -sp, cp * sy];
    this.away = this.distance / this.zoom;
    const [aside, down] = this.aside;
    this.centre = this.target.map((value, axis) => value - aside * this.right[axis] + down * this.up[axis]);
  }

  /** Points (x, y, z, x, ...) to the screen: (x, y, depth, pixels per metre, ...). */
  project(points, out) {
    const { right, up, forward, centre, focal, away } = this;
    const [halfWidth, halfHeight] = [this.width / 2, this.height / 2];
    for (let i = 0, o = 0; i < points.length; i += 3, o += 4) {
      const x = points[i] - centre[0];
      const y = points[i + 1] - centre[1];
      const z = points[i + 2] - centre[2];
      const depth = x * forward[0] + y * forward[1] + z * forward[2] + away;
      const scale = depth > NEAREST ? focal / depth : NaN;
      out[o] = halfWidth + scale * (x * right[0] + z * right[2]);
      out[o + 1] = halfHeight - scale * (x * up[0] + y * up[1] + z * up[2]);
      out[o + 2] = depth;
      out[o + 3] = scale;
    }
    return out;
  }
}
