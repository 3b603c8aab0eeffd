import { madd, nmadd, sum } from "../simd";
import { realDot } from "./columns";

const NEGLIGIBLE: f64 = 1e-280;

/**
 * Householder reduction of a symmetric matrix (lower triangle) to tridiagonal form, as ../tridiagonal:
 *
 *   y = A v, w = τ y − ½ τ (τ y)ᵀv · v, A ← A − v wᵀ − w vᵀ     [GVL13 section 8.3.1]
 *
 * The update of step k and the product of step k + 1 are one sweep over two columns at a time.
 */
export function realTridiagonalise(
  n: usize, a: usize, lda: usize, d: usize, e: usize, tau: usize, v: usize, w: usize, y: usize,
): void {
  const ld = lda * 8;
  // Before the first step v = w = 0, so that there is nothing to update.
  memory.fill(v, 0, n * 8);
  memory.fill(w, 0, n * 8);
  for (let k: usize = 0; k < n; k++) {
    const column = a + k * ld;
    updateColumn(column, v, w, k, n);
    store<f64>(d + (k << 3), load<f64>(column + k * 8));
    if (k == n - 1) break;
    reflector(column + (k + 1) * 8, n - k - 1, e + (k << 3), tau + k * 8);
    memory.fill(y + (k + 1) * 8, 0, (n - k - 1) * 8);
    let j = k + 1;
    for (; j + 1 < n; j += 2) sweepPair(a + j * ld, ld, v, w, column, y, j, n);
    if (j < n) {
      const last = a + j * (ld + 8), at = j * 8;
      store<f64>(last, load<f64>(last) - 2 * load<f64>(v + at) * load<f64>(w + at));
      store<f64>(y + at, load<f64>(y + at) + load<f64>(last) * load<f64>(column + at));
    }
    const o = (k + 1) * 8, length = n - k - 1, t = load<f64>(tau + k * 8);
    memory.copy(v + o, column + o, length * 8);
    const half = -0.5 * t * t * realDot(length, y + o, v + o);
    for (let i: usize = 0; i < length * 8; i += 8)
      store<f64>(w + o + i, t * load<f64>(y + o + i) + half * load<f64>(v + o + i));
  }
  store<f64>(e + ((n - 1) << 3), 0);
}

/** Elements i = k … n−1 of column k of A − v wᵀ − w vᵀ. */
function updateColumn(column: usize, v: usize, w: usize, k: usize, n: usize): void {
  const vk = load<f64>(v + k * 8), wk = load<f64>(w + k * 8);
  for (let o = k * 8; o < n * 8; o += 8)
    store<f64>(column + o, load<f64>(column + o) - load<f64>(v + o) * wk - load<f64>(w + o) * vk);
}

/** H (α, x) = (β, 0); x becomes v (leading 1) over n numbers. */
function reflector(x: usize, n: usize, beta: usize, tau: usize): void {
  const alpha = load<f64>(x), rest = realDot(n - 1, x + 8, x + 8);
  const total = alpha * alpha + rest;
  store<f64>(tau, 0);
  if (total < NEGLIGIBLE) {
    memory.fill(x, 0, n * 8);
    store<f64>(beta, 0);
  } else if (rest == 0) store<f64>(beta, alpha);
  else {
    const b = alpha > 0 ? -Math.sqrt(total) : Math.sqrt(total);
    store<f64>(beta, b);
    store<f64>(tau, (b - alpha) / b);
    const scale = 1 / (alpha - b);
    for (let p = x + 8, end = x + n * 8; p < end; p += 8) store<f64>(p, load<f64>(p) * scale);
  }
  store<f64>(x, 1);
}

/**
 * Columns j and j+1, from the diagonal down, of A ← A − v wᵀ − w vᵀ, and what they and, by symmetry, rows j and j+1 of
 * the new A give to y = A x.
 */
function sweepPair(column: usize, ld: usize, v: usize, w: usize, x: usize, y: usize, j: usize, n: usize): void {
  const at = j * 8, next = at + 8;
  const v0 = load<f64>(v + at), w0 = load<f64>(w + at), v1 = load<f64>(v + next), w1 = load<f64>(w + next);
  const x0 = load<f64>(x + at), x1 = load<f64>(x + next);
  const vs0 = f64x2.splat(v0), ws0 = f64x2.splat(w0), vs1 = f64x2.splat(v1), ws1 = f64x2.splat(w1);
  const xs0 = f64x2.splat(x0), xs1 = f64x2.splat(x1);
  let dot0 = f64x2.splat(0), dot1 = dot0, o = at + 16;
  const length = n - j - 2;
  for (const end = o + (length & ~1) * 8; o < end; o += 16) {
    const s = v128.load(v + o), z = v128.load(w + o), u = v128.load(x + o), p = column + o;
    const a0 = nmadd(z, vs0, nmadd(s, ws0, v128.load(p)));
    const a1 = nmadd(z, vs1, nmadd(s, ws1, v128.load(p + ld)));
    v128.store(p, a0);
    v128.store(p + ld, a1);
    v128.store(y + o, madd(a1, xs1, madd(a0, xs0, v128.load(y + o))));
    dot0 = madd(a0, u, dot0);
    dot1 = madd(a1, u, dot1);
  }
  let s0 = sum(dot0), s1 = sum(dot1);
  if (length & 1) {
    const s = load<f64>(v + o), z = load<f64>(w + o), u = load<f64>(x + o), p = column + o;
    const a0 = load<f64>(p) - s * w0 - z * v0, a1 = load<f64>(p + ld) - s * w1 - z * v1;
    store<f64>(p, a0);
    store<f64>(p + ld, a1);
    store<f64>(y + o, load<f64>(y + o) + a0 * x0 + a1 * x1);
    s0 += a0 * u;
    s1 += a1 * u;
  }
  // The triangle at the top: a_jj, a_{j+1,j} and a_{j+1,j+1}.
  const d0 = load<f64>(column + at) - 2 * v0 * w0;
  const b = load<f64>(column + next) - v1 * w0 - w1 * v0;
  const d1 = load<f64>(column + ld + next) - 2 * v1 * w1;
  store<f64>(column + at, d0);
  store<f64>(column + next, b);
  store<f64>(column + ld + next, d1);
  store<f64>(y + at, load<f64>(y + at) + d0 * x0 + b * x1 + s0);
  store<f64>(y + next, load<f64>(y + next) + b * x0 + d1 * x1 + s1);
}
