import { productOf } from "./product";
import { realFactorBlock, realSolveBlockLeft, realSolveBlockRight } from "./real/triangular";
import { smaller } from "./simd";
import { factorBlock, solveBlockLeft, solveBlockRight } from "./triangular";

/** Order of the diagonal blocks that are treated element by element; all else is matrix products. */
const BLOCK: usize = 16;

/** A = RᴴR in place, upper triangle; false if a pivot is not positive. Right-looking by blocks. */
export function choleskyOf<T>(n: usize, a: usize, lda: usize, work: usize): bool {
  const size = sizeof<T>(), ld = lda * size;
  for (let j0: usize = 0; j0 < n; j0 += BLOCK) {
    const nb = smaller(BLOCK, n - j0), diagonal = a + j0 * (ld + size), rest = n - j0 - nb;
    const isPositive = sizeof<T>() == 8 ? realFactorBlock(nb, diagonal, ld) : factorBlock(nb, diagonal, ld);
    if (!isPositive) return false;
    if (rest == 0) continue;
    const right = diagonal + nb * ld;
    blockLeft<T>(nb, rest, diagonal, ld, true, right, ld);
    productOf<T, f64>(true, false, rest, rest, nb, -1, right, lda, right, lda, 1, right + nb * size, lda, true, work);
  }
  for (let j: usize = 0; j < n; j++) memory.fill(a + j * ld + (j + 1) * size, 0, (n - j - 1) * size);
  return true;
}

/** X ← R⁻¹ X or R⁻ᴴ X, X n × m. */
export function solveLeft<T>(
  n: usize, m: usize, r: usize, ldr: usize, isConjugate: bool, x: usize, ldx: usize, work: usize,
): void {
  const size = sizeof<T>(), blocks = (n + BLOCK - 1) / BLOCK;
  for (let b: usize = 0; b < blocks; b++) {
    const i0 = (isConjugate ? b : blocks - 1 - b) * BLOCK;
    const nb = smaller(BLOCK, n - i0), end = i0 + nb, to = x + i0 * size;
    if (isConjugate && i0 > 0)
      productOf<T, f64>(true, false, nb, m, i0, -1, r + i0 * ldr * size, ldr, x, ldx, 1, to, ldx, false, work);
    if (!isConjugate && end < n) {
      const right = r + (i0 + end * ldr) * size;
      productOf<T, f64>(false, false, nb, m, n - end, -1, right, ldr, x + end * size, ldx, 1, to, ldx, false, work);
    }
    blockLeft<T>(nb, m, r + i0 * (ldr + 1) * size, ldr * size, isConjugate, to, ldx * size);
  }
}

@inline
function blockLeft<T>(nb: usize, m: usize, r: usize, ldr: usize, isConjugate: bool, x: usize, ldx: usize): void {
  if (sizeof<T>() == 8) realSolveBlockLeft(nb, m, r, ldr, isConjugate, x, ldx);
  else solveBlockLeft(nb, m, r, ldr, isConjugate, x, ldx);
}

/**
 * X ← X R⁻¹, X m × n. With R in halves, X = (X₁, X₂): X₁ ← X₁ R₁₁⁻¹, X₂ ← (X₂ − X₁ R₁₂) R₂₂⁻¹, so that products of
 * growing size do the work.
 */
export function solveRight<T>(m: usize, n: usize, r: usize, ldr: usize, x: usize, ldx: usize, work: usize): void {
  const size = sizeof<T>();
  if (n <= BLOCK) {
    if (sizeof<T>() == 8) realSolveBlockRight(m, n, r, ldr * size, x, ldx * size);
    else solveBlockRight(m, n, r, ldr * size, x, ldx * size);
    return;
  }
  const half = ((n + 2 * BLOCK - 1) / (2 * BLOCK)) * BLOCK, rest = n - half;
  const right = x + half * ldx * size, above = r + half * ldr * size;
  solveRight<T>(m, half, r, ldr, x, ldx, work);
  productOf<T, f64>(false, false, m, rest, half, -1, x, ldx, above, ldr, 1, right, ldx, false, work);
  solveRight<T>(m, rest, above + half * size, ldr, right, ldx, work);
}
