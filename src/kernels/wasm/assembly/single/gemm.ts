import { madd, pair, swap } from "../simd";
import { high, low, rounded } from "./lanes";

/*
 * Packing and kernels of products whose factors are rounded to float32: twice as many numbers in a register, so that
 * blocks of C are 8 × 4 real or 4 × 2 complex numbers. Sums over a panel of columns are of float32, those over panels
 * and everything outside of float64.
 */

/** C(8×4) ← α·(packed A)(packed B) + (isFirst ? 0 : C). */
export function kernel8x4(k: usize, a: usize, b: usize, c: usize, ldc: usize, alpha: f64, isFirst: bool): void {
  let p0 = f32x4.splat(0), q0 = p0, p1 = p0, q1 = p0, p2 = p0, q2 = p0, p3 = p0, q3 = p0;
  const end = a + k * 32;
  while (a < end) {
    const top = v128.load(a), bottom = v128.load(a, 16);
    const b0 = v128.load_splat<f32>(b), b1 = v128.load_splat<f32>(b, 4);
    p0 = madd<f32>(top, b0, p0);
    q0 = madd<f32>(bottom, b0, q0);
    p1 = madd<f32>(top, b1, p1);
    q1 = madd<f32>(bottom, b1, q1);
    const b2 = v128.load_splat<f32>(b, 8), b3 = v128.load_splat<f32>(b, 12);
    p2 = madd<f32>(top, b2, p2);
    q2 = madd<f32>(bottom, b2, q2);
    p3 = madd<f32>(top, b3, p3);
    q3 = madd<f32>(bottom, b3, q3);
    a += 32;
    b += 16;
  }
  finishReal(p0, q0, alpha, c, isFirst);
  finishReal(p1, q1, alpha, c + ldc, isFirst);
  finishReal(p2, q2, alpha, c + 2 * ldc, isFirst);
  finishReal(p3, q3, alpha, c + 3 * ldc, isFirst);
}

@inline
function finishReal(p: v128, q: v128, alpha: f64, c: usize, isFirst: bool): void {
  const s = f64x2.splat(alpha);
  put(f64x2.mul(low(p), s), c, isFirst);
  put(f64x2.mul(high(p), s), c + 16, isFirst);
  put(f64x2.mul(low(q), s), c + 32, isFirst);
  put(f64x2.mul(high(q), s), c + 48, isFirst);
}

@inline
function put(x: v128, c: usize, isFirst: bool): void {
  v128.store(c, isFirst ? x : f64x2.add(v128.load(c), x));
}

/** C(4×2) of complex numbers, with sums as in the kernel of float64. */
export function kernel4x2(k: usize, a: usize, b: usize, c: usize, ldc: usize, alpha: f64, isConjugate: bool, isFirst: bool): void {
  let p00 = f32x4.splat(0), q00 = p00, p10 = p00, q10 = p00;
  let p01 = p00, q01 = p00, p11 = p00, q11 = p00;
  const end = a + k * 32;
  while (a < end) {
    const a0 = v128.load(a), a1 = v128.load(a, 16);
    const r0 = v128.load_splat<f32>(b), i0 = v128.load_splat<f32>(b, 4);
    p00 = madd<f32>(a0, r0, p00);
    q00 = madd<f32>(a0, i0, q00);
    p10 = madd<f32>(a1, r0, p10);
    q10 = madd<f32>(a1, i0, q10);
    const r1 = v128.load_splat<f32>(b, 8), i1 = v128.load_splat<f32>(b, 12);
    p01 = madd<f32>(a0, r1, p01);
    q01 = madd<f32>(a0, i1, q01);
    p11 = madd<f32>(a1, r1, p11);
    q11 = madd<f32>(a1, i1, q11);
    a += 32;
    b += 16;
  }
  const sp = isConjugate ? pair(alpha, -alpha) : f64x2.splat(alpha);
  const sq = isConjugate ? f64x2.splat(alpha) : pair(-alpha, alpha);
  finishComplex(p00, q00, sp, sq, c, isFirst);
  finishComplex(p10, q10, sp, sq, c + 32, isFirst);
  finishComplex(p01, q01, sp, sq, c + ldc, isFirst);
  finishComplex(p11, q11, sp, sq, c + ldc + 32, isFirst);
}

@inline
function finishComplex(p: v128, q: v128, sp: v128, sq: v128, c: usize, isFirst: bool): void {
  put(f64x2.add(f64x2.mul(low(p), sp), f64x2.mul(swap(low(q)), sq)), c, isFirst);
  put(f64x2.add(f64x2.mul(high(p), sp), f64x2.mul(swap(high(q)), sq)), c + 16, isFirst);
}

/** Strips of eight doubles along the contiguous direction: `doubles` of them, k columns `ld` bytes apart. */
function packAlong(doubles: usize, k: usize, x: usize, ld: usize, to: usize): void {
  const strip = k * 32, rest = doubles & 7;
  for (let l: usize = 0; l < k; l++) {
    let from = x + l * ld, p = to + l * 32;
    for (const end = from + (doubles & ~7) * 8; from < end; from += 64, p += strip) {
      v128.store(p, rounded(v128.load(from), v128.load(from, 16)));
      v128.store(p, rounded(v128.load(from, 32), v128.load(from, 48)), 16);
    }
    if (rest == 0) continue;
    for (let i: usize = 0; i < 8; i++) store<f32>(p + i * 4, i < rest ? <f32>load<f64>(from + i * 8) : 0);
  }
}

/**
 * Strips across columns, `registers` registers wide: element (i, l) at x + i·ld + l·sizeof(T), i < m, l < k. A
 * register holds the numbers of four real columns or of two complex ones.
 */
function packAcross<T>(m: usize, k: usize, x: usize, ld: usize, to: usize, registers: usize): void {
  const size = sizeof<T>(), width: usize = 32 / size, step = registers * 16;
  const groups = ((m + width * registers - 1) / (width * registers)) * registers;
  for (let g: usize = 0; g < groups; g++) {
    let p = to + (g / registers) * k * step + (g % registers) * 16, c = x + g * width * ld;
    if ((g + 1) * width <= m) packColumns<T>(k, c, ld, p, step);
    else
      for (let l: usize = 0; l < k; l++, p += step, c += size)
        for (let j: usize = 0; j < width; j++)
          for (let part: usize = 0; part < size; part += 8)
            store<f32>(p + (j * size + part) / 2, g * width + j < m ? <f32>load<f64>(c + j * ld + part) : 0);
  }
}

/** One register for each l: four real columns or two complex ones. */
@inline
function packColumns<T>(k: usize, c0: usize, ld: usize, p: usize, step: usize): void {
  const c1 = c0 + ld;
  if (sizeof<T>() == 16) {
    for (let l: usize = 0; l < k * 16; l += 16, p += step)
      v128.store(p, rounded(v128.load(c0 + l), v128.load(c1 + l)));
    return;
  }
  const c2 = c1 + ld, c3 = c2 + ld, end = (k & ~1) * 8;
  let l: usize = 0;
  for (; l < end; l += 16, p += 2 * step) {
    const x = rounded(v128.load(c0 + l), v128.load(c1 + l)), y = rounded(v128.load(c2 + l), v128.load(c3 + l));
    v128.store(p, v128.shuffle<f32>(x, y, 0, 2, 4, 6));
    v128.store(p + step, v128.shuffle<f32>(x, y, 1, 3, 5, 7));
  }
  if (k & 1) {
    store<f32>(p, <f32>load<f64>(c0 + l));
    store<f32>(p, <f32>load<f64>(c1 + l), 4);
    store<f32>(p, <f32>load<f64>(c2 + l), 8);
    store<f32>(p, <f32>load<f64>(c3 + l), 12);
  }
}

/** Rows of op(A), op the matrix itself or its conjugate transpose; conjugation is left to the kernel. */
export function packSingleA<T>(isConjugate: bool, m: usize, k: usize, a: usize, lda: usize, to: usize): void {
  if (isConjugate) packAcross<T>(m, k, a, lda, to, 2);
  else packAlong(m * (sizeof<T>() >> 3), k, a, lda, to);
}

/** Columns of B. */
export function packSingleB<T>(k: usize, n: usize, b: usize, ldb: usize, to: usize): void {
  packAcross<T>(n, k, b, ldb, to, 1);
}
