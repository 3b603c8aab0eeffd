import { aligned, madd, smaller } from "../simd";

/*
 * Products of real matrices, in the manner of ../gemm: the kernel keeps 4 × 4 sums in eight registers, as many
 * operations for each number loaded as the complex kernel of 2 × 2. Both factors are packed in strips of four.
 */
const A_BLOCK: usize = 32768;
const KC: usize = 256;
const NC: usize = 512;
/** Bytes of one result of the kernel, for tiles at the edge. */
const EDGE: usize = 128;

@inline
function blockRows(m: usize, kb: usize): usize {
  return smaller((m + 3) & ~3, kb == 0 ? 4 : (A_BLOCK / kb) & ~7);
}

/** Bytes of work `realGemm` needs. */
export function realGemmWork(m: usize, n: usize, k: usize): usize {
  const kb = smaller(k, KC);
  return aligned(64 + EDGE + blockRows(m, kb) * kb * 8) + 64 + ((smaller(n, NC) + 3) & ~3) * kb * 8;
}

/** C(4×4) ← α·(packed A)(packed B) + (isFirst ? 0 : C). */
function kernel4x4(k: usize, a: usize, b: usize, c: usize, ldc: usize, alpha: f64, isFirst: bool): void {
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

/**
 * C ← α op(A) op(B) + β C, op the matrix itself or its transpose; `upper` leaves out tiles that lie wholly below the
 * diagonal of C.
 */
export function realGemm(
  transposeA: bool, transposeB: bool, m: usize, n: usize, k: usize, alpha: f64, a: usize, lda: usize, b: usize,
  ldb: usize, beta: f64, c: usize, ldc: usize, upper: bool, work: usize,
): void {
  lda <<= 3;
  ldb <<= 3;
  ldc <<= 3;
  if ((beta != 1 && beta != 0) || (beta == 0 && k == 0)) scale(m, n, beta, c, ldc);
  const rowsPerBlock = blockRows(m, smaller(k, KC));
  const edge = work, packedA = aligned(work + EDGE);
  const packedB = aligned(packedA + rowsPerBlock * smaller(k, KC) * 8);
  for (let j0: usize = 0; j0 < n; j0 += NC) {
    const nb = smaller(NC, n - j0);
    for (let k0: usize = 0; k0 < k; k0 += KC) {
      const kb = smaller(KC, k - k0);
      const isFirst = beta == 0 && k0 == 0;
      if (transposeB) packAlong(nb, kb, b + j0 * 8 + k0 * ldb, ldb, packedB);
      else packAcross(nb, kb, b + j0 * ldb + k0 * 8, ldb, packedB);
      for (let i0: usize = 0; i0 < m; i0 += rowsPerBlock) {
        if (upper && i0 >= j0 + nb) break;
        const mb = smaller(rowsPerBlock, m - i0);
        if (transposeA) packAcross(mb, kb, a + i0 * lda + k0 * 8, lda, packedA);
        else packAlong(mb, kb, a + i0 * 8 + k0 * lda, lda, packedA);
        for (let j: usize = 0; j < nb; j += 4)
          for (let i: usize = 0; i < mb; i += 4) {
            if (upper && i0 + i > j0 + j + 3) break;
            const pa = packedA + i * kb * 8, pb = packedB + j * kb * 8;
            const to = c + (j0 + j) * ldc + (i0 + i) * 8;
            if (i + 3 < mb && j + 3 < nb) kernel4x4(kb, pa, pb, to, ldc, alpha, isFirst);
            else {
              kernel4x4(kb, pa, pb, edge, 32, alpha, true);
              for (let jj: usize = 0; jj < 4 && j + jj < nb; jj++)
                for (let ii: usize = 0; ii < 4 && i + ii < mb; ii++) {
                  const at = to + jj * ldc + ii * 8, x = load<f64>(edge + jj * 32 + ii * 8);
                  store<f64>(at, isFirst ? x : load<f64>(at) + x);
                }
            }
          }
      }
    }
  }
}

function scale(m: usize, n: usize, beta: f64, c: usize, ldc: usize): void {
  for (let j: usize = 0; j < n; j++)
    for (let p = c + j * ldc, end = c + j * ldc + m * 8; p < end; p += 8)
      store<f64>(p, beta == 0 ? 0 : load<f64>(p) * beta);
}

/** C ← AᵀB, known symmetric: the upper triangle is computed and mirrored. */
export function symmetricOverlap(
  n: usize, k: usize, a: usize, lda: usize, b: usize, ldb: usize, c: usize, ldc: usize, work: usize,
): void {
  realGemm(true, false, n, n, k, 1, a, lda, b, ldb, 0, c, ldc, true, work);
  for (let j: usize = 0; j < n; j++)
    for (let i: usize = 0; i < j; i++) store<f64>(c + (i * ldc + j) * 8, load<f64>(c + (j * ldc + i) * 8));
}
