import { difference, im, madd, nmadd, pair, re, setComplex, sum, swap } from "./simd";

/** Squares below this have lost digits; what they stand for is 1e-140 of a matrix of size one. */
const NEGLIGIBLE: f64 = 1e-280;

/**
 * Householder reduction of a Hermitian matrix (lower triangle) to a real tridiagonal one, d and e:
 * T = QᴴAQ, Q = H_0 H_1 …, H_k = 1 − τ_k v_k v_kᴴ. Column k of A keeps v_k below the diagonal, with the leading 1.
 *
 *   y = A v, w = τ y − ½ τ (τ y)ᴴv · v, A ← A − v wᴴ − w vᴴ     [GVL13 section 8.3.1]
 *
 * The update of step k and the product of step k + 1 share one sweep over the matrix, which is what costs time.
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
    for (let j = k + 1; j < n; j++) {
      if (k > 0) updateAndMultiply(a + j * ld, column, v, w, y, j, n);
      else multiply(a + j * ld, column, y, j, n);
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

/** Column j of the pending update, then its part of y = A x (the column) and of y_j (the row, by symmetry). */
function updateAndMultiply(column: usize, x: usize, v: usize, w: usize, y: usize, j: usize, n: usize): void {
  const at = j * 16;
  const wr = f64x2.splat(re(w + at)), wi = pair(im(w + at), -im(w + at));
  const vr = f64x2.splat(re(v + at)), vi = pair(im(v + at), -im(v + at));
  const xr = f64x2.splat(re(x + at)), xi = pair(-im(x + at), im(x + at));
  const pivot = re(column + at) - 2 * (re(v + at) * re(w + at) + im(v + at) * im(w + at));
  setComplex(column + at, pivot, 0);
  let direct = f64x2.splat(0), crossed = direct;
  let pv = v + at + 16, pw = w + at + 16, py = y + at + 16, px = x + at + 16, p = column + at + 16;
  for (const end = column + n * 16; p < end; p += 16, pv += 16, pw += 16, py += 16, px += 16) {
    const s = v128.load(pv), z = v128.load(pw), u = v128.load(px);
    let b = nmadd(swap(s), wi, nmadd(s, wr, v128.load(p)));
    b = nmadd(swap(z), vi, nmadd(z, vr, b));
    v128.store(p, b);
    v128.store(py, madd(swap(b), xi, madd(b, xr, v128.load(py))));
    direct = madd(b, u, direct);
    crossed = madd(b, swap(u), crossed);
  }
  setComplex(
    y + at, re(y + at) + pivot * re(x + at) + sum(direct), im(y + at) + pivot * im(x + at) + difference(crossed),
  );
}

/** The same without an update: the first step. */
function multiply(column: usize, x: usize, y: usize, j: usize, n: usize): void {
  const at = j * 16, pivot = re(column + at);
  const xr = f64x2.splat(re(x + at)), xi = pair(-im(x + at), im(x + at));
  let direct = f64x2.splat(0), crossed = direct;
  for (let o = at + 16; o < n * 16; o += 16) {
    const b = v128.load(column + o), u = v128.load(x + o);
    v128.store(y + o, madd(swap(b), xi, madd(b, xr, v128.load(y + o))));
    direct = madd(b, u, direct);
    crossed = madd(b, swap(u), crossed);
  }
  setComplex(
    y + at, re(y + at) + pivot * re(x + at) + sum(direct), im(y + at) + pivot * im(x + at) + difference(crossed),
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
