import { madd } from "../simd";

/*
 * Packing and kernel of real products: 4 × 4 sums in eight registers, as many operations for each number loaded as
 * the complex kernel of 2 × 2.
 */

/** C(4×4) ← α·(packed A)(packed B) + (isFirst ? 0 : C). */
export function kernel4x4(k: usize, a: usize, b: usize, c: usize, ldc: usize, alpha: f64, isFirst: bool): void {
  let p0 = f64x2.splat(0), q0 = p0, p1 = p0, q1 = p0, p2 = p0, q2 = p0, p3 = p0, q3 = p0;
  const end = a + k * 32;
  while (a < end) {
    const top = v128.load(a), low = v128.load(a, 16);
    const b0 = v128.load_splat<f64>(b), b1 = v128.load_splat<f64>(b, 8);
    p0 = madd(top, b0, p0);
    q0 = madd(low, b0, q0);
    p1 = madd(top, b1, p1);
    q1 = madd(low, b1, q1);
    const b2 = v128.load_splat<f64>(b, 16), b3 = v128.load_splat<f64>(b, 24);
    p2 = madd(top, b2, p2);
    q2 = madd(low, b2, q2);
    p3 = madd(top, b3, p3);
    q3 = madd(low, b3, q3);
    a += 32;
    b += 32;
  }
  const s = f64x2.splat(alpha);
  finish(p0, q0, s, c, isFirst);
  finish(p1, q1, s, c + ldc, isFirst);
  finish(p2, q2, s, c + 2 * ldc, isFirst);
  finish(p3, q3, s, c + 3 * ldc, isFirst);
}

@inline
function finish(p: v128, q: v128, s: v128, c: usize, isFirst: bool): void {
  const x = f64x2.mul(p, s), y = f64x2.mul(q, s);
  v128.store(c, isFirst ? x : f64x2.add(v128.load(c), x));
  v128.store(c, isFirst ? y : f64x2.add(v128.load(c, 16), y), 16);
}

/** Strips of four along the contiguous direction: element (i, l) at x + 8 i + l·ld, i < m, l < k. */
function packAlong(m: usize, k: usize, x: usize, ld: usize, to: usize): void {
  const strip = k * 32;
  for (let l: usize = 0; l < k; l++) {
    let from = x + l * ld, p = to + l * 32;
    for (const end = from + (m & ~3) * 8; from < end; from += 32, p += strip) {
      v128.store(p, v128.load(from));
      v128.store(p, v128.load(from, 16), 16);
    }
    if (m & 3) {
      v128.store(p, f64x2.splat(0));
      v128.store(p, f64x2.splat(0), 16);
      for (let i: usize = 0; i < (m & 3); i++) store<f64>(p + i * 8, load<f64>(from + i * 8));
    }
  }
}

/** Strips of four across columns: element (i, l) at x + i·ld + 8 l, i < m, l < k. */
function packAcross(m: usize, k: usize, x: usize, ld: usize, to: usize): void {
  const strip = k * 32;
  let i: usize = 0;
  for (; i + 4 <= m; i += 4) {
    let c0 = x + i * ld, c1 = c0 + ld, c2 = c1 + ld, c3 = c2 + ld, p = to + (i >> 2) * strip;
    for (const end = c0 + (k & ~1) * 8; c0 < end; c0 += 16, c1 += 16, c2 += 16, c3 += 16, p += 64) {
      const x0 = v128.load(c0), x1 = v128.load(c1), x2 = v128.load(c2), x3 = v128.load(c3);
      v128.store(p, v128.shuffle<f64>(x0, x1, 0, 2));
      v128.store(p, v128.shuffle<f64>(x2, x3, 0, 2), 16);
      v128.store(p, v128.shuffle<f64>(x0, x1, 1, 3), 32);
      v128.store(p, v128.shuffle<f64>(x2, x3, 1, 3), 48);
    }
    if (k & 1) {
      store<f64>(p, load<f64>(c0));
      store<f64>(p, load<f64>(c1), 8);
      store<f64>(p, load<f64>(c2), 16);
      store<f64>(p, load<f64>(c3), 24);
    }
  }
  if (i < m) {
    let p = to + (i >> 2) * strip;
    for (let l: usize = 0; l < k; l++, p += 32)
      for (let j: usize = 0; j < 4; j++) store<f64>(p + j * 8, i + j < m ? load<f64>(x + (i + j) * ld + l * 8) : 0);
  }
}

/** Rows of op(A) in strips of four, op the matrix itself or its transpose. */
export function packRealA(isTransposed: bool, m: usize, k: usize, a: usize, lda: usize, to: usize): void {
  if (isTransposed) packAcross(m, k, a, lda, to);
  else packAlong(m, k, a, lda, to);
}

/** Columns of op(B) likewise. */
export function packRealB(isTransposed: bool, k: usize, n: usize, b: usize, ldb: usize, to: usize): void {
  packRealA(!isTransposed, n, k, b, ldb, to);
}
