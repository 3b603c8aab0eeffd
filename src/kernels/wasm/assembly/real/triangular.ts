import { nmadd, smaller } from "../simd";
import { realDot } from "./columns";

/** Rows of a panel, as in ../triangular. */
const ROWS: usize = 128;

/** y ← y − s x over n numbers. */
@inline
function subtractScaled(y: usize, n: usize, x: usize, s: f64): void {
  const factor = f64x2.splat(s);
  for (const end = x + (n & ~1) * 8; x < end; x += 16, y += 16)
    v128.store(y, nmadd(v128.load(x), factor, v128.load(y)));
  if (n & 1) store<f64>(y, load<f64>(y) - s * load<f64>(x));
}

/** A = RᵀR of one diagonal block, upper triangle; false if a pivot is not positive. */
export function realFactorBlock(nb: usize, diagonal: usize, ld: usize): bool {
  for (let j: usize = 0; j < nb; j++) {
    const column = diagonal + j * ld;
    for (let i: usize = 0; i < j; i++) {
      const p = column + i * 8;
      store<f64>(p, (load<f64>(p) - realDot(i, diagonal + i * ld, column)) / load<f64>(diagonal + i * (ld + 8)));
    }
    const p = column + j * 8, pivot = load<f64>(p) - realDot(j, column, column);
    if (!(pivot > 0 && pivot < Infinity)) return false;
    store<f64>(p, Math.sqrt(pivot));
  }
  return true;
}

/** R⁻¹ or R⁻ᵀ of one diagonal block on m columns. Leading dimensions in bytes. */
export function realSolveBlockLeft(nb: usize, m: usize, r: usize, ldr: usize, isTransposed: bool, x: usize, ldx: usize): void {
  for (let j: usize = 0; j < m; j++) {
    const column = x + j * ldx;
    if (isTransposed)
      for (let i: usize = 0; i < nb; i++) {
        const p = column + i * 8;
        store<f64>(p, (load<f64>(p) - realDot(i, r + i * ldr, column)) / load<f64>(r + i * (ldr + 8)));
      }
    else
      for (let i = nb; i-- > 0; ) {
        const value = load<f64>(column + i * 8) / load<f64>(r + i * (ldr + 8));
        store<f64>(column + i * 8, value);
        subtractScaled(column, i, r + i * ldr, value);
      }
  }
}

/** R⁻¹ of one diagonal block from the right, column by column. Leading dimensions in bytes. */
export function realSolveBlockRight(m: usize, n: usize, r: usize, ldr: usize, x: usize, ldx: usize): void {
  for (let i0: usize = 0; i0 < m; i0 += ROWS) {
    const rows = smaller(ROWS, m - i0), top = x + i0 * 8;
    for (let j: usize = 0; j < n; j++) {
      const column = top + j * ldx, factors = r + j * ldr;
      let l: usize = 0;
      for (; l + 1 < j; l += 2) subtractTwo(column, rows, top + l * ldx, ldx, factors + l * 8);
      if (l < j) subtractScaled(column, rows, top + l * ldx, load<f64>(factors + l * 8));
      const inverse = 1 / load<f64>(factors + j * 8);
      for (let p = column, end = column + rows * 8; p < end; p += 8) store<f64>(p, load<f64>(p) * inverse);
    }
  }
}

/** y ← y − f₀ x₀ − f₁ x₁ over n numbers, x₁ at x₀ + ldx. */
@inline
function subtractTwo(y: usize, n: usize, x: usize, ldx: usize, f: usize): void {
  const f0 = v128.load_splat<f64>(f), f1 = v128.load_splat<f64>(f, 8);
  for (const end = y + (n & ~1) * 8; y < end; y += 16, x += 16)
    v128.store(y, nmadd(v128.load(x + ldx), f1, nmadd(v128.load(x), f0, v128.load(y))));
  if (n & 1)
    store<f64>(y, load<f64>(y) - load<f64>(f) * load<f64>(x) - load<f64>(f, 8) * load<f64>(x + ldx));
}
