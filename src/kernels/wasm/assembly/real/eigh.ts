import { FLOOR, isFiniteSum, scaleToOne, sortedOrder, timesPowerOfTwo } from "../eigh";
import { qlIterate, rotationBytes, STRIP } from "../ql";
import { aligned, smaller } from "../simd";
import { realGemm, realGemmWork } from "./gemm";
import { realTridiagonalise } from "./tridiagonal";

/** Reflectors per block of the back transformation. */
const BLOCK: usize = 32;
const BLOCK_OF_SMALL: usize = 16;
const SMALL: usize = 200;

/** Bytes of work `realEigh` needs. */
export function realEighWork(n: usize): usize {
  const strips = (n + STRIP - 1) / STRIP;
  const vectors = 7 * aligned(n * 8 + 16);
  const transform = aligned(BLOCK * n * 8) * 3 + 2 * aligned(BLOCK * BLOCK * 8) + realGemmWork(n, n, n) + 64;
  return 64 + vectors + aligned(strips * n * 64) + aligned(rotationBytes(n)) + transform;
}

/** A V = V Λ for symmetric A (lower triangle), by the steps of ../eigh. False under the same conditions. */
export function realEigh(n: usize, a: usize, lda: usize, values: usize, v: usize, ldv: usize, work: usize): bool {
  const strips = (n + STRIP - 1) / STRIP, vector = aligned(n * 8 + 16);
  const e = aligned(work), tau = e + vector, order = tau + vector, x = order + vector, w = x + vector, y = w + vector;
  const d = y + vector, z = d + vector, rotations = z + aligned(strips * n * 64);
  const rest = rotations + aligned(rotationBytes(n));

  const exponent = scaleToOne(n, a, lda, 8);
  realTridiagonalise(n, a, lda, d, e, tau, x, w, y);
  if (!isFiniteSum(n, d) || !isFiniteSum(n, e)) return false;
  memory.fill(z, 0, strips * n * 64);
  for (let i: usize = 0; i < n; i++) store<f64>(z + ((i >> 3) * n + i) * 64 + ((i & 7) << 3), 1);
  if (!qlIterate(n, d, e, FLOOR, z, strips, rotations)) return false;

  sortedOrder(n, d, order);
  for (let j: usize = 0; j < n; j++) {
    const from: usize = load<u32>(order + (j << 2)), to = v + j * ldv * 8;
    store<f64>(values + (j << 3), timesPowerOfTwo(load<f64>(d + (from << 3)), exponent));
    for (let i: usize = 0; i < n; i++)
      store<f64>(to + (i << 3), load<f64>(z + ((i >> 3) * n + from) * 64 + ((i & 7) << 3)));
  }
  backTransform(n, a, lda, tau, v, ldv, rest);
  return true;
}

/** X ← Q X, Q = H_0 H_1 …, in blocks 1 − V T Vᵀ with T upper triangular. */
function backTransform(n: usize, a: usize, lda: usize, tau: usize, x: usize, ldx: usize, work: usize): void {
  if (n < 2) return;
  const panel = aligned(BLOCK * n * 8), small = aligned(BLOCK * BLOCK * 8);
  const v = work, first = v + panel, second = first + panel, t = second + panel, s = t + small, free = s + small;
  const width = n < SMALL ? BLOCK_OF_SMALL : BLOCK;
  const reflectors = n - 1, blocks = (reflectors + width - 1) / width;
  for (let b = blocks; b-- > 0; ) {
    const k0 = b * width, kb = smaller(width, reflectors - k0), rows = n - k0 - 1;
    for (let j: usize = 0; j < kb; j++) {
      memory.fill(v + j * rows * 8, 0, j * 8);
      memory.copy(v + (j * rows + j) * 8, a + ((k0 + j) * lda + k0 + 1 + j) * 8, (rows - j) * 8);
    }
    realGemm(true, false, kb, kb, rows, 1, v, rows, v, rows, 0, s, kb, true, free);
    triangularFactor(kb, tau + k0 * 8, s, t);
    const at = x + (k0 + 1) * 8;
    realGemm(true, false, kb, n, rows, 1, v, rows, at, ldx, 0, first, kb, false, free);
    realGemm(false, false, kb, n, kb, 1, t, kb, first, kb, 0, second, kb, false, free);
    realGemm(false, false, rows, n, kb, -1, v, rows, second, kb, 1, at, ldx, false, free);
  }
}

/** T_jj = τ_j, T_{<j,j} = −τ_j T_{<j,<j} (VᵀV)_{<j,j}. */
function triangularFactor(kb: usize, tau: usize, s: usize, t: usize): void {
  memory.fill(t, 0, kb * kb * 8);
  for (let j: usize = 0; j < kb; j++) {
    const factor = load<f64>(tau + j * 8);
    for (let i: usize = 0; i < j; i++) {
      let r: f64 = 0;
      for (let l = i; l < j; l++) r += load<f64>(t + (l * kb + i) * 8) * load<f64>(s + (j * kb + l) * 8);
      store<f64>(t + (j * kb + i) * 8, -factor * r);
    }
    store<f64>(t + (j * kb + j) * 8, factor);
  }
}
