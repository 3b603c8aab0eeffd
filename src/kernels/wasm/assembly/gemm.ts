import { aligned, madd, pair, smaller, swap } from "./simd";

/*
 * Matrix products after Goto and van de Geijn: panels of op(B) (KC × 2) live in the first cache, a block of op(A)
 * (A_BLOCK numbers) in the second, and a kernel of 2 × 2 complex numbers keeps its sums in registers.
 *
 * The kernel needs no shuffles: with b = (br, bi) it sums p = Σ a·br and q = Σ a·bi, and only at the end
 *   Σ a·b = (p_re − q_im, p_im + q_re),   Σ ā·b = (p_re + q_im, q_re − p_im).
 */
const A_BLOCK: usize = 16384;
const KC: usize = 256;
const NC: usize = 512;

/** Rows of op(A) per block: an even number, such that a block of kb columns has about A_BLOCK numbers. */
@inline
function blockRows(m: usize, kb: usize): usize {
  return smaller((m + 1) & ~1, kb == 0 ? 2 : (A_BLOCK / kb) & ~7);
}

/** Bytes of work `gemm` needs. */
export function gemmWork(m: usize, n: usize, k: usize): usize {
  const kb = smaller(k, KC);
  return aligned(64 + blockRows(m, kb) * kb * 16) + ((smaller(n, NC) + 1) & ~1) * kb * 16;
}

/** C(2×2) ← α·(packed A)(packed B) + (isFirst ? 0 : C). */
function kernel2x2(k: usize, a: usize, b: usize, c: usize, ldc: usize, alpha: f64, isConjugate: bool, isFirst: bool): void {
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
function packA(isConjugate: bool, m: usize, k: usize, a: usize, lda: usize, to: usize): void {
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
function packB(isConjugate: bool, k: usize, n: usize, b: usize, ldb: usize, to: usize): void {
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

/**
 * C ← α op(A) op(B) + β C with leading dimensions in complex elements; `upper` leaves out tiles that lie wholly
 * below the diagonal of C.
 */
export function gemm(
  conjugateA: bool, conjugateB: bool, m: usize, n: usize, k: usize, alpha: f64, a: usize, lda: usize, b: usize,
  ldb: usize, beta: f64, c: usize, ldc: usize, upper: bool, work: usize,
): void {
  lda <<= 4;
  ldb <<= 4;
  ldc <<= 4;
  if ((beta != 1 && beta != 0) || (beta == 0 && k == 0)) scale(m, n, beta, c, ldc);
  const rowsPerBlock = blockRows(m, smaller(k, KC));
  const edge = work, packedA = aligned(work + 64);
  const packedB = aligned(packedA + rowsPerBlock * smaller(k, KC) * 16);
  for (let j0: usize = 0; j0 < n; j0 += NC) {
    const nb = smaller(NC, n - j0);
    for (let k0: usize = 0; k0 < k; k0 += KC) {
      const kb = smaller(KC, k - k0);
      const isFirst = beta == 0 && k0 == 0;
      packB(conjugateB, kb, nb, conjugateB ? b + j0 * 16 + k0 * ldb : b + j0 * ldb + k0 * 16, ldb, packedB);
      for (let i0: usize = 0; i0 < m; i0 += rowsPerBlock) {
        if (upper && i0 >= j0 + nb) break;
        const mb = smaller(rowsPerBlock, m - i0);
        packA(conjugateA, mb, kb, conjugateA ? a + i0 * lda + k0 * 16 : a + i0 * 16 + k0 * lda, lda, packedA);
        for (let j: usize = 0; j < nb; j += 2)
          for (let i: usize = 0; i < mb; i += 2) {
            if (upper && i0 + i > j0 + j + 1) break;
            const pa = packedA + i * kb * 16, pb = packedB + j * kb * 16;
            const to = c + (j0 + j) * ldc + (i0 + i) * 16;
            if (i + 1 < mb && j + 1 < nb) kernel2x2(kb, pa, pb, to, ldc, alpha, conjugateA, isFirst);
            else {
              kernel2x2(kb, pa, pb, edge, 32, alpha, conjugateA, true);
              for (let jj: usize = 0; jj < 2 && j + jj < nb; jj++)
                for (let ii: usize = 0; ii < 2 && i + ii < mb; ii++) {
                  const at = to + jj * ldc + ii * 16, x = v128.load(edge + jj * 32 + ii * 16);
                  v128.store(at, isFirst ? x : f64x2.add(v128.load(at), x));
                }
            }
          }
      }
    }
  }
}

function scale(m: usize, n: usize, beta: f64, c: usize, ldc: usize): void {
  const s = f64x2.splat(beta);
  for (let j: usize = 0; j < n; j++)
    for (let p = c + j * ldc, end = c + j * ldc + m * 16; p < end; p += 16)
      v128.store(p, beta == 0 ? f64x2.splat(0) : f64x2.mul(v128.load(p), s));
}

/** C ← AᴴB, known Hermitian: the upper triangle is computed and mirrored, the diagonal made real. */
export function hermitianOverlap(
  n: usize, k: usize, a: usize, lda: usize, b: usize, ldb: usize, c: usize, ldc: usize, work: usize,
): void {
  gemm(true, false, n, n, k, 1, a, lda, b, ldb, 0, c, ldc, true, work);
  const sign = pair(0.0, -0.0);
  for (let j: usize = 0; j < n; j++) {
    const column = c + j * ldc * 16;
    for (let i: usize = 0; i < j; i++)
      v128.store(c + (i * ldc + j) * 16, v128.xor(sign, v128.load(column + i * 16)));
    store<f64>(column + j * 16, 0, 8);
  }
}
