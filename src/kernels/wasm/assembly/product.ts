import { kernel2x2, packA, packB } from "./gemm";
import { kernel4x4, packRealA, packRealB } from "./real/gemm";
import { aligned, pair, smaller } from "./simd";
import { kernel4x2, kernel8x4, packSingleA, packSingleB } from "./single/gemm";

/*
 * Matrix products after Goto and van de Geijn: panels of op(B) (KC columns) live in the first cache, a block of op(A)
 * (A_BYTES) in the second, and a kernel keeps its sums in registers. Both factors are packed in strips of its width.
 */
const A_BYTES: usize = 262144;
const KC: usize = 256;
const NC: usize = 512;
/** Most bytes of one result of the kernels, for tiles at the edge. */
const EDGE: usize = 256;

// Kernels are generic in T, the numbers of the matrices, and in S, the parts of numbers as they are packed, f64 or f32.

/**
 * Rows of op(A) per block: whole strips, such that a block of kb columns stays in the second cache. For S = f32 at most
 * twice as many as for f64, which `productWork` counts.
 */
@inline
function blockRows<T, S>(m: usize, kb: usize): usize {
  const strip = tileRows<T, S>(), packed = packedSize<T, S>();
  return smaller((m + strip - 1) & ~(strip - 1), kb == 0 ? strip : (A_BYTES / packed / kb) & ~(8 * 8 / sizeof<S>() - 1));
}

/** Bytes of a packed number. */
@inline
function packedSize<T, S>(): usize {
  return (sizeof<T>() * sizeof<S>()) / 8;
}

/** Columns of the kernel's block of C, and so the width of the strips of B. */
@inline
function tile<T>(): usize {
  return sizeof<T>() == 8 ? 4 : 2;
}

/** Rows of the kernel's block of C. */
@inline
function tileRows<T, S>(): usize {
  return sizeof<S>() == 8 ? tile<T>() : 2 * tile<T>();
}

/** Bytes of work `productOf` needs, for any S. */
export function productWork<T>(m: usize, n: usize, k: usize): usize {
  const kb = smaller(k, KC), strip = tile<T>(), packedB = ((smaller(n, NC) + strip - 1) & ~(strip - 1)) * kb * 16;
  return aligned(64 + EDGE + blockRows<T, f64>(m, kb) * kb * sizeof<T>()) + 64 + packedB;
}

/**
 * C ← α op(A) op(B) + β C with leading dimensions in elements, op the matrix itself or its conjugate transpose;
 * `upper` leaves out tiles that lie wholly below the diagonal of C. For S = f32, op(B) is B.
 */
export function productOf<T, S>(
  conjugateA: bool, conjugateB: bool, m: usize, n: usize, k: usize, alpha: f64, a: usize, lda: usize, b: usize,
  ldb: usize, beta: f64, c: usize, ldc: usize, upper: bool, work: usize,
): void {
  const size = sizeof<T>(), packed = packedSize<T, S>(), strip = tile<T>(), rows = tileRows<T, S>();
  lda *= size;
  ldb *= size;
  ldc *= size;
  if ((beta != 1 && beta != 0) || (beta == 0 && k == 0)) scale(m * (size >> 3), n, beta, c, ldc);
  const rowsPerBlock = blockRows<T, S>(m, smaller(k, KC));
  const edge = work, packedA = aligned(work + EDGE);
  const packedB = aligned(packedA + rowsPerBlock * smaller(k, KC) * packed);
  for (let j0: usize = 0; j0 < n; j0 += NC) {
    const nb = smaller(NC, n - j0);
    for (let k0: usize = 0; k0 < k; k0 += KC) {
      const kb = smaller(KC, k - k0);
      const isFirst = beta == 0 && k0 == 0;
      const fromB = b + (conjugateB ? j0 * size + k0 * ldb : j0 * ldb + k0 * size);
      if (sizeof<S>() == 4) packSingleB<T>(kb, nb, fromB, ldb, packedB);
      else if (sizeof<T>() == 8) packRealB(conjugateB, kb, nb, fromB, ldb, packedB);
      else packB(conjugateB, kb, nb, fromB, ldb, packedB);
      for (let i0: usize = 0; i0 < m; i0 += rowsPerBlock) {
        if (upper && i0 >= j0 + nb) break;
        const mb = smaller(rowsPerBlock, m - i0);
        const fromA = a + (conjugateA ? i0 * lda + k0 * size : i0 * size + k0 * lda);
        if (sizeof<S>() == 4) packSingleA<T>(conjugateA, mb, kb, fromA, lda, packedA);
        else if (sizeof<T>() == 8) packRealA(conjugateA, mb, kb, fromA, lda, packedA);
        else packA(conjugateA, mb, kb, fromA, lda, packedA);
        for (let j: usize = 0; j < nb; j += strip)
          for (let i: usize = 0; i < mb; i += rows) {
            if (upper && i0 + i > j0 + j + strip - 1) break;
            const pa = packedA + i * kb * packed, pb = packedB + j * kb * packed;
            const to = c + (j0 + j) * ldc + (i0 + i) * size;
            if (i + rows <= mb && j + strip <= nb) kernel<T, S>(kb, pa, pb, to, ldc, alpha, conjugateA, isFirst);
            else {
              kernel<T, S>(kb, pa, pb, edge, rows * size, alpha, conjugateA, true);
              for (let jj: usize = 0; jj < strip && j + jj < nb; jj++)
                for (let p: usize = 0, end = smaller(rows, mb - i) * size; p < end; p += 8) {
                  const at = to + jj * ldc + p, x = load<f64>(edge + jj * rows * size + p);
                  store<f64>(at, isFirst ? x : load<f64>(at) + x);
                }
            }
          }
      }
    }
  }
}

@inline
function kernel<T, S>(
  k: usize, a: usize, b: usize, c: usize, ldc: usize, alpha: f64, isConjugate: bool, isFirst: bool,
): void {
  if (sizeof<S>() == 4) {
    if (sizeof<T>() == 8) kernel8x4(k, a, b, c, ldc, alpha, isFirst);
    else kernel4x2(k, a, b, c, ldc, alpha, isConjugate, isFirst);
  } else if (sizeof<T>() == 8) kernel4x4(k, a, b, c, ldc, alpha, isFirst);
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
export function overlapOf<T, S>(
  first: usize, count: usize, k: usize, a: usize, lda: usize, b: usize, ldb: usize, c: usize, ldc: usize, work: usize,
): void {
  const size = sizeof<T>(), right = b + first * ldb * size, top = c + first * ldc * size;
  if (first > 0) productOf<T, S>(true, false, first, count, k, 1, a, lda, right, ldb, 0, top, ldc, false, work);
  const left = a + first * lda * size, block = top + first * size;
  productOf<T, S>(true, false, count, count, k, 1, left, lda, right, ldb, 0, block, ldc, true, work);
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
