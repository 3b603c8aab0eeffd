import { fastSize, gridIndex } from "../../basis/grid.ts";
import { columnNormsAbove, norm2Above } from "../../interval/norms.ts";
import {
  type Above,
  complexGamma,
  exact,
  gamma,
  productAbove,
  SumAbove,
  sizeOf,
  sumAbove,
  unitRoundoff,
} from "../../interval/sides.ts";
import type { GridSize, Kernels } from "../../kernels/kernels.ts";
import { butterfliesHold, fftRounding } from "../apply/fft-rounding.ts";
import { gridConvolution, worthKeeping } from "../apply/grid-convolution.ts";
import { type NonlocalColumns, nonlocalProductError } from "../apply/nonlocal-error.ts";
import type { EnclosedProblem, WaveSet } from "../problem/enclosed-hamiltonian.ts";
import type { PotentialTable } from "../problem/potential-table.ts";

/** KᴴK on X, K = Ŵ P + p̂ fl(p h)ᴴ with projectors on the waves of a set. */
export interface SquaredCoupling {
  /** [nX × nX], of which the upper triangle is meant … */
  readonly values: Float64Array;
  /** … with ‖KᴴK − values‖ ≤ error. */
  readonly error: Above;
  /** ‖values‖_F. */
  readonly norm: Above;
  /** tr KᴴK = ‖K‖_F². */
  readonly trace: Above;
}

/** That of a K without rows. */
export const NO_SQUARE: SquaredCoupling = {
  values: new Float64Array(0),
  error: exact(0),
  norm: exact(0),
  trace: exact(0),
};

/**
 * Forms KᴴK without a row of K (docs/bounds.md, Lemma 14): with Z = P Ŵ p̂ + ½ fl(p h) p̂ᴴp̂
 *
 *   KᴴK = P Ŵ² P + fl(p h) Zᴴ + Z fl(p h)ᴴ,
 *
 * and Ŵ² is a convolution with the coefficients of the square of the potential.
 *
 * @param columns p h on the first nX waves of the set
 * @param take a source of temporaries that lives as long as the result
 * @returns undefined where the rounding of the transforms has no known bound
 */
export function squaredCoupling(
  kernels: Kernels,
  problem: EnclosedProblem,
  set: WaveSet,
  nX: number,
  columns: NonlocalColumns,
  take: (length: number) => Float64Array,
): SquaredCoupling | undefined {
  const values = take(2 * nX * nX);
  const square = writeSquare(kernels, problem.table, set.waves.places, nX, values);
  if (square === undefined) return undefined;
  const c = set.panel.columns;
  const error = kernels.scratch((temporary) => {
    if (c === 0) return square;
    const z = squareColumns(kernels, problem, set, nX, columns, temporary);
    if (z === undefined) return undefined;
    const [left, right] = [temporary(4 * nX * c), temporary(4 * nX * c)];
    left.set(columns.values);
    left.set(z.values, 2 * nX * c);
    right.set(z.values);
    right.set(columns.values, 2 * nX * c);
    kernels.gemm("N", "C", nX, nX, 2 * c, 1, left, nX, right, nX, 1, values, nX);
    const none = columns.norms.map(() => exact(0));
    const product = nonlocalProductError(
      { columns: 2 * c, norms: [...columns.norms, ...z.norms], errors: [...none, ...z.errors] },
      { norms: [...z.norms, ...columns.norms], errors: [...z.errors, ...none] },
      norm2Above(values),
    );
    // one triangle stands for both: √2 < 3/2 in the Frobenius norm
    return sumAbove(square, productAbove(exact(1.5), product));
  });
  if (error === undefined) return undefined;
  const trace = new SumAbove();
  for (let x = 0; x < nX; x++) trace.add(sizeOf(values[2 * (x + nX * x)]!)).add(error);
  return { values, error, norm: norm2Above(values), trace: trace.value };
}

/**
 * Writes P Ŵ² P. On a grid where the vectors of two coefficients add up to a difference of waves of
 * X only if they do so in space, the square of v̂ has its coefficients. With V ≥ |v̂| and
 * ‖v̂ − v‖_∞ ≤ e_v = μ‖W‖₁ no element is off by more than
 *
 *   e_v (2V + e_v) + uV² + (μ + γ₂(1+μ))(1+u)V² + 2‖W‖₁ (left out)
 *
 * @returns a bound of the norm of what is wrong: nX times that of an element
 */
function writeSquare(
  kernels: Kernels,
  table: PotentialTable,
  places: Int32Array,
  nX: number,
  values: Float64Array,
): Above | undefined {
  const { count: kept, dropped, norm1 } = worthKeeping(table);
  const size = gridOfSquares(table.places, kept, places, nX);
  const points = size[0] * size[1] * size[2];
  const fft = kernels.fft(size);
  const rounding = fftRounding(fft.passes);
  if (rounding === undefined || !butterfliesHold(kernels, fft.passes!)) return undefined;
  const largest = kernels.scratch((take) => {
    const grid = take(2 * points).fill(0);
    for (let e = 0; e < kept; e++) {
      const [x, y, z] = [table.places[3 * e]!, table.places[3 * e + 1]!, table.places[3 * e + 2]!];
      grid.set(table.values.subarray(2 * e, 2 * e + 2), 2 * gridIndex(size, x, y, z));
    }
    fft.inverse(grid, grid);
    let most = 0;
    for (let r = 0; r < points; r++) {
      const v = grid[2 * r]!; // v is real
      most = Math.max(most, Math.abs(v));
      grid[2 * r] = v * v;
      grid[2 * r + 1] = 0;
    }
    fft.forward(grid, grid);
    const scale = 1 / points;
    for (let x = 0; x < nX; x++)
      for (let y = 0; y <= x; y++) {
        const [i, j] = [3 * y, 3 * x];
        const at = gridIndex(
          size,
          places[i]! - places[j]!,
          places[i + 1]! - places[j + 1]!,
          places[i + 2]! - places[j + 2]!,
        );
        const re = grid[2 * at]! * scale;
        const im = x === y ? 0 : grid[2 * at + 1]! * scale;
        values[2 * (y + nX * x)] = values[2 * (x + nX * y)] = re;
        values[2 * (y + nX * x) + 1] = im;
        values[2 * (x + nX * y) + 1] = -im;
      }
    return exact(most);
  });
  const { uniform } = rounding;
  const [one, u] = [exact(1), unitRoundoff()];
  const off = productAbove(uniform, norm1);
  const back = sumAbove(uniform, productAbove(gamma(2), sumAbove(one, uniform)));
  const element = sumAbove(
    productAbove(off, sumAbove(largest, largest, off)),
    productAbove(sumAbove(u, productAbove(back, sumAbove(one, u))), largest, largest),
    productAbove(exact(2), norm1, dropped),
  );
  return productAbove(exact(nX), element);
}

/** More points along each axis than a difference of two waves and two coefficients reach. */
function gridOfSquares(coefficients: Int32Array, kept: number, places: Int32Array, nX: number): GridSize {
  return [0, 1, 2].map((axis) => {
    let [low, high, reach] = [Infinity, -Infinity, 0];
    for (let x = 0; x < nX; x++) {
      low = Math.min(low, places[3 * x + axis]!);
      high = Math.max(high, places[3 * x + axis]!);
    }
    for (let e = 0; e < kept; e++) reach = Math.max(reach, Math.abs(coefficients[3 * e + axis]!));
    return fastSize(high - low + 2 * reach + 1);
  }) as unknown as GridSize;
}

/** The columns Z on X, with bounds of what they are off; undefined as above. */
export function squareColumns(
  kernels: Kernels,
  { table }: EnclosedProblem,
  { waves, panel }: WaveSet,
  nX: number,
  columns: NonlocalColumns,
  take: (length: number) => Float64Array,
): Pick<NonlocalColumns, "values" | "norms" | "errors"> | undefined {
  const { rows: n, columns: c } = panel;
  const convolution = gridConvolution(kernels, table, waves, n, take, nX);
  if (convolution.error === Infinity) return undefined;
  const [p, out, gram] = [take(2 * n * c), take(2 * n), take(2 * c * c)];
  p.set(panel.values);
  kernels.hermitianOverlap(c, n, p, n, p, n, gram, c);
  for (let i = 0; i < gram.length; i++) gram[i]! *= 0.5; // exact
  const [ph, z] = [take(2 * nX * c), take(2 * nX * c)];
  ph.set(columns.values);
  for (let a = 0; a < c; a++) {
    out.fill(0);
    convolution.addInto(out, p.subarray(2 * n * a, 2 * n * (a + 1)), 1);
    z.set(out.subarray(0, 2 * nX), 2 * nX * a);
  }
  kernels.gemm("N", "N", nX, c, c, 1, ph, nX, gram, c, 1, z, nX);
  const values = Float64Array.from(z);
  const norms = columnNormsAbove(values, nX, c);
  const [ofGram, ofSum] = [complexGamma(n), complexGamma(c + 1)];
  const errors = norms.map((norm, a) => {
    // a sum of W p and c products, each of which is at most ‖ph‖‖p‖‖p‖
    const sizes = new SumAbove();
    for (let b = 0; b < c; b++)
      sizes.addProduct(columns.norms[b]!, productAbove(panel.norms[b]!, panel.norms[a]!));
    return sumAbove(
      productAbove(convolution.error, panel.norms[a]!),
      productAbove(sumAbove(ofGram, ofSum, ofSum), sizes.value),
      productAbove(ofSum, norm),
    );
  });
  return { values, norms, errors };
}
