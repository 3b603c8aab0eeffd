import { rootAbove } from "../../interval/norms.ts";
import {
  type Above,
  complexGamma,
  exact,
  productAbove,
  SumAbove,
  sizeOf,
  sumAbove,
} from "../../interval/sides.ts";
import type { Kernels } from "../../kernels/kernels.ts";
import type { EnclosedProblem, WaveSet } from "../problem/enclosed-hamiltonian.ts";
import type { ProjectorPanel } from "../problem/projectors.ts";
import { type NonlocalColumns, nonlocalColumns } from "./nonlocal-error.ts";
import type { TrialPanel } from "./trial-panel.ts";

/** What adding P h Pᴴ u meant, per column of u. */
export interface NonlocalProduct {
  /** ‖true product − what was added‖₂ on the set, the roundings of the addition left out. */
  readonly errors: readonly Above[];
  /** ‖what was added‖₂ on the set. */
  readonly sizes: readonly Above[];
  /** ‖V_nl u‖₂ outside the set; 0 where it was not asked for. */
  readonly tails: readonly Above[];
}

/** Rows of the projectors held in the kernels' memory at once; longer sums are made of blocks. */
const BLOCK = 512;

/**
 * Adds P h Pᴴ u to `values` [set × m]. Products by columns, since every term of V_nl is of rank
 * one: with d = (Ph)ᴴu,
 *
 *   |d̂ − d| ≤ (‖ĝ − g‖ + √2γ‖ĝ‖)‖u‖
 *   ‖Σ p d − Σ p̂ d̂‖ ≤ Σ (‖p‖|d̂ − d| + ‖p̂ − p‖|d̂| + √2γ‖p̂‖|d̂|)
 */
export function addNonlocal(
  kernels: Kernels,
  problem: EnclosedProblem,
  set: WaveSet,
  u: TrialPanel & { readonly norms: readonly Above[] },
  values: Float64Array,
  withTails: boolean,
): NonlocalProduct {
  const { panel } = set;
  if (panel.columns === 0) {
    const zeros = u.norms.map(() => exact(0));
    return { errors: zeros, sizes: zeros, tails: zeros };
  }
  const columns = nonlocalColumns(problem.channels, panel, u.rows);
  const projected = projections(kernels, columns, panel.columns, u);
  addProjectors(kernels, panel, projected, u.columns, values);
  const each = u.norms.map((norm, j) => {
    const sizes = Array.from({ length: panel.columns }, (_, c) => {
      const at = 2 * (panel.columns * j + c);
      return sumAbove(sizeOf(projected[at]!), sizeOf(projected[at + 1]!)); // |re| + |im|
    });
    return { sizes, errors: projectionErrors(columns, u.rows, norm) };
  });
  return {
    errors: each.map(({ sizes, errors }) => productError(panel, sizes, errors)),
    sizes: each.map(({ sizes }) => productSize(panel, sizes)),
    tails: withTails ? nonlocalTails(problem, set, each) : each.map(() => exact(0)),
  };
}

/**
 * Bounds |d̂ − d| of every column for a vector of length `norm`: blocks of rows, then their sum.
 */
function projectionErrors(columns: NonlocalColumns, rows: number, norm: Above): Above[] {
  const rounding = complexGamma(Math.min(BLOCK, rows) + Math.ceil(rows / BLOCK));
  return columns.norms.map((size, c) =>
    productAbove(sumAbove(columns.errors[c]!, productAbove(rounding, size)), norm),
  );
}

function productError(panel: ProjectorPanel, sizes: readonly Above[], errors: readonly Above[]): Above {
  const rounding = complexGamma(panel.columns);
  const sum = new SumAbove();
  sizes.forEach((size, c) => {
    const [norm, error] = [panel.norms[c]!, panel.errors[c]!];
    sum.addProduct(errors[c]!, sumAbove(norm, error));
    sum.addProduct(size, sumAbove(error, productAbove(rounding, norm)));
  });
  return sum.value;
}

/** ‖fl(Σ p̂ d̂)‖ with its rounding. */
function productSize(panel: ProjectorPanel, sizes: readonly Above[]): Above {
  const sum = new SumAbove();
  for (const [c, size] of sizes.entries()) sum.addProduct(panel.norms[c]!, size);
  return productAbove(sum.value, sumAbove(exact(1), complexGamma(panel.columns)));
}

/** Σ n_i (Σ_m |d_im|²)^{1/2} with the true d (docs/bounds.md, Lemma 7). */
function nonlocalTails(
  { channels }: EnclosedProblem,
  set: WaveSet,
  each: readonly { readonly sizes: readonly Above[]; readonly errors: readonly Above[] }[],
): Above[] {
  const roots = set.tails(set.waves.count).map((n2) => n2.map(rootAbove));
  return each.map(({ sizes, errors }) => {
    const tail = new SumAbove();
    channels.forEach(({ l, h, first }, c) => {
      for (let i = 0; i < h.length; i++) {
        const squares = new SumAbove();
        const from = first + i * (2 * l + 1);
        for (let q = from; q <= from + 2 * l; q++) squares.addSquare(sumAbove(sizes[q]!, errors[q]!));
        tail.addProduct(roots[c]![i]!, rootAbove(squares.value));
      }
    });
    return tail.value;
  });
}

/** (P h)ᴴ u [columns × m]. */
function projections(
  kernels: Kernels,
  { values }: NonlocalColumns,
  columns: number,
  { rows, columns: m, data: vectors }: TrialPanel,
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
