import { type Above, complexGamma, productAbove, sumAbove } from "../../interval/sides.ts";
import type { Kernels } from "../../kernels/kernels.ts";
import { type EnclosedProblem, setFinder, type WaveSet } from "../problem/enclosed-hamiltonian.ts";
import { ALL, writeCoefficients } from "../problem/potential-table.ts";
import { gridConvolution } from "./grid-convolution.ts";
import { columnRange, type TrialPanel } from "./trial-panel.ts";

/** Up to this many coefficients of the potential sums run over them, beyond over a grid. */
export const SPARSE = 1500;

/** Rows of the matrix that are formed at once. */
const BLOCK = 256;

/** W ∗ u on a set, and ‖(W ∗ u)_set − values‖₂ relative to ‖u‖₂ from above. */
export interface LocalProduct {
  /** [set × m] */
  readonly values: Float64Array;
  readonly error: Above;
}

/** What the ways to the product share. */
interface Task {
  readonly problem: EnclosedProblem;
  readonly set: WaveSet;
  readonly u: TrialPanel;
}

/**
 * Applies the local potential to vectors on the first rows of a set: by coefficients where these
 * are few, else by fast transforms, or as a matrix where their rounding has no known bound.
 */
export function localProduct(
  kernels: Kernels,
  problem: EnclosedProblem,
  set: WaveSet,
  u: TrialPanel,
): LocalProduct {
  const { table } = problem;
  const task = { problem, set, u };
  // a plain sum over at most `terms` coefficients of the table, and what the table misses
  const ofSums = (terms: number): Above =>
    sumAbove(productAbove(complexGamma(terms), table.sumBeyond(ALL)), table.errorSum);
  if (table.count <= SPARSE) return { values: sparseProduct(task), error: ofSums(table.count) };
  return (
    gridProduct(kernels, task) ?? {
      values: denseProduct(kernels, task),
      error: ofSums(u.rows),
    }
  );
}

function gridProduct(
  kernels: Kernels,
  { problem: { table }, set: { waves }, u: { rows, columns: m, data: vectors } }: Task,
): LocalProduct | undefined {
  return kernels.scratch((take) => {
    const convolution = gridConvolution(kernels, table, waves, rows, take);
    if (convolution.error === Infinity) return undefined;
    const [u, out] = [take(2 * waves.count).fill(0), take(2 * waves.count)];
    const values = new Float64Array(2 * waves.count * m);
    for (let j = 0; j < m; j++) {
      u.set(vectors.subarray(...columnRange(rows, j)));
      out.fill(0);
      convolution.addInto(out, u, 1);
      values.set(out, 2 * waves.count * j);
    }
    return { values, error: sumAbove(convolution.error, table.errorSum) };
  });
}

function sparseProduct({
  problem: { table },
  set,
  u: { rows, columns: m, data: vectors },
}: Task): Float64Array {
  const { count, g } = set.waves;
  const values = new Float64Array(2 * count * m);
  const find = setFinder(set);
  for (let i = 0; i < rows; i++)
    for (let e = 0; e < table.count; e++) {
      const to = find(
        g[3 * i]! + table.g[3 * e]!,
        g[3 * i + 1]! + table.g[3 * e + 1]!,
        g[3 * i + 2]! + table.g[3 * e + 2]!,
      );
      if (to < 0) continue;
      const wr = table.values[2 * e]!;
      const wi = table.values[2 * e + 1]!;
      for (let j = 0; j < m; j++) {
        const ur = vectors[2 * (rows * j + i)]!;
        const ui = vectors[2 * (rows * j + i) + 1]!;
        values[2 * (count * j + to)]! += wr * ur - wi * ui;
        values[2 * (count * j + to) + 1]! += wr * ui + wi * ur;
      }
    }
  return values;
}

function denseProduct(
  kernels: Kernels,
  { problem: { table }, set, u: { rows, columns: m, data: vectors } }: Task,
): Float64Array {
  const { count, g } = set.waves;
  const values = new Float64Array(2 * count * m);
  kernels.scratch((take) => {
    const [block, u, part] = [take(2 * BLOCK * rows), take(2 * rows * m), take(2 * BLOCK * m)];
    u.set(vectors.subarray(0, 2 * rows * m));
    for (let row0 = 0; row0 < count; row0 += BLOCK) {
      const nb = Math.min(BLOCK, count - row0);
      writeCoefficients(block, table, g, row0, nb, rows);
      kernels.gemm("N", "N", nb, m, rows, 1, block, nb, u, rows, 0, part, nb);
      for (let j = 0; j < m; j++)
        values.set(part.subarray(2 * nb * j, 2 * nb * (j + 1)), 2 * (count * j + row0));
    }
  });
  return values;
}
