import { productOf, productWork } from "./product";
import { qlIterate, rotationBytes, STRIP } from "./ql";
import { realTridiagonalise } from "./real/tridiagonal";
import { aligned, im, re, setComplex, smaller } from "./simd";
import { tridiagonalise } from "./tridiagonal";

/** Reflectors per block of the back transformation: what products gain by width, zeros above the diagonal lose. */
const BLOCK: usize = 32;
const BLOCK_OF_SMALL: usize = 16;
const SMALL: usize = 200;
/** Entries of T this far below the largest of A are rounding noise many times over. */
const FLOOR: f64 = 1e-32;

// Work areas of all threads, each aligned: T, reflectors' factors, what the reduction needs, Z in strips.
let e: usize, tau: usize, x: usize, w: usize, y: usize, d: usize, z: usize;

function layOut(n: usize, work: usize, size: usize): void {
  const vector = aligned(n * size + 16);
  e = aligned(work) + 64;
  tau = e + vector;
  x = tau + vector;
  w = x + vector;
  y = w + vector;
  d = y + vector;
  z = d + vector;
}

/** Before them: the power of two that A was scaled by, and whether QL converged. */
@inline
function header(work: usize): usize {
  return aligned(work);
}

@inline
function stripsOf(n: usize): usize {
  return (n + STRIP - 1) / STRIP;
}

/** Bytes of work that `reduce` fills for the other steps. */
export function eigenWork<T>(n: usize): usize {
  return 2 * 64 + 6 * aligned(n * sizeof<T>() + 16) + aligned(stripsOf(n) * n * 64);
}

/** Bytes of work of each thread. */
export function eigenOwnWork<T>(n: usize): usize {
  const size: usize = sizeof<T>(), vector: usize = aligned(n * 8 + 16);
  const transform: usize = aligned(BLOCK * n * size) * 3 + 2 * aligned(BLOCK * BLOCK * size) + productWork<T>(n, n, n) + 64;
  const iteration: usize = 3 * vector + aligned(rotationBytes(n));
  return 64 + (transform > iteration ? transform : iteration);
}

/**
 * A V = V Λ for Hermitian A (lower triangle): reduction to tridiagonal form, implicit QL, back transformation.
 * Returns false if QL does not converge or A holds infinities or NaN, of which one in A is enough to be found in T.
 * Threads may share the strips of the second step and the columns of the third.
 */
export function eigenpairs<T>(
  n: usize, a: usize, lda: usize, values: usize, v: usize, ldv: usize, work: usize,
): bool {
  const own = work + eigenWork<T>(n);
  if (!reduce<T>(n, a, lda, work)) return false;
  rotate<T>(n, 0, stripsOf(n), values, v, ldv, work, own);
  if (!isIterated(work)) return false;
  transformBack<T>(n, a, lda, 0, n, v, ldv, work, own);
  return true;
}

/** A ← reflectors, T and the unit matrix into work. False for infinities and NaN. */
export function reduce<T>(n: usize, a: usize, lda: usize, work: usize): bool {
  layOut(n, work, sizeof<T>());
  store<i32>(header(work), scaleToOne(n, a, lda, sizeof<T>()));
  if (sizeof<T>() == 8) realTridiagonalise(n, a, lda, d, e, tau, x, w, y);
  else tridiagonalise(n, a, lda, d, e, tau, x, w, y);
  if (!isFiniteSum(n, d) || !isFiniteSum(n, e)) return false; // no sweep would make numbers of it
  memory.fill(z, 0, stripsOf(n) * n * 64);
  for (let i: usize = 0; i < n; i++) store<f64>(z + ((i >> 3) * n + i) * 64 + ((i & 7) << 3), 1);
  return true;
}

/** Whether the iteration converged in `rotate` of the first strip. */
export function isIterated(work: usize): bool {
  return load<u32>(header(work), 4) != 0;
}

/**
 * Rows of the eigenvectors of T in `count` strips, into v in ascending order of values. Every thread iterates by
 * itself, which costs n² operations of n³; that of the first strip gives values and says whether it converged.
 */
export function rotate<T>(
  n: usize, first: usize, count: usize, values: usize, v: usize, ldv: usize, work: usize, own: usize,
): void {
  const size = sizeof<T>(), vector = aligned(n * 8 + 16);
  layOut(n, work, size);
  const ownD = aligned(own), ownE = ownD + vector, order = ownE + vector, rotations = order + vector;
  memory.copy(ownD, d, n * 8);
  memory.copy(ownE, e, n * 8);
  const isConverged = qlIterate(n, ownD, ownE, FLOOR, z + first * n * 64, count, rotations);
  if (first == 0) store<u32>(header(work), isConverged ? 1 : 0, 4);
  if (!isConverged) return;
  sortedOrder(n, ownD, order);
  const exponent = load<i32>(header(work)), end = smaller(n, (first + count) * STRIP);
  for (let j: usize = 0; j < n; j++) {
    const from: usize = load<u32>(order + (j << 2)), to = v + j * ldv * size;
    if (first == 0) store<f64>(values + (j << 3), timesPowerOfTwo(load<f64>(ownD + (from << 3)), exponent));
    for (let i = first * STRIP; i < end; i++) {
      const entry = load<f64>(z + ((i >> 3) * n + from) * 64 + ((i & 7) << 3));
      if (sizeof<T>() == 8) store<f64>(to + (i << 3), entry);
      else setComplex(to + (i << 4), entry, 0);
    }
  }
}

/** V ← Q V for `count` columns of V. */
export function transformBack<T>(
  n: usize, a: usize, lda: usize, first: usize, count: usize, v: usize, ldv: usize, work: usize, own: usize,
): void {
  layOut(n, work, sizeof<T>());
  backTransform<T>(n, a, lda, tau, count, v + first * ldv * sizeof<T>(), ldv, aligned(own));
}

/** Whether n numbers are finite, with room to add them up: those of a matrix of size one. */
@inline
function isFiniteSum(n: usize, x: usize): bool {
  let total: f64 = 0;
  for (let i: usize = 0; i < n; i++) total += Math.abs(load<f64>(x + (i << 3)));
  return total < Infinity; // false for NaN
}

/** x·2^k for any k whose result is a number, also where 2^k itself is none. */
@inline
function timesPowerOfTwo(x: f64, k: i32): f64 {
  const half = k / 2;
  return x * powerOfTwo(half) * powerOfTwo(k - half);
}

/** 2^k for −1022 ≤ k ≤ 1023. */
@inline
function powerOfTwo(k: i32): f64 {
  return reinterpret<f64>((<i64>(k + 1023)) << 52);
}

/**
 * Scales the lower triangle, of numbers of `size` bytes, by a power of two: largest entry in [1,
 * 2); returns minus its exponent.
 */
function scaleToOne(n: usize, a: usize, lda: usize, size: usize): i32 {
  let largest: f64 = 0;
  for (let j: usize = 0; j < n; j++)
    for (let p = a + j * (lda + 1) * size, end = a + (j * lda + n) * size; p < end; p += 8)
      largest = Math.max(largest, Math.abs(load<f64>(p)));
  if (!(largest > 0) || largest == Infinity) return 0;
  // A subnormal number shows the exponent −1023: at most 52 too large, which is near enough.
  const exponent = <i32>((reinterpret<i64>(largest) >> 52) & 0x7ff) - 1023;
  const half = -exponent / 2;
  const s = powerOfTwo(half), t = powerOfTwo(-exponent - half);
  for (let j: usize = 0; j < n; j++)
    for (let p = a + j * (lda + 1) * size, end = a + (j * lda + n) * size; p < end; p += 8)
      store<f64>(p, load<f64>(p) * s * t);
  return exponent;
}

/** Ranks of d ascending, by insertion: QL leaves them nearly in order. */
function sortedOrder(n: usize, d: usize, order: usize): void {
  for (let j: usize = 0; j < n; j++) {
    const value = load<f64>(d + (j << 3));
    let i = j;
    for (; i > 0; i--) {
      const before: usize = load<u32>(order + ((i - 1) << 2));
      if (load<f64>(d + (before << 3)) <= value) break;
      store<u32>(order + (i << 2), <u32>before);
    }
    store<u32>(order + (i << 2), <u32>j);
  }
}

/** X ← Q X for some columns, Q = H_0 H_1 …, in blocks 1 − V T Vᴴ with T upper triangular [Schreiber and Van Loan 1989]. */
function backTransform<T>(
  n: usize, a: usize, lda: usize, tau: usize, columns: usize, x: usize, ldx: usize, work: usize,
): void {
  if (n < 2) return;
  const size = sizeof<T>(), panel = aligned(BLOCK * n * size), small = aligned(BLOCK * BLOCK * size);
  const v = work, first = v + panel, second = first + panel, t = second + panel, s = t + small, free = s + small;
  const width = n < SMALL ? BLOCK_OF_SMALL : BLOCK;
  const reflectors = n - 1, blocks = (reflectors + width - 1) / width;
  for (let b = blocks; b-- > 0; ) {
    const k0 = b * width, kb = smaller(width, reflectors - k0), rows = n - k0 - 1;
    for (let j: usize = 0; j < kb; j++) {
      memory.fill(v + j * rows * size, 0, j * size);
      memory.copy(v + (j * rows + j) * size, a + ((k0 + j) * lda + k0 + 1 + j) * size, (rows - j) * size);
    }
    productOf<T, f64>(true, false, kb, kb, rows, 1, v, rows, v, rows, 0, s, kb, true, free);
    triangularFactor<T>(kb, tau + k0 * size, s, t);
    const at = x + (k0 + 1) * size;
    productOf<T, f64>(true, false, kb, columns, rows, 1, v, rows, at, ldx, 0, first, kb, false, free);
    productOf<T, f64>(false, false, kb, columns, kb, 1, t, kb, first, kb, 0, second, kb, false, free);
    productOf<T, f64>(false, false, rows, columns, kb, -1, v, rows, second, kb, 1, at, ldx, false, free);
  }
}

/** T_jj = τ_j, T_{<j,j} = −τ_j T_{<j,<j} (VᴴV)_{<j,j}. */
function triangularFactor<T>(kb: usize, tau: usize, s: usize, t: usize): void {
  const size = sizeof<T>();
  memory.fill(t, 0, kb * kb * size);
  for (let j: usize = 0; j < kb; j++) {
    const tr = re(tau + j * size), ti = size == 8 ? 0 : im(tau + j * size);
    for (let i: usize = 0; i < j; i++) {
      let r: f64 = 0, q: f64 = 0;
      for (let l = i; l < j; l++) {
        const b = t + (l * kb + i) * size, c = s + (j * kb + l) * size;
        if (sizeof<T>() == 8) r += re(b) * re(c);
        else {
          r += re(b) * re(c) - im(b) * im(c);
          q += re(b) * im(c) + im(b) * re(c);
        }
      }
      const at = t + (j * kb + i) * size;
      if (sizeof<T>() == 8) store<f64>(at, -tr * r);
      else setComplex(at, -(tr * r - ti * q), -(tr * q + ti * r));
    }
    memory.copy(t + (j * kb + j) * size, tau + j * size, size);
  }
}
