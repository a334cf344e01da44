// The curve under the figure: both sides over time, repetitions shaded, and a cursor that follows and leads.

const STRIP_MARGIN = { left: 44, right: 8, top: 20, bottom: 20 };

class Strip {
  constructor(canvas, cursor) {
    this.canvas = canvas;
    this.cursor = cursor;
  }

  /** Draw the curve anew; done when the curve, the size or the theme changes, not for every picture. */
  draw(scene, index, colours) {
    const { width, height, context } = fitCanvas(this.canvas);
    const time = scene.arrays.time.values;
    this.first = time[0];
    this.last = time[time.length - 1];
    this.width = width;
    context.clearRect(0, 0, width, height);
    const array = scene.arrays[`curve${index}`];
    if (!array) return;
    const [low, high] = niceRange(array.values);
    const y = (value) =>
      STRIP_MARGIN.top + ((high - value) / (high - low)) * (height - STRIP_MARGIN.top - STRIP_MARGIN.bottom);
    context.font = `11px ${colours.font}`;
    this.drawRepetitions(context, scene, colours, height);
    this.drawAxes(context, colours, low, high, y, height);
    // Left over right where both lie on each other, as on the page of curves.
    for (const [row, side] of ["r", "l"].entries()) {
      const values = array.values.subarray(row * time.length, (row + 1) * time.length);
      this.drawCurve(context, time, values, y, colours.sides[side].full);
    }
  }

  drawRepetitions(context, scene, colours, height) {
    for (const [start, stop, number] of scene.repetitions) {
      const [x0, x1] = [this.x(start), this.x(stop)];
      context.fillStyle = colours.shade;
      context.fillRect(x0 + 0.5, 0, x1 - x0 - 1, height - STRIP_MARGIN.bottom);
      context.fillStyle = colours.axis;
      context.textAlign = "center";
      context.textBaseline = "top";
      if (x1 - x0 > 14) context.fillText(String(number), (x0 + x1) / 2, 5);
    }
  }

  drawAxes(context, colours, low, high, y, height) {
    context.fillStyle = colours.axis;
    context.strokeStyle = colours.grid;
    context.lineWidth = 1;
    context.textAlign = "right";
    context.textBaseline = "middle";
    const step = niceStep(high - low, 5);
    for (let value = Math.ceil(low / step) * step; value <= high + 1e-9; value += step) {
      const at = Math.round(y(value)) + 0.5;
      context.beginPath();
      context.moveTo(STRIP_MARGIN.left, at);
      context.lineTo(this.width - STRIP_MARGIN.right, at);
      context.stroke();
      context.fillText(plainNumber(value, step), STRIP_MARGIN.left - 6, at);
    }
    context.textAlign = "center";
    context.textBaseline = "alphabetic";
    const seconds = niceStep(this.last - this.first, this.width / 90);
    for (let at = Math.ceil(this.first / seconds) * seconds; at <= this.last; at += seconds) {
      context.fillText(plainNumber(at, seconds), this.x(at), height - 6);
    }
  }

  drawCurve(context, time, values, y, colour) {
    context.beginPath();
    let drawing = false;
    for (let i = 0; i < time.length; i++) {
      if (Number.isNaN(values[i])) drawing = false;
      else if (drawing) context.lineTo(this.x(time[i]), y(values[i]));
      else {
        context.moveTo(this.x(time[i]), y(values[i]));
        drawing = true;
      }
    }
    context.lineJoin = "round";
    context.lineWidth = 1.75;
    context.strokeStyle = colour;
    context.stroke();
  }

  x(time) {
    const inner = this.width - STRIP_MARGIN.left - STRIP_MARGIN.right;
    return STRIP_MARGIN.left + ((time - this.first) / (this.last - this.first)) * inner;
  }

  timeAt(x) {
    const inner = this.width - STRIP_MARGIN.left - STRIP_MARGIN.right;
    const share = Math.max(0, Math.min(1, (x - STRIP_MARGIN.left) / inner));
    return this.first + share * (this.last - this.first);
  }

  /** Only the cursor moves with time: a transform costs no new picture of the curve. */
  show(time) {
    this.cursor.style.transform = `translateX(${this.x(time).toFixed(1)}px)`;
  }
}

function niceStep(range, count) {
  const rough = range / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * [1, 2, 5, 10].find((factor) => factor * power >= rough - 1e-12);
}

function niceRange(values) {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (!(high > low)) return [low - 1 || -1, high + 1 || 1];
  const margin = 0.06 * (high - low);
  return [low - margin, high + margin];
}

function plainNumber(value, step) {
  return value.toFixed(Math.max(0, -Math.floor(Math.log10(step) + 1e-9))).replace("-", "−");
}

/** Size the canvas to its place in physical pixels; above two a pixel the eye sees no difference. */
function fitCanvas(canvas) {
  const ratio = Math.min(2, window.devicePixelRatio || 1);
  const { clientWidth: width, clientHeight: height } = canvas;
  const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== wide || canvas.height !== high) {
    canvas.width = wide;
    canvas.height = high;
  }
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return { width, height, context };
}
