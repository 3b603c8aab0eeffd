import { difference, im, madd, nmadd, pair, re, setComplex, smaller, sum, swap } from "./simd";

/** Rows of a panel that stay in the first cache while a block of columns is solved. */
const ROWS: usize = 64;

/** Σ conj(x)·y over n numbers, subtracted from the number at `to`. */
@inline
function subtractDot(to: usize, n: usize, x: usize, y: usize): void {
  let direct = f64x2.splat(0), crossed = f64x2.splat(0);
  for (const end = x + n * 16; x < end; x += 16, y += 16) {
    const a = v128.load(x), b = v128.load(y);
    direct = madd(a, b, direct);
    crossed = madd(a, swap(b), crossed);
  }
  setComplex(to, re(to) - sum(direct), im(to) - difference(crossed));
}

/** y ← y − (r + i·s) x over n numbers. */
@inline
function subtractScaled(y: usize, n: usize, x: usize, r: f64, s: f64): void {
  const direct = f64x2.splat(r), crossed = pair(-s, s);
  for (const end = x + n * 16; x < end; x += 16, y += 16) {
    const a = v128.load(x);
    v128.store(y, nmadd(a, direct, nmadd(swap(a), crossed, v128.load(y))));
  }
}

/** The number at p times (r + i·s). */
@inline
function multiply(p: usize, r: f64, s: f64): void {
  const a = re(p), b = im(p);
  setComplex(p, a * r - b * s, a * s + b * r);
}

// 1/(r + i·s), or its conjugate: written so that a real diagonal costs no rounding but the division's.
@inline
function inverseRe(p: usize): f64 {
  const s = im(p);
  return s == 0 ? 1 / re(p) : re(p) / (re(p) * re(p) + s * s);
}
@inline
function inverseIm(p: usize): f64 {
  const s = im(p);
  return s == 0 ? 0 : -s / (re(p) * re(p) + s * s);
}

/** A = RᴴR of one diagonal block, upper triangle; false if a pivot is not positive. */
export function factorBlock(nb: usize, diagonal: usize, ld: usize): bool {
  for (let j: usize = 0; j < nb; j++) {
    const column = diagonal + j * ld;
    for (let i: usize = 0; i < j; i++) {
      subtractDot(column + i * 16, i, diagonal + i * ld, column);
      const s = 1 / re(diagonal + i * (ld + 16));
      multiply(column + i * 16, s, 0);
    }
    const pivot = column + j * 16;
    store<f64>(pivot, 0, 8);
    subtractDot(pivot, j, column, column);
    if (!(re(pivot) > 0 && re(pivot) < Infinity)) return false;
    setComplex(pivot, Math.sqrt(re(pivot)), 0);
  }
  return true;
}

/** R⁻¹ or R⁻ᴴ of one diagonal block on m columns. Leading dimensions in bytes. */
export function solveBlockLeft(nb: usize, m: usize, r: usize, ldr: usize, isConjugate: bool, x: usize, ldx: usize): void {
  for (let j: usize = 0; j < m; j++) {
    const column = x + j * ldx;
    if (isConjugate)
      for (let i: usize = 0; i < nb; i++) {
        const pivot = r + i * (ldr + 16);
        subtractDot(column + i * 16, i, r + i * ldr, column);
        multiply(column + i * 16, inverseRe(pivot), -inverseIm(pivot));
      }
    else
      for (let i = nb; i-- > 0; ) {
        const pivot = r + i * (ldr + 16), at = column + i * 16;
        multiply(at, inverseRe(pivot), inverseIm(pivot));
        subtractScaled(column, i, r + i * ldr, re(at), im(at));
      }
  }
}

/** R⁻¹ of one diagonal block from the right, column by column. Leading dimensions in bytes. */
export function solveBlockRight(m: usize, n: usize, r: usize, ldr: usize, x: usize, ldx: usize): void {
  for (let i0: usize = 0; i0 < m; i0 += ROWS) {
    const rows = smaller(ROWS, m - i0), top = x + i0 * 16;
    for (let j: usize = 0; j < n; j++) {
      const column = top + j * ldx, factors = r + j * ldr;
      let l: usize = 0;
      for (; l + 1 < j; l += 2) subtractTwo(column, rows, top + l * ldx, ldx, factors + l * 16);
      if (l < j) subtractScaled(column, rows, top + l * ldx, re(factors + l * 16), im(factors + l * 16));
      const s = inverseRe(factors + j * 16), t = inverseIm(factors + j * 16);
      const direct = f64x2.splat(s), crossed = pair(-t, t);
      for (let p = column, end = column + rows * 16; p < end; p += 16) {
        const a = v128.load(p);
        v128.store(p, f64x2.add(f64x2.mul(a, direct), f64x2.mul(swap(a), crossed)));
      }
    }
  }
}

/** y ← y − f₀ x₀ − f₁ x₁ over n numbers, x₁ at x₀ + ldx. */
@inline
function subtractTwo(y: usize, n: usize, x: usize, ldx: usize, f: usize): void {
  const direct0 = f64x2.splat(re(f)), crossed0 = pair(-im(f), im(f));
  const direct1 = f64x2.splat(re(f + 16)), crossed1 = pair(-im(f + 16), im(f + 16));
  for (const end = y + n * 16; y < end; y += 16, x += 16) {
    const a = v128.load(x), b = v128.load(x + ldx);
    const first = nmadd(a, direct0, nmadd(swap(a), crossed0, v128.load(y)));
    v128.store(y, nmadd(b, direct1, nmadd(swap(b), crossed1, first)));
  }
}
