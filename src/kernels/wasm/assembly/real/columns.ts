import { damping } from "../columns";
import { madd, sum } from "../simd";

/* Loops over panels of nBands columns of n real numbers, two numbers at a time. */

/** Σ x·y over n numbers. */
export function realDot(n: usize, x: usize, y: usize): f64 {
  let s0 = f64x2.splat(0), s1 = s0;
  for (const end = x + (n & ~3) * 8; x < end; x += 32, y += 32) {
    s0 = madd(v128.load(x), v128.load(y), s0);
    s1 = madd(v128.load(x, 16), v128.load(y, 16), s1);
  }
  if (n & 2) {
    s0 = madd(v128.load(x), v128.load(y), s0);
    x += 16;
    y += 16;
  }
  const total = sum(f64x2.add(s0, s1));
  return n & 1 ? total + load<f64>(x) * load<f64>(y) : total;
}

/** y ← y + s x over n numbers, x and y possibly the same. */
@inline
function addScaled(out: usize, n: usize, y: usize, s: f64, x: usize): void {
  const factor = f64x2.splat(s);
  for (const end = x + (n & ~1) * 8; x < end; x += 16, y += 16, out += 16)
    v128.store(out, madd(v128.load(x), factor, v128.load(y)));
  if (n & 1) {
    // One number as a pair, so that it is rounded as the others are.
    const last = madd(v128.load_splat<f64>(x), factor, v128.load_splat<f64>(y));
    store<f64>(out, f64x2.extract_lane(last, 0));
  }
}

/** out_j ← Σ x·y of columns; the squared norms if y is x. */
export function realColumnDots(out: usize, n: usize, nBands: usize, x: usize, y: usize): void {
  for (let j: usize = 0; j < nBands; j++) store<f64>(out + (j << 3), realDot(n, x + j * n * 8, y + j * n * 8));
}

export function realColumnWeightedNorms2(out: usize, n: usize, nBands: usize, d: usize, x: usize): void {
  for (let j: usize = 0; j < nBands; j++) {
    let s = f64x2.splat(0), w = d;
    for (const end = x + (n & ~1) * 8; x < end; x += 16, w += 16) {
      const a = v128.load(x);
      s = madd(f64x2.mul(a, a), v128.load(w), s);
    }
    let total = sum(s);
    if (n & 1) {
      total += load<f64>(x) * load<f64>(x) * load<f64>(w);
      x += 8;
    }
    store<f64>(out + (j << 3), total);
  }
}

export function realScaleColumns(n: usize, nBands: usize, s: usize, x: usize): void {
  for (let j: usize = 0; j < nBands; j++) {
    const factor = v128.load_splat<f64>(s + (j << 3));
    for (const end = x + (n & ~1) * 8; x < end; x += 16) v128.store(x, f64x2.mul(v128.load(x), factor));
    if (n & 1) {
      store<f64>(x, load<f64>(x) * load<f64>(s + (j << 3)));
      x += 8;
    }
  }
}

export function realAddScaledColumns(out: usize, n: usize, nBands: usize, y: usize, s: usize, x: usize): void {
  for (let j: usize = 0; j < nBands; j++) {
    const at = j * n * 8;
    addScaled(out + at, n, y + at, load<f64>(s + (j << 3)), x + at);
  }
}

export function realMultiplyRows(out: usize, n: usize, nBands: usize, d: usize, x: usize): void {
  for (let j: usize = 0; j < nBands; j++) {
    let w = d;
    for (const end = x + (n & ~1) * 8; x < end; x += 16, out += 16, w += 16)
      v128.store(out, f64x2.mul(v128.load(x), v128.load(w)));
    if (n & 1) {
      store<f64>(out, load<f64>(x) * load<f64>(w));
      x += 8;
      out += 8;
    }
  }
}

export function realTpa(n: usize, nBands: usize, t: usize, s: usize, x: usize): void {
  for (let j: usize = 0; j < nBands; j++) {
    const scale = v128.load_splat<f64>(s + (j << 3));
    let from = t;
    for (const end = x + (n & ~1) * 8; x < end; x += 16, from += 16)
      v128.store(x, f64x2.mul(v128.load(x), damping(f64x2.div(v128.load(from), scale))));
    if (n & 1) {
      const k = damping(f64x2.div(v128.load_splat<f64>(from), scale));
      store<f64>(x, load<f64>(x) * f64x2.extract_lane(k, 0));
      x += 8;
    }
  }
}
