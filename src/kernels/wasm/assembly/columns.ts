import { difference, madd, pair, setComplex, sum, swap } from "./simd";

/* Loops over panels of nBands columns of n complex numbers, one column after the other. */

export function columnNorms2(out: usize, n: usize, nBands: usize, x: usize): void {
  for (let j: usize = 0; j < nBands; j++) {
    let s0 = f64x2.splat(0), s1 = s0;
    const end = x + (n & ~1) * 16;
    for (; x < end; x += 32) {
      const a = v128.load(x), b = v128.load(x, 16);
      s0 = madd(a, a, s0);
      s1 = madd(b, b, s1);
    }
    if (n & 1) {
      const a = v128.load(x);
      s0 = madd(a, a, s0);
      x += 16;
    }
    store<f64>(out + (j << 3), sum(f64x2.add(s0, s1)));
  }
}

export function columnDots(out: usize, n: usize, nBands: usize, x: usize, y: usize): void {
  for (let j: usize = 0; j < nBands; j++) {
    let direct = f64x2.splat(0), crossed = direct;
    for (const end = x + n * 16; x < end; x += 16, y += 16) {
      const a = v128.load(x), b = v128.load(y);
      direct = madd(a, b, direct);
      crossed = madd(a, swap(b), crossed);
    }
    setComplex(out + (j << 4), sum(direct), difference(crossed));
  }
}

export function columnWeightedNorms2(out: usize, n: usize, nBands: usize, d: usize, x: usize): void {
  for (let j: usize = 0; j < nBands; j++) {
    let s = f64x2.splat(0), w = d;
    for (const end = x + n * 16; x < end; x += 16, w += 8) {
      const a = v128.load(x);
      s = madd(f64x2.mul(a, a), v128.load_splat<f64>(w), s);
    }
    store<f64>(out + (j << 3), sum(s));
  }
}

export function scaleColumns(n: usize, nBands: usize, s: usize, x: usize): void {
  for (let j: usize = 0; j < nBands; j++) {
    const factor = v128.load_splat<f64>(s + (j << 3));
    for (const end = x + n * 16; x < end; x += 16) v128.store(x, f64x2.mul(v128.load(x), factor));
  }
}

export function addScaledColumns(out: usize, n: usize, nBands: usize, y: usize, s: usize, x: usize): void {
  for (let j: usize = 0; j < nBands; j++) {
    const factor = v128.load_splat<f64>(s + (j << 3));
    for (const end = x + n * 16; x < end; x += 16, y += 16, out += 16)
      v128.store(out, madd(v128.load(x), factor, v128.load(y)));
  }
}

export function multiplyRows(out: usize, n: usize, nBands: usize, d: usize, x: usize): void {
  for (let j: usize = 0; j < nBands; j++) {
    let w = d;
    for (const end = x + n * 16; x < end; x += 16, out += 16, w += 8)
      v128.store(out, f64x2.mul(v128.load(x), v128.load_splat<f64>(w)));
  }
}

/** K(u) of two energies at once. */
@inline
export function damping(u: v128): v128 {
  const low = madd(madd(madd(f64x2.splat(8), u, f64x2.splat(12)), u, f64x2.splat(18)), u, f64x2.splat(27));
  const u2 = f64x2.mul(u, u);
  return f64x2.div(low, madd(f64x2.mul(u2, u2), f64x2.splat(16), low));
}

export function tpa(n: usize, nBands: usize, t: usize, s: usize, x: usize): void {
  for (let j: usize = 0; j < nBands; j++) {
    const scale = v128.load_splat<f64>(s + (j << 3));
    let from = t;
    for (const end = x + (n & ~1) * 16; x < end; x += 32, from += 16) {
      const k = damping(f64x2.div(v128.load(from), scale));
      v128.store(x, f64x2.mul(v128.load(x), v128.shuffle<f64>(k, k, 0, 0)));
      v128.store(x, f64x2.mul(v128.load(x, 16), v128.shuffle<f64>(k, k, 1, 1)), 16);
    }
    if (n & 1) {
      const k = damping(f64x2.div(v128.load_splat<f64>(from), scale));
      v128.store(x, f64x2.mul(v128.load(x), k));
      x += 16;
    }
  }
}

/** True if all n numbers are positive. */
export function allPositive(n: usize, s: usize): bool {
  for (let j: usize = 0; j < n; j++) if (!(load<f64>(s + (j << 3)) > 0)) return false;
  return true;
}
