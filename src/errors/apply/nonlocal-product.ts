import { gamma, inflated, rootAbove } from "../../interval/accumulated.ts";
import type { Kernels } from "../../kernels/kernels.ts";
import type { EnclosedProblem, WaveSet } from "../problem/enclosed-hamiltonian.ts";
import { complexGamma, type ProjectorPanel } from "../problem/projectors.ts";
import { type NonlocalColumns, nonlocalColumns } from "./nonlocal-error.ts";

/** What adding P h Pᴴ u meant, per column: error and size on the set, and what lies outside it, from above. */
export interface NonlocalProduct {
  readonly errors: readonly number[];
  readonly sizes: readonly number[];
  readonly tails: readonly number[];
}

/** Rows of the projectors that are in the kernels' memory at once; sums over all rows are made of as many short ones. */
const BLOCK = 512;

/**
 * values += P h Pᴴ u for vectors [rows × m] on the first rows of a set; `norms` are theirs. Products by columns, since every term
 * of V_nl is of rank one.
 */
export function addNonlocal(
  kernels: Kernels,
  problem: EnclosedProblem,
  set: WaveSet,
  rows: number,
  m: number,
  vectors: Float64Array,
  norms: readonly number[],
  values: Float64Array,
  withTails: boolean,
): NonlocalProduct {
  const { panel, waves } = set;
  if (panel.columns === 0) {
    const zeros = norms.map(() => 0);
    return { errors: zeros, sizes: zeros, tails: zeros };
  }
  const columns = nonlocalColumns(problem.channels, panel, rows);
  const projected = projections(kernels, columns, rows, panel.columns, vectors, m);
  addProjectors(kernels, panel, projected, m, values);
  const roots = withTails ? set.tails(waves.count).map((n2) => n2.map(rootAbove)) : [];
  const sumOverRows = complexGamma(Math.min(BLOCK, rows) + rows / BLOCK + 8);
  const sumOverColumns = gamma(2 * panel.columns + 8);
  const [errors, sizes, tails]: [number[], number[], number[]] = [[], [], []];
  for (let j = 0; j < m; j++) {
    const at = 2 * panel.columns * j;
    const sizeOf = (c: number) => Math.abs(projected[at + 2 * c]!) + Math.abs(projected[at + 2 * c + 1]!);
    const errorOf = columns.norms.map((norm, c) =>
      inflated((columns.errors[c]! + sumOverRows * norm) * norms[j]!, 8),
    );
    let [error, sum] = [0, 0];
    for (let c = 0; c < panel.columns; c++) {
      const size = sizeOf(c);
      error +=
        errorOf[c]! * (panel.norms[c]! + panel.errors[c]!) +
        panel.errors[c]! * size +
        2 * sumOverColumns * panel.norms[c]! * size;
      sum += panel.norms[c]! * size;
    }
    errors.push(inflated(error + sumOverColumns * sum, panel.columns * 4 + 8));
    sizes.push(inflated(sum, panel.columns + 8));
    let tail = 0;
    if (withTails)
      problem.channels.forEach(({ l, h, first }, c) => {
        for (let i = 0; i < h.length; i++) {
          const from = first + i * (2 * l + 1);
          let square = 0;
          for (let q = from; q <= from + 2 * l; q++) square += (sizeOf(q) + errorOf[q]!) ** 2;
          tail += roots[c]![i]! * rootAbove(inflated(square, 16));
        }
      });
    tails.push(inflated(tail, 4 * panel.columns + 8));
  }
  return { errors, sizes, tails };
}

/** (P h)ᴴ u [columns × m]. */
function projections(
  kernels: Kernels,
  { values }: NonlocalColumns,
  rows: number,
  columns: number,
  vectors: Float64Array,
  m: number,
): Float64Array {
  return kernels.scratch((take) => {
    const nb = Math.min(BLOCK, rows);
    const [p, u, part] = [take(2 * nb * columns), take(2 * nb * m), take(2 * columns * m)];
    const sums = new Float64Array(2 * columns * m);
    for (let row0 = 0; row0 < rows; row0 += BLOCK) {
      const n = Math.min(BLOCK, rows - row0);
      copyRows(p, values, rows, columns, row0, n);
      copyRows(u, vectors, rows, m, row0, n);
      kernels.gemm("C", "N", columns, m, n, 1, p, n, u, n, 0, part, columns);
      for (let i = 0; i < sums.length; i++) sums[i]! += part[i]!;
    }
    return sums;
  });
}

function addProjectors(
  kernels: Kernels,
  panel: ProjectorPanel,
  projected: Float64Array,
  m: number,
  values: Float64Array,
): void {
  const { rows, columns } = panel;
  kernels.scratch((take) => {
    const nb = Math.min(BLOCK, rows);
    const [p, part, d] = [take(2 * nb * columns), take(2 * nb * m), take(2 * columns * m)];
    d.set(projected);
    for (let row0 = 0; row0 < rows; row0 += BLOCK) {
      const n = Math.min(BLOCK, rows - row0);
      copyRows(p, panel.values, rows, columns, row0, n);
      kernels.gemm("N", "N", n, m, columns, 1, p, n, d, columns, 0, part, n);
      for (let j = 0; j < m; j++)
        for (let i = 0; i < 2 * n; i++) values[2 * (rows * j + row0) + i]! += part[2 * n * j + i]!;
    }
  });
}

/** out [n × columns] ← the rows of `from` [rows × columns] from row0 on. */
function copyRows(
  out: Float64Array,
  from: Float64Array,
  rows: number,
  columns: number,
  row0: number,
  n: number,
): void {
  for (let c = 0; c < columns; c++)
    out.set(from.subarray(2 * (rows * c + row0), 2 * (rows * c + row0 + n)), 2 * n * c);
}
