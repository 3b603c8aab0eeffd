import { nmadd, smaller } from "../simd";
import { realDot } from "./columns";
import { realGemm } from "./gemm";

/* As ../triangular, for real numbers. */
const BLOCK: usize = 16;
const ROWS: usize = 128;

/** y ← y − s x over n numbers. */
@inline
function subtractScaled(y: usize, n: usize, x: usize, s: f64): void {
  const factor = f64x2.splat(s);
  for (const end = x + (n & ~1) * 8; x < end; x += 16, y += 16)
    v128.store(y, nmadd(v128.load(x), factor, v128.load(y)));
  if (n & 1) store<f64>(y, load<f64>(y) - s * load<f64>(x));
}

/** A = RᵀR in place, upper triangle; false if a pivot is not positive. Right-looking by blocks. */
export function realCholesky(n: usize, a: usize, lda: usize, work: usize): bool {
  const ld = lda * 8;
  for (let j0: usize = 0; j0 < n; j0 += BLOCK) {
    const nb = smaller(BLOCK, n - j0), diagonal = a + j0 * (ld + 8);
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
    const rest = n - j0 - nb;
    if (rest > 0) {
      const right = diagonal + nb * ld;
      solveDiagonalLeft(nb, rest, diagonal, ld, true, right, ld);
      realGemm(true, false, rest, rest, nb, -1, right, lda, right, lda, 1, right + nb * 8, lda, true, work);
    }
  }
  for (let j: usize = 0; j < n; j++) memory.fill(a + j * ld + (j + 1) * 8, 0, (n - j - 1) * 8);
  return true;
}

/** R⁻¹ or R⁻ᵀ of one diagonal block on m columns. Leading dimensions in bytes. */
function solveDiagonalLeft(nb: usize, m: usize, r: usize, ldr: usize, isTransposed: bool, x: usize, ldx: usize): void {
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

/** X ← R⁻¹ X or R⁻ᵀ X, X n × m. */
export function realSolveTriangularLeft(
  n: usize, m: usize, r: usize, ldr: usize, isTransposed: bool, x: usize, ldx: usize, work: usize,
): void {
  const blocks = (n + BLOCK - 1) / BLOCK;
  for (let b: usize = 0; b < blocks; b++) {
    const i0 = (isTransposed ? b : blocks - 1 - b) * BLOCK;
    const nb = smaller(BLOCK, n - i0), end = i0 + nb;
    if (isTransposed && i0 > 0)
      realGemm(true, false, nb, m, i0, -1, r + i0 * ldr * 8, ldr, x, ldx, 1, x + i0 * 8, ldx, false, work);
    if (!isTransposed && end < n)
      realGemm(
        false, false, nb, m, n - end, -1, r + (i0 + end * ldr) * 8, ldr, x + end * 8, ldx, 1, x + i0 * 8, ldx, false,
        work,
      );
    solveDiagonalLeft(nb, m, r + i0 * (ldr + 1) * 8, ldr * 8, isTransposed, x + i0 * 8, ldx * 8);
  }
}

/** X ← X R⁻¹, X m × n, with R in halves. */
export function realSolveTriangularRight(
  m: usize, n: usize, r: usize, ldr: usize, x: usize, ldx: usize, work: usize,
): void {
  if (n <= BLOCK) {
    solveDiagonalRight(m, n, r, ldr * 8, x, ldx * 8);
    return;
  }
  const half = ((n + 2 * BLOCK - 1) / (2 * BLOCK)) * BLOCK, rest = n - half;
  const right = x + half * ldx * 8, above = r + half * ldr * 8;
  realSolveTriangularRight(m, half, r, ldr, x, ldx, work);
  realGemm(false, false, m, rest, half, -1, x, ldx, above, ldr, 1, right, ldx, false, work);
  realSolveTriangularRight(m, rest, above + half * 8, ldr, right, ldx, work);
}

/** The same for one diagonal block, column by column. Leading dimensions in bytes. */
function solveDiagonalRight(m: usize, n: usize, r: usize, ldr: usize, x: usize, ldx: usize): void {
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
