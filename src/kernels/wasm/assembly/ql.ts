import { madd, nmadd } from "./simd";

/*
 * Eigenvectors Z (real, n × n) are kept in strips of 8 rows, [strip][column][8], so that a strip fits the first cache.
 * Rotations of several QL sweeps are collected and then applied strip by strip: the matrix passes through the
 * caches once for SWEEPS sweeps instead of once for each, and the column two rotations share stays in registers.
 */
export const STRIP: usize = 8;
export const SWEEPS: usize = 16;
/** As many as LAPACK allows; two are usual. */
const SWEEPS_PER_ROW: usize = 30;

/** Bytes of the collected rotations: per sweep a head (low, high) and n pairs (c, s). */
@inline
export function rotationBytes(n: usize): usize {
  return SWEEPS * (n + 1) * 16;
}

/**
 * Eigenvalues (into d, unordered) and eigenvectors of the tridiagonal matrix with diagonal d[n] and subdiagonal
 * e[n] by the implicit QL method with Wilkinson's shift; Z ← Z·(eigenvectors). False if all together take more than
 * SWEEPS_PER_ROW·n sweeps. Off-diagonals below `floor` count as zero.   [GVL13 algorithm 8.3.2, from the other end]
 *
 * The limit is on the total: in a matrix of low rank the rows below are rounding noise many orders smaller than the first,
 * whose eigenvalue then takes a hundred sweeps and more, but those put the noise in order as well: 2.4 n is all it takes.
 */
export function qlIterate(n: usize, d: usize, e: usize, floor: f64, z: usize, strips: usize, rotations: usize): bool {
  let collected: usize = 0, left = SWEEPS_PER_ROW * n;
  for (let l: usize = 0; l < n; l++) {
    for (;;) {
      const m = blockEnd(l, n, d, e, floor);
      if (m == l) break;
      if (left-- == 0) return false;
      const sweep = rotations + collected * (n + 1) * 16;
      const low = qlSweep(l, m, d, e, sweep + 16);
      store<u32>(sweep, <u32>low);
      store<u32>(sweep, <u32>m, 4);
      if (++collected == SWEEPS) {
        applyRotations(n, z, strips, rotations, collected);
        collected = 0;
      }
    }
  }
  applyRotations(n, z, strips, rotations, collected);
  return true;
}

/** Last row of the unreduced block that starts at l. */
@inline
function blockEnd(l: usize, n: usize, d: usize, e: usize, floor: f64): usize {
  let m = l;
  for (; m < n - 1; m++) {
    const size = Math.abs(load<f64>(d + (m << 3))) + Math.abs(load<f64>(d + (m << 3), 8));
    const off = Math.abs(load<f64>(e + (m << 3)));
    if (off <= 1.1102230246251565e-16 * size || off <= floor) break;
  }
  return m;
}

/** One sweep over rows l … m; pair i at `out` is the rotation of columns (i, i+1). Returns the lowest i written. */
function qlSweep(l: usize, m: usize, d: usize, e: usize, out: usize): usize {
  const dl = load<f64>(d + (l << 3)), el = load<f64>(e + (l << 3));
  let g = (load<f64>(d + (l << 3), 8) - dl) / (2 * el);
  const root = Math.sqrt(g * g + 1);
  g = load<f64>(d + (m << 3)) - dl + el / (g + (g >= 0 ? root : -root));
  let s: f64 = 1, c: f64 = 1, p: f64 = 0;
  for (let i = m; i-- > l; ) {
    const pd = d + (i << 3), pe = e + (i << 3);
    const f = s * load<f64>(pe), b = c * load<f64>(pe);
    const r = length(f, g);
    store<f64>(pe, r, 8);
    if (r == 0) {
      // The block fell apart above: undo the shift there and begin anew.
      store<f64>(pd, load<f64>(pd, 8) - p, 8);
      store<f64>(e + (m << 3), 0);
      return i + 1;
    }
    s = f / r;
    c = g / r;
    g = load<f64>(pd, 8) - p;
    const t = (load<f64>(pd) - g) * s + 2 * c * b;
    p = s * t;
    store<f64>(pd, g + p, 8);
    g = c * t - b;
    store<f64>(out + (i << 4), c);
    store<f64>(out + (i << 4), s, 8);
  }
  store<f64>(d + (l << 3), load<f64>(d + (l << 3)) - p);
  store<f64>(e + (l << 3), g);
  store<f64>(e + (m << 3), 0);
  return l;
}

/** √(f² + g²); the scaled form only where a square would leave the range of normal numbers. */
@inline
function length(f: f64, g: f64): f64 {
  const squares = f * f + g * g;
  if (squares > 1e-280) return Math.sqrt(squares);
  const a = Math.max(Math.abs(f), Math.abs(g));
  if (a == 0) return 0;
  const x = f / a, y = g / a;
  return a * Math.sqrt(x * x + y * y);
}

/** Z ← Z·(sweep 0)·(sweep 1)…; each sweep from its highest pair of columns down. */
function applyRotations(n: usize, z: usize, strips: usize, rotations: usize, sweeps: usize): void {
  for (let strip: usize = 0; strip < strips; strip++) {
    const columns = z + strip * n * 64;
    for (let k: usize = 0; k < sweeps; k++) {
      const sweep = rotations + k * (n + 1) * 16;
      applySweep(columns, load<u32>(sweep), load<u32>(sweep, 4), sweep + 16);
    }
  }
}

/** Columns i, i+1 ← c·z_i − s·z_{i+1}, s·z_i + c·z_{i+1} for i = high−1 … low. */
function applySweep(columns: usize, low: usize, high: usize, rotations: usize): void {
  let p = columns + high * 64, q = rotations + high * 16;
  const end = rotations + low * 16;
  let u0 = v128.load(p), u1 = v128.load(p, 16), u2 = v128.load(p, 32), u3 = v128.load(p, 48);
  while (q > end) {
    p -= 64;
    q -= 16;
    const c = v128.load_splat<f64>(q), s = v128.load_splat<f64>(q, 8);
    const a0 = v128.load(p), a1 = v128.load(p, 16), a2 = v128.load(p, 32), a3 = v128.load(p, 48);
    v128.store(p, madd(s, a0, f64x2.mul(c, u0)), 64);
    v128.store(p, madd(s, a1, f64x2.mul(c, u1)), 80);
    v128.store(p, madd(s, a2, f64x2.mul(c, u2)), 96);
    v128.store(p, madd(s, a3, f64x2.mul(c, u3)), 112);
    u0 = nmadd(s, u0, f64x2.mul(c, a0));
    u1 = nmadd(s, u1, f64x2.mul(c, a1));
    u2 = nmadd(s, u2, f64x2.mul(c, a2));
    u3 = nmadd(s, u3, f64x2.mul(c, a3));
  }
  v128.store(p, u0);
  v128.store(p, u1, 16);
  v128.store(p, u2, 32);
  v128.store(p, u3, 48);
}
