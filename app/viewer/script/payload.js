// Reading what app/viewer/packing.py wrote.

const NOTHING = -32768; // stands for a gap

/** Header and arrays; every array as { values, shape } with NaN in gaps. */
function readPayload(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  const arrays = {};
  for (const [name, block] of Object.entries(header.blocks)) {
    arrays[name] = { values: readBlock(bytes, 4 + length + block.start, block), shape: block.shape };
  }
  return { ...header, arrays, size: bytes.byteLength };
}

function readBlock(bytes, start, block) {
  const count = block.shape.reduce((product, size) => product * size, 1);
  const size = block.type === "int16" ? 2 : 4;
  // A copy, because typed arrays must begin at a multiple of their size.
  const copy = bytes.slice(start, start + count * size).buffer;
  if (block.type === "float32") return new Float32Array(copy);
  return Float32Array.from(new Int16Array(copy), (step) =>
    step === NOTHING ? NaN : block.offset + block.scale * step,
  );
}

/** Where a time lies between the frames: frame before, and share of the way to the next one. */
function frameAt(time, at) {
  let low = 0;
  let high = time.length - 1;
  if (at <= time[0]) return { frame: 0, share: 0 };
  if (at >= time[high]) return { frame: high, share: 0 };
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (time[middle] <= at) low = middle;
    else high = middle;
  }
  return { frame: low, share: (at - time[low]) / (time[high] - time[low]) };
}

/** Values between two frames, into `out`: the screen is drawn more often than the movement was kept. */
function between(array, place, out) {
  const width = array.values.length / array.shape[0];
  const start = place.frame * width;
  for (let i = 0; i < width; i++) {
    const value = array.values[start + i];
    out[i] = place.share === 0 ? value : value + place.share * (array.values[start + width + i] - value);
  }
  return out;
}
