// Drawing the scene on a 2-D canvas: floor, shadow, ghost, body, arrows, markers, in this order.

const GRID_M = 0.5;
const HULL_DIRECTIONS = Array.from({ length: 20 }, (_, i) => {
  const angle = (i * Math.PI) / 10;
  return [Math.cos(angle), Math.sin(angle)];
});
const JOINT_DEPTH_M = 0.12; // a joint's dot lies on the skin of its limb, not inside

/** Path around two balls and what is stretched between them. */
function capsule(context, x1, y1, r1, x2, y2, r2) {
  const length = Math.hypot(x2 - x1, y2 - y1);
  if (length <= Math.abs(r1 - r2) + 1e-6) {
    const first = r1 >= r2;
    circle(context, first ? x1 : x2, first ? y1 : y2, Math.max(r1, r2));
    return;
  }
  const along = Math.atan2(y2 - y1, x2 - x1);
  const edge = Math.acos((r1 - r2) / length);
  context.moveTo(x1 + r1 * Math.cos(along + edge), y1 + r1 * Math.sin(along + edge));
  context.arc(x1, y1, r1, along + edge, along - edge + 2 * Math.PI);
  context.arc(x2, y2, r2, along - edge, along + edge);
  context.closePath();
}

function circle(context, x, y, radius) {
  context.moveTo(x + radius, y);
  context.arc(x, y, radius, 0, 2 * Math.PI);
}

/** Path around more than two balls: the convex hull of points on their rims (Andrew's monotone chain). */
function hull(context, balls) {
  const rim = balls.flatMap(([x, y, r]) => HULL_DIRECTIONS.map(([dx, dy]) => [x + r * dx, y + r * dy]));
  rim.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const chain = (points) => {
    const kept = [];
    for (const point of points) {
      while (kept.length > 1 && turnsBack(kept[kept.length - 2], kept[kept.length - 1], point)) kept.pop();
      kept.push(point);
    }
    kept.pop();
    return kept;
  };
  const around = [...chain(rim), ...chain(rim.reverse())];
  around.forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
  context.closePath();
}

function turnsBack(a, b, c) {
  return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]) <= 0;
}

/** Balls of a shape on the screen; null where one of them cannot be seen. */
function ballsOf(shape, screen) {
  const balls = [];
  for (let i = 0; i < shape.points.length; i++) {
    const at = 4 * shape.points[i];
    const scale = screen[at + 3];
    if (!(scale > 0)) return null;
    balls.push([screen[at], screen[at + 1], shape.radii_m[i] * scale, screen[at + 2]]);
  }
  return balls;
}

function outline(context, balls) {
  if (balls.length === 1) circle(context, ...balls[0].slice(0, 3));
  else if (balls.length === 2) capsule(context, ...balls[0].slice(0, 3), ...balls[1].slice(0, 3));
  else hull(context, balls);
}

/** Light from the upper left, so that limbs look round. */
function shading(context, balls, colours) {
  const gradient = gradientOver(context, balls);
  gradient.addColorStop(0, balls.length === 1 ? colours.light : colours.base);
  gradient.addColorStop(0.35, balls.length === 1 ? colours.base : colours.light);
  gradient.addColorStop(1, colours.dark);
  return gradient;
}

/** Across a limb, around the light on a ball, down over the trunk. */
function gradientOver(context, balls) {
  const [first, last] = [balls[0], balls[balls.length - 1]];
  const radius = Math.max(...balls.map((ball) => ball[2]));
  const length = Math.hypot(last[0] - first[0], last[1] - first[1]);
  if (balls.length === 1) {
    const [x, y] = [first[0] - 0.35 * radius, first[1] - 0.35 * radius];
    return context.createRadialGradient(x, y, 0, first[0], first[1], radius);
  }
  if (balls.length === 2 && length > radius) {
    const [x, y] = [(first[0] + last[0]) / 2, (first[1] + last[1]) / 2];
    const sign = last[1] - first[1] + first[0] - last[0] > 0 ? -radius : radius;
    const [dx, dy] = [((last[1] - first[1]) / length) * sign, ((first[0] - last[0]) / length) * sign];
    return context.createLinearGradient(x + dx, y + dy, x - dx, y - dy);
  }
  const [xs, ys] = [balls.map((ball) => ball[0]), balls.map((ball) => ball[1])];
  const [left, right] = [Math.min(...xs) - radius, Math.max(...xs) + radius];
  const [top, bottom] = [Math.min(...ys) - radius, Math.max(...ys) + radius];
  return context.createLinearGradient(left, top, right, bottom);
}

/** Mean depth of a shape's skin on the side of the camera. */
function nearSide(shape, balls) {
  return balls.reduce((sum, ball, i) => sum + ball[3] - shape.radii_m[i], 0) / balls.length;
}

/** Limbs, trunk, head and joint dots, the farthest first. */
function drawBody(context, scene, screen, colours) {
  const pieces = [];
  for (const shape of scene.shapes) {
    const balls = ballsOf(shape, screen);
    if (balls) pieces.push({ depth: nearSide(shape, balls), shape, balls });
  }
  for (const joint of scene.joints) {
    const at = 4 * joint.point;
    if (screen[at + 3] > 0) pieces.push({ depth: screen[at + 2] - JOINT_DEPTH_M, joint, at });
  }
  pieces.sort((a, b) => b.depth - a.depth);
  for (const piece of pieces) {
    context.beginPath();
    if (piece.joint) {
      circle(context, screen[piece.at], screen[piece.at + 1], Math.max(2.5, 0.016 * screen[piece.at + 3]));
      context.fillStyle = colours.background;
      context.strokeStyle = colours.sides[piece.joint.side].full;
      context.lineWidth = 2;
    } else {
      outline(context, piece.balls);
      context.fillStyle = shading(context, piece.balls, colours.sides[piece.shape.side]);
      context.strokeStyle = colours.background;
      context.lineWidth = 1.25;
    }
    context.fill();
    context.stroke();
  }
}

/** The unscaled model: a silhouette behind the body. */
function drawGhost(context, scene, screen, colours) {
  // One path and one fill, so that overlapping limbs do not add up.
  context.beginPath();
  for (const shape of scene.shapes) {
    const balls = ballsOf(shape, screen);
    if (balls) outline(context, balls);
  }
  context.fillStyle = colours.ghost;
  context.fill();
}

/** The unscaled model's axes over the body, dashed. */
function drawGhostLines(context, scene, screen, colours) {
  context.beginPath();
  for (const shape of scene.shapes) {
    const balls = shape.points.length === 2 ? ballsOf(shape, screen) : null;
    if (!balls) continue;
    context.moveTo(balls[0][0], balls[0][1]);
    context.lineTo(balls[1][0], balls[1][1]);
  }
  context.setLineDash([5, 4]);
  context.lineWidth = 1.5;
  context.strokeStyle = colours.ghostLine;
  context.stroke();
  context.setLineDash([]);
}

/** Where the body stands: its shapes pressed flat onto the floor. */
function drawShadow(context, scene, screen, colours) {
  context.beginPath();
  for (const shape of scene.shapes) {
    const balls = ballsOf(shape, screen);
    if (!balls) continue;
    const flat = balls.map(([x, y, r]) => [x, y, 0.6 * r]);
    outline(context, flat);
  }
  context.fillStyle = colours.shadow;
  context.fill();
}

/** Lines of the floor under everything that happens, as point pairs. */
function floorLines(low, high, floor) {
  const lines = [];
  const [x0, x1] = [Math.floor(low[0] / GRID_M - 1) * GRID_M, Math.ceil(high[0] / GRID_M + 1) * GRID_M];
  const [z0, z1] = [Math.floor(low[2] / GRID_M - 1) * GRID_M, Math.ceil(high[2] / GRID_M + 1) * GRID_M];
  for (let x = x0; x <= x1 + 1e-6; x += GRID_M) lines.push(...inPieces([x, floor, z0], [x, floor, z1]));
  for (let z = z0; z <= z1 + 1e-6; z += GRID_M) lines.push(...inPieces([x0, floor, z], [x1, floor, z]));
  return Float32Array.from(lines.flat());
}

/** A long line in pieces: only those before the camera are drawn. */
function inPieces(start, end) {
  const length = Math.hypot(end[0] - start[0], end[2] - start[2]);
  const count = Math.max(1, Math.round(length));
  const at = (i) => start.map((value, axis) => value + (i / count) * (end[axis] - value));
  return Array.from({ length: count }, (_, i) => [...at(i), ...at(i + 1)]);
}

function drawFloor(context, screen, colours) {
  context.beginPath();
  for (let i = 0; i < screen.length; i += 8) {
    if (!(screen[i + 3] > 0 && screen[i + 7] > 0)) continue;
    context.moveTo(screen[i], screen[i + 1]);
    context.lineTo(screen[i + 4], screen[i + 5]);
  }
  context.lineWidth = 1;
  context.strokeStyle = colours.grid;
  context.stroke();
}

/** A force from where it acts to its tip. */
function drawArrow(context, screen, colour, background) {
  const [x1, y1, x2, y2] = [screen[0], screen[1], screen[4], screen[5]];
  const length = Math.hypot(x2 - x1, y2 - y1);
  if (!(length > 3)) return;
  const [dx, dy] = [(x2 - x1) / length, (y2 - y1) / length];
  const head = Math.min(15, 0.6 * length);
  const shaft = () => {
    context.beginPath();
    context.moveTo(x1, y1);
    context.lineTo(x2 - 0.8 * head * dx, y2 - 0.8 * head * dy);
  };
  const tip = () => {
    context.beginPath();
    context.moveTo(x2, y2);
    context.lineTo(x2 - head * dx - 0.42 * head * dy, y2 - head * dy + 0.42 * head * dx);
    context.lineTo(x2 - head * dx + 0.42 * head * dy, y2 - head * dy - 0.42 * head * dx);
    context.closePath();
  };
  context.lineCap = "round";
  // A rim in the colour of the page keeps an arrow apart from a limb of the same colour.
  context.strokeStyle = background;
  context.lineWidth = 7.5;
  shaft();
  context.stroke();
  context.lineWidth = 3;
  tip();
  context.stroke();
  context.strokeStyle = context.fillStyle = colour;
  context.lineWidth = 4.5;
  shaft();
  context.stroke();
  tip();
  context.fill();
  context.lineCap = "butt";
}

/** Measured markers as dots over everything: they lie on the skin, and none is to be missed. */
function drawMarkers(context, screen, colours) {
  context.beginPath();
  for (let i = 0; i < screen.length; i += 4) {
    if (!(screen[i + 3] > 0)) continue;
    circle(context, screen[i], screen[i + 1], Math.max(2, 0.009 * screen[i + 3]));
  }
  context.lineWidth = 2;
  context.strokeStyle = colours.markerEdge;
  context.stroke();
  context.fillStyle = colours.marker;
  context.fill();
}
