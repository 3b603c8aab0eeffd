import { difference, im, madd, nmadd, pair, re, setComplex, sum, swap } from "./simd";

/** Squares below this have lost digits; what they stand for is 1e-140 of a matrix of size one. */
const NEGLIGIBLE: f64 = 1e-280;

/**
 * Householder reduction of a Hermitian matrix (lower triangle) to a real tridiagonal one, d and e:
 * T = QᴴAQ, Q = H_0 H_1 …, H_k = 1 − τ_k v_k v_kᴴ. Column k of A keeps v_k below the diagonal, with the leading 1.
 *
 *   y = A v, w = τ y − ½ τ (τ y)ᴴv · v, A ← A − v wᴴ − w vᴴ     [GVL13 section 8.3.1]
 *
 * The update of step k and the product of step k + 1 share one sweep over the matrix, two columns at a time: that
 * many fit in the first cache and their factors in the registers.
 * v, w and y are scratch of n complex numbers, d and e of n real ones, tau of n complex ones.
 */
export function tridiagonalise(
  n: usize, a: usize, lda: usize, d: usize, e: usize, tau: usize, v: usize, w: usize, y: usize,
): void {
  const ld = lda * 16;
  for (let k: usize = 0; k < n; k++) {
    const column = a + k * ld;
    if (k > 0) updateColumn(column, v, w, k, n);
    store<f64>(d + (k << 3), re(column + k * 16));
    if (k == n - 1) break;
    reflector(column + (k + 1) * 16, n - k - 1, e + (k << 3), tau + k * 16);
    memory.fill(y + (k + 1) * 16, 0, (n - k - 1) * 16);
    let j = k + 1;
    for (; j + 1 < n; j += 2) {
      if (k > 0) updatePair(a + j * ld, ld, v, w, j, n);
      multiplyPair(a + j * ld, ld, column, y, j, n);
    }
    if (j < n) {
      const last = a + j * (ld + 16), at = j * 16;
      if (k > 0) updateDiagonal(last, v + at, w + at);
      setComplex(y + at, re(y + at) + re(last) * re(column + at), im(y + at) + re(last) * im(column + at));
    }
    const tr = re(tau + k * 16), ti = im(tau + k * 16);
    memory.copy(v + (k + 1) * 16, column + (k + 1) * 16, (n - k - 1) * 16);
    finishW(n - k - 1, tr, ti, v + (k + 1) * 16, w + (k + 1) * 16, y + (k + 1) * 16);
  }
  store<f64>(e + ((n - 1) << 3), 0);
}

/** Elements i = k … n−1 of column k of A − v wᴴ − w vᴴ. */
@inline
function updateColumn(column: usize, v: usize, w: usize, k: usize, n: usize): void {
  const wr = f64x2.splat(re(w + k * 16)), wi = pair(im(w + k * 16), -im(w + k * 16));
  const vr = f64x2.splat(re(v + k * 16)), vi = pair(im(v + k * 16), -im(v + k * 16));
  for (let o = k * 16; o < n * 16; o += 16) {
    const x = v128.load(v + o), z = v128.load(w + o);
    const left = nmadd(swap(x), wi, nmadd(x, wr, v128.load(column + o)));
    v128.store(column + o, nmadd(swap(z), vi, nmadd(z, vr, left)));
  }
}

/** Hᴴ (α, x) = (β, 0) with β real; x becomes v (leading 1) over n numbers. */
function reflector(x: usize, n: usize, beta: usize, tau: usize): void {
  let squares = f64x2.splat(0);
  for (let i: usize = 1; i < n; i++) {
    const z = v128.load(x + i * 16);
    squares = madd(z, z, squares);
  }
  const ar = re(x), ai = im(x), rest = sum(squares);
  const total = ar * ar + ai * ai + rest;
  if (total < NEGLIGIBLE) {
    memory.fill(x, 0, n * 16);
    store<f64>(beta, 0);
    setComplex(tau, 0, 0);
  } else if (rest == 0 && ai == 0) {
    store<f64>(beta, ar);
    setComplex(tau, 0, 0);
  } else {
    const b = ar > 0 ? -Math.sqrt(total) : Math.sqrt(total);
    store<f64>(beta, b);
    setComplex(tau, (b - ar) / b, -ai / b);
    const r = ar - b, scale = 1 / (r * r + ai * ai);
    const direct = f64x2.splat(r * scale), crossed = pair(ai * scale, -ai * scale);
    for (let i: usize = 1; i < n; i++) {
      const z = v128.load(x + i * 16);
      v128.store(x + i * 16, madd(swap(z), crossed, f64x2.mul(z, direct)));
    }
  }
  setComplex(x, 1, 0);
}

/** a_jj − 2 Re(v_j w̄_j), real by symmetry. */
@inline
function updateDiagonal(a: usize, v: usize, w: usize): void {
  setComplex(a, re(a) - 2 * (re(v) * re(w) + im(v) * im(w)), 0);
}

/** Columns j and j+1, from the diagonal down, of A − v wᴴ − w vᴴ. */
function updatePair(column: usize, ld: usize, v: usize, w: usize, j: usize, n: usize): void {
  const at = j * 16, next = at + 16;
  updateDiagonal(column + at, v + at, w + at);
  updateDiagonal(column + ld + next, v + next, w + next);
  // x·c̄ = x·c_re + swap(x·(−c_im, c_im)): the swaps of both products are one.
  const wr0 = f64x2.splat(re(w + at)), wi0 = pair(-im(w + at), im(w + at));
  const vr0 = f64x2.splat(re(v + at)), vi0 = pair(-im(v + at), im(v + at));
  const wr1 = f64x2.splat(re(w + next)), wi1 = pair(-im(w + next), im(w + next));
  const vr1 = f64x2.splat(re(v + next)), vi1 = pair(-im(v + next), im(v + next));
  const below = v128.load(column + next), s1 = v128.load(v + next), z1 = v128.load(w + next);
  v128.store(column + next, updated(below, s1, z1, wr0, wi0, vr0, vi0));
  let pv = v + at + 32, pw = w + at + 32, p = column + at + 32;
  for (const end = column + n * 16; p < end; p += 16, pv += 16, pw += 16) {
    const s = v128.load(pv), z = v128.load(pw), p1 = p + ld;
    v128.store(p, updated(v128.load(p), s, z, wr0, wi0, vr0, vi0));
    v128.store(p1, updated(v128.load(p1), s, z, wr1, wi1, vr1, vi1));
  }
}

@inline
function updated(a: v128, v: v128, w: v128, wr: v128, wi: v128, vr: v128, vi: v128): v128 {
  return f64x2.sub(nmadd(w, vr, nmadd(v, wr, a)), swap(madd(w, vi, f64x2.mul(v, wi))));
}

/** What columns j and j+1 and, by symmetry, rows j and j+1 give to y = A x. */
function multiplyPair(column: usize, ld: usize, x: usize, y: usize, j: usize, n: usize): void {
  const at = j * 16, next = at + 16;
  const xr0 = f64x2.splat(re(x + at)), xi0 = pair(-im(x + at), im(x + at));
  const xr1 = f64x2.splat(re(x + next)), xi1 = pair(-im(x + next), im(x + next));
  let direct0 = f64x2.splat(0), crossed0 = direct0, direct1 = direct0, crossed1 = direct0;
  let py = y + at + 32, px = x + at + 32, p = column + at + 32;
  for (const end = column + n * 16; p < end; p += 16, py += 16, px += 16) {
    const b0 = v128.load(p), b1 = v128.load(p + ld), u = v128.load(px);
    const t0 = swap(b0), t1 = swap(b1);
    v128.store(py, madd(t1, xi1, madd(b1, xr1, madd(t0, xi0, madd(b0, xr0, v128.load(py))))));
    direct0 = madd(b0, u, direct0);
    crossed0 = madd(t0, u, crossed0);
    direct1 = madd(b1, u, direct1);
    crossed1 = madd(t1, u, crossed1);
  }
  // The triangle at the top: a_jj, b = a_{j+1,j} and a_{j+1,j+1}.
  const d0 = re(column + at), d1 = re(column + ld + next), br = re(column + next), bi = im(column + next);
  const r0 = re(x + at), i0 = im(x + at), r1 = re(x + next), i1 = im(x + next);
  setComplex(
    y + at, re(y + at) + d0 * r0 + br * r1 + bi * i1 + sum(direct0),
    im(y + at) + d0 * i0 + br * i1 - bi * r1 - difference(crossed0),
  );
  setComplex(
    y + next, re(y + next) + d1 * r1 + br * r0 - bi * i0 + sum(direct1),
    im(y + next) + d1 * i1 + br * i0 + bi * r0 - difference(crossed1),
  );
}

/** w = τ y − ½ τ (τ y)ᴴ v · v over n numbers. */
@inline
function finishW(n: usize, tr: f64, ti: f64, v: usize, w: usize, y: usize): void {
  let direct = f64x2.splat(0), crossed = direct;
  const t = f64x2.splat(tr), u = pair(-ti, ti);
  for (let o: usize = 0; o < n * 16; o += 16) {
    const z = v128.load(y + o), p = madd(swap(z), u, f64x2.mul(z, t)), x = v128.load(v + o);
    v128.store(w + o, p);
    direct = madd(p, x, direct);
    crossed = madd(p, swap(x), crossed);
  }
  const dr = sum(direct), di = difference(crossed);
  const r = -0.5 * (tr * dr - ti * di), s = -0.5 * (tr * di + ti * dr);
  const ar = f64x2.splat(r), ai = pair(-s, s);
  for (let o: usize = 0; o < n * 16; o += 16) {
    const x = v128.load(v + o);
    v128.store(w + o, madd(swap(x), ai, madd(x, ar, v128.load(w + o))));
  }
}
