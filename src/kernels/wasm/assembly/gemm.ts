import { madd, pair, swap } from "./simd";

/*
 * Packing and kernel of complex products. The kernel needs no shuffles: with b = (br, bi) it sums p = Σ a·br and
 * q = Σ a·bi, and only at the end
 *   Σ a·b = (p_re − q_im, p_im + q_re),   Σ ā·b = (p_re + q_im, q_re − p_im).
 */

/** C(2×2) ← α·(packed A)(packed B) + (isFirst ? 0 : C). */
export function kernel2x2(k: usize, a: usize, b: usize, c: usize, ldc: usize, alpha: f64, isConjugate: bool, isFirst: bool): void {
  let p00 = f64x2.splat(0), q00 = p00, p10 = p00, q10 = p00;
  let p01 = p00, q01 = p00, p11 = p00, q11 = p00;
  const end = a + k * 32;
  while (a < end) {
    const a0 = v128.load(a), a1 = v128.load(a, 16);
    const r0 = v128.load_splat<f64>(b), i0 = v128.load_splat<f64>(b, 8);
    p00 = madd(a0, r0, p00);
    q00 = madd(a0, i0, q00);
    p10 = madd(a1, r0, p10);
    q10 = madd(a1, i0, q10);
    const r1 = v128.load_splat<f64>(b, 16), i1 = v128.load_splat<f64>(b, 24);
    p01 = madd(a0, r1, p01);
    q01 = madd(a0, i1, q01);
    p11 = madd(a1, r1, p11);
    q11 = madd(a1, i1, q11);
    a += 32;
    b += 32;
  }
  const sp = isConjugate ? pair(alpha, -alpha) : f64x2.splat(alpha);
  const sq = isConjugate ? f64x2.splat(alpha) : pair(-alpha, alpha);
  finish(p00, q00, sp, sq, c, isFirst);
  finish(p10, q10, sp, sq, c + 16, isFirst);
  finish(p01, q01, sp, sq, c + ldc, isFirst);
  finish(p11, q11, sp, sq, c + ldc + 16, isFirst);
}

@inline
function finish(p: v128, q: v128, sp: v128, sq: v128, c: usize, isFirst: bool): void {
  const x = f64x2.add(f64x2.mul(p, sp), f64x2.mul(swap(q), sq));
  v128.store(c, isFirst ? x : f64x2.add(v128.load(c), x));
}

/** Rows of op(A) in pairs, k fastest but for the pair; conjugation is left to the kernel. */
export function packA(isConjugate: bool, m: usize, k: usize, a: usize, lda: usize, to: usize): void {
  const strip = k * 32;
  if (isConjugate) {
    for (let i: usize = 0; i + 1 < m; i += 2) packPair(k, a + i * lda, a + (i + 1) * lda, 16, to + (i >> 1) * strip);
    if (m & 1) packSingle(k, a + (m - 1) * lda, 16, to + (m >> 1) * strip);
    return;
  }
  // Down four columns at a time, so that memory is read in order and each cache line is written in one go.
  let l: usize = 0;
  for (; l + 4 <= k; l += 4) {
    let c0 = a + l * lda, c1 = c0 + lda, c2 = c1 + lda, c3 = c2 + lda;
    let p = to + l * 32;
    for (const end = c0 + (m & ~1) * 16; c0 < end; c0 += 32, c1 += 32, c2 += 32, c3 += 32, p += strip) {
      v128.store(p, v128.load(c0));
      v128.store(p, v128.load(c0, 16), 16);
      v128.store(p, v128.load(c1), 32);
      v128.store(p, v128.load(c1, 16), 48);
      v128.store(p, v128.load(c2), 64);
      v128.store(p, v128.load(c2, 16), 80);
      v128.store(p, v128.load(c3), 96);
      v128.store(p, v128.load(c3, 16), 112);
    }
  }
  for (; l < k; l++)
    for (let i: usize = 0; i + 1 < m; i += 2) {
      const p = to + (i >> 1) * strip + l * 32, from = a + l * lda + i * 16;
      v128.store(p, v128.load(from));
      v128.store(p, v128.load(from, 16), 16);
    }
  if (m & 1) packSingle(k, a + (m - 1) * 16, lda, to + (m >> 1) * strip);
}

@inline
function packPair(k: usize, a: usize, b: usize, step: usize, to: usize): void {
  for (const end = to + k * 32; to < end; to += 32, a += step, b += step) {
    v128.store(to, v128.load(a));
    v128.store(to, v128.load(b), 16);
  }
}

/** The last row of an odd number, its partner zero. */
@inline
function packSingle(k: usize, a: usize, step: usize, to: usize): void {
  for (const end = to + k * 32; to < end; to += 32, a += step) {
    v128.store(to, v128.load(a));
    v128.store(to, f64x2.splat(0), 16);
  }
}

/** Columns of op(B) in pairs; conjugated here if op is C. */
export function packB(isConjugate: bool, k: usize, n: usize, b: usize, ldb: usize, to: usize): void {
  const column: usize = isConjugate ? 16 : ldb, step: usize = isConjugate ? ldb : 16;
  const sign = isConjugate ? pair(0.0, -0.0) : f64x2.splat(0);
  for (let j: usize = 0; j < n; j += 2) {
    let from = b + j * column;
    const end = to + k * 32;
    if (j + 1 < n)
      for (; to < end; to += 32, from += step) {
        v128.store(to, v128.xor(sign, v128.load(from)));
        v128.store(to, v128.xor(sign, v128.load(from + column)), 16);
      }
    else
      for (; to < end; to += 32, from += step) {
        v128.store(to, v128.xor(sign, v128.load(from)));
        v128.store(to, f64x2.splat(0), 16);
      }
  }
}
