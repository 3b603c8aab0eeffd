import { kernel2x2, packA, packB } from "./gemm";
import { kernel4x4, packRealA, packRealB } from "./real/gemm";
import { aligned, pair, smaller } from "./simd";

/*
 * Matrix products after Goto and van de Geijn: panels of op(B) (KC columns) live in the first cache, a block of op(A)
 * (A_BYTES) in the second, and a kernel keeps its sums in registers. Both factors are packed in strips of its width.
 */
const A_BYTES: usize = 262144;
const KC: usize = 256;
const NC: usize = 512;
/** Bytes of one result of the kernel, for tiles at the edge. */
const EDGE: usize = 128;

/** Rows of op(A) per block: whole strips, such that a block of kb columns stays in the second cache. */
@inline
function blockRows<T>(m: usize, kb: usize): usize {
  const strip = tile<T>();
  return smaller((m + strip - 1) & ~(strip - 1), kb == 0 ? strip : (A_BYTES / sizeof<T>() / kb) & ~7);
}

/** Rows and columns of the kernel's block of C, and so the width of the strips. */
@inline
function tile<T>(): usize {
  return sizeof<T>() == 8 ? 4 : 2;
}

/** Bytes of work `productOf` needs. */
export function productWork<T>(m: usize, n: usize, k: usize): usize {
  const kb = smaller(k, KC), strip = tile<T>(), packedB = ((smaller(n, NC) + strip - 1) & ~(strip - 1)) * kb * 16;
  return aligned(64 + EDGE + blockRows<T>(m, kb) * kb * sizeof<T>()) + 64 + packedB;
}

/**
 * C ← α op(A) op(B) + β C with leading dimensions in elements, op the matrix itself or its conjugate transpose;
 * `upper` leaves out tiles that lie wholly below the diagonal of C.
 */
export function productOf<T>(
  conjugateA: bool, conjugateB: bool, m: usize, n: usize, k: usize, alpha: f64, a: usize, lda: usize, b: usize,
  ldb: usize, beta: f64, c: usize, ldc: usize, upper: bool, work: usize,
): void {
  const size = sizeof<T>(), strip = tile<T>();
  lda *= size;
  ldb *= size;
  ldc *= size;
  if ((beta != 1 && beta != 0) || (beta == 0 && k == 0)) scale(m * (size >> 3), n, beta, c, ldc);
  const rowsPerBlock = blockRows<T>(m, smaller(k, KC));
  const edge = work, packedA = aligned(work + EDGE);
  const packedB = aligned(packedA + rowsPerBlock * smaller(k, KC) * size);
  for (let j0: usize = 0; j0 < n; j0 += NC) {
    const nb = smaller(NC, n - j0);
    for (let k0: usize = 0; k0 < k; k0 += KC) {
      const kb = smaller(KC, k - k0);
      const isFirst = beta == 0 && k0 == 0;
      const fromB = b + (conjugateB ? j0 * size + k0 * ldb : j0 * ldb + k0 * size);
      if (sizeof<T>() == 8) packRealB(conjugateB, kb, nb, fromB, ldb, packedB);
      else packB(conjugateB, kb, nb, fromB, ldb, packedB);
      for (let i0: usize = 0; i0 < m; i0 += rowsPerBlock) {
        if (upper && i0 >= j0 + nb) break;
        const mb = smaller(rowsPerBlock, m - i0);
        const fromA = a + (conjugateA ? i0 * lda + k0 * size : i0 * size + k0 * lda);
        if (sizeof<T>() == 8) packRealA(conjugateA, mb, kb, fromA, lda, packedA);
        else packA(conjugateA, mb, kb, fromA, lda, packedA);
        for (let j: usize = 0; j < nb; j += strip)
          for (let i: usize = 0; i < mb; i += strip) {
            if (upper && i0 + i > j0 + j + strip - 1) break;
            const pa = packedA + i * kb * size, pb = packedB + j * kb * size;
            const to = c + (j0 + j) * ldc + (i0 + i) * size;
            if (i + strip <= mb && j + strip <= nb) kernel<T>(kb, pa, pb, to, ldc, alpha, conjugateA, isFirst);
            else {
              kernel<T>(kb, pa, pb, edge, 32, alpha, conjugateA, true);
              for (let jj: usize = 0; jj < strip && j + jj < nb; jj++)
                for (let p: usize = 0, end = smaller(strip, mb - i) * size; p < end; p += 8) {
                  const at = to + jj * ldc + p, x = load<f64>(edge + jj * 32 + p);
                  store<f64>(at, isFirst ? x : load<f64>(at) + x);
                }
            }
          }
      }
    }
  }
}

@inline
function kernel<T>(
  k: usize, a: usize, b: usize, c: usize, ldc: usize, alpha: f64, isConjugate: bool, isFirst: bool,
): void {
  if (sizeof<T>() == 8) kernel4x4(k, a, b, c, ldc, alpha, isFirst);
  else kernel2x2(k, a, b, c, ldc, alpha, isConjugate, isFirst);
}

/** C ← β C for columns of m doubles. */
function scale(m: usize, n: usize, beta: f64, c: usize, ldc: usize): void {
  for (let j: usize = 0; j < n; j++)
    for (let p = c + j * ldc, end = c + j * ldc + m * 8; p < end; p += 8)
      store<f64>(p, beta == 0 ? 0 : load<f64>(p) * beta);
}

/**
 * Columns `first` to `first + count` of C ← AᴴB, known Hermitian, down to the diagonal, which is made real, and the
 * rows that mirror them. Other columns write nothing of these.
 */
export function overlapOf<T>(
  first: usize, count: usize, k: usize, a: usize, lda: usize, b: usize, ldb: usize, c: usize, ldc: usize, work: usize,
): void {
  const size = sizeof<T>(), right = b + first * ldb * size, top = c + first * ldc * size;
  if (first > 0) productOf<T>(true, false, first, count, k, 1, a, lda, right, ldb, 0, top, ldc, false, work);
  const left = a + first * lda * size, block = top + first * size;
  productOf<T>(true, false, count, count, k, 1, left, lda, right, ldb, 0, block, ldc, true, work);
  for (let j = first; j < first + count; j++) {
    const column = c + j * ldc * size;
    for (let i: usize = 0; i < j; i++) {
      const mirrored = c + (i * ldc + j) * size;
      if (sizeof<T>() == 8) store<f64>(mirrored, load<f64>(column + i * 8));
      else v128.store(mirrored, v128.xor(pair(0.0, -0.0), v128.load(column + i * 16)));
    }
    if (sizeof<T>() == 16) store<f64>(column + j * 16, 0, 8);
  }
}
