import { invariant } from "../common/failure.ts";
import { gamma, inflated, norm2Above, rootAbove } from "../interval/accumulated.ts";
import { interval, scale } from "../interval/interval.ts";
import { above, below, UNIT_ROUNDOFF } from "../interval/rounding.ts";
import { sqrt } from "../interval/sqrt.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { setFinder } from "./comparison-diagonal.ts";
import type { EnclosedProblem, WaveSet } from "./enclosed-hamiltonian.ts";
import { nonlocalColumns } from "./nonlocal-error.ts";
import { complexGamma } from "./projectors.ts";

/** H (without the constant) applied to vectors that live on the first rows of a set. */
export interface Applied {
  /** On all plane waves of the set: [set × m]. */
  readonly values: Float64Array;
  /** ‖(Hu)_set − values‖₂ per column, from above. */
  readonly errors: readonly number[];
  /** ‖Hu‖ outside the set per column, from above; infinite when not asked for. */
  readonly tails: readonly number[];
}

/** Below this many coefficients of the potential, products run over them; above, over a matrix by blocks. */
const SPARSE = 1500;
const BLOCK = 256;

/**
 * @param rows the vectors' length: they live on the first `rows` plane waves of the set
 * @param vectors [rows × m] complex
 */
export function applyEnclosed(
  kernels: Kernels,
  problem: EnclosedProblem,
  set: WaveSet,
  rows: number,
  m: number,
  vectors: Float64Array,
  { withTails = true }: { readonly withTails?: boolean } = {},
): Applied {
  const { waves } = set;
  const count = waves.count;
  invariant(
    set.panel.rows === count && rows <= count,
    () => `projectors on ${set.panel.rows} rows for ${count} plane waves`,
  );
  const isSparse = problem.table.count <= SPARSE;
  const values = isSparse
    ? sparseProduct(problem, set, rows, m, vectors)
    : denseProduct(kernels, problem, set, rows, m, vectors);
  const norms = Array.from({ length: m }, (_, j) => norm2Above(vectors, 2 * rows * j, 2 * rows * (j + 1)));
  const terms = isSparse ? problem.table.count : rows;
  const local = inflated(
    above(complexGamma(terms + 4) * problem.table.sumBeyond(0)) + problem.table.errorSum,
    4,
  );
  const kinetic = norms.map((_, j) => {
    let error2 = 0;
    for (let i = 0; i < rows; i++) {
      const [re, im] = [vectors[2 * (rows * j + i)]!, vectors[2 * (rows * j + i) + 1]!];
      values[2 * (count * j + i)]! += waves.kinetic[i]! * re;
      values[2 * (count * j + i) + 1]! += waves.kinetic[i]! * im;
      const e = waves.kineticError[i]! + 2 * UNIT_ROUNDOFF * waves.kinetic[i]!;
      error2 += e * e * (re * re + im * im);
    }
    return rootAbove(inflated(error2, rows + 8));
  });
  const nonlocal = addNonlocal(problem, set, rows, m, vectors, norms, values, withTails);
  const errors = norms.map((norm, j) => {
    const size = norm2Above(values, 2 * count * j, 2 * count * (j + 1));
    const steps = 4 * UNIT_ROUNDOFF + (set.panel.columns > 0 ? gamma(2 * set.panel.columns + 8) : 0);
    const additions =
      steps * 2 * (size + kinetic[j]! + norm * problem.table.sumBeyond(0) + nonlocal.sizes[j]!);
    return inflated(local * norm + kinetic[j]! + nonlocal.errors[j]! + additions, 16);
  });
  const tails = norms.map((_, j) =>
    withTails ? inflated(localTail(problem, set, rows, vectors, j) + nonlocal.tails[j]!, 8) : Infinity,
  );
  return { values, errors, tails };
}

function sparseProduct(
  { table }: EnclosedProblem,
  set: WaveSet,
  rows: number,
  m: number,
  vectors: Float64Array,
): Float64Array {
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
      const [wr, wi] = [table.values[2 * e]!, table.values[2 * e + 1]!];
      for (let j = 0; j < m; j++) {
        const [ur, ui] = [vectors[2 * (rows * j + i)]!, vectors[2 * (rows * j + i) + 1]!];
        values[2 * (count * j + to)]! += wr * ur - wi * ui;
        values[2 * (count * j + to) + 1]! += wr * ui + wi * ur;
      }
    }
  return values;
}

function denseProduct(
  kernels: Kernels,
  { table }: EnclosedProblem,
  set: WaveSet,
  rows: number,
  m: number,
  vectors: Float64Array,
): Float64Array {
  const { count, g } = set.waves;
  const values = new Float64Array(2 * count * m);
  kernels.scratch((take) => {
    const [block, u, part] = [take(2 * BLOCK * rows), take(2 * rows * m), take(2 * BLOCK * m)];
    u.set(vectors.subarray(0, 2 * rows * m));
    for (let row0 = 0; row0 < count; row0 += BLOCK) {
      const nb = Math.min(BLOCK, count - row0);
      for (let x = 0; x < rows; x++)
        for (let y = 0; y < nb; y++) {
          const [i, j] = [3 * (row0 + y), 3 * x];
          const e = table.indexOf(g[i]! - g[j]!, g[i + 1]! - g[j + 1]!, g[i + 2]! - g[j + 2]!);
          block[2 * (y + nb * x)] = e < 0 ? 0 : table.values[2 * e]!;
          block[2 * (y + nb * x) + 1] = e < 0 ? 0 : table.values[2 * e + 1]!;
        }
      kernels.gemm("N", "N", nb, m, rows, 1, block, nb, u, rows, 0, part, nb);
      for (let j = 0; j < m; j++)
        values.set(part.subarray(2 * nb * j, 2 * nb * (j + 1)), 2 * (count * j + row0));
    }
  });
  return values;
}

/** values += P h Pᴴ u, with errors and what lies outside the set. */
function addNonlocal(
  problem: EnclosedProblem,
  set: WaveSet,
  rows: number,
  m: number,
  vectors: Float64Array,
  norms: readonly number[],
  values: Float64Array,
  withTails: boolean,
): { errors: number[]; sizes: number[]; tails: number[] } {
  const { panel, waves } = set;
  const zeros = () => norms.map(() => 0);
  const [errors, sizes, tails] = [zeros(), zeros(), zeros()];
  if (panel.columns === 0) return { errors, sizes, tails };
  const columns = nonlocalColumns(problem.channels, panel, rows);
  const roots = withTails ? set.tails(waves.count).map((n2) => n2.map(rootAbove)) : [];
  const g1 = complexGamma(rows + 8);
  const g2 = gamma(2 * panel.columns + 8);
  for (let j = 0; j < m; j++) {
    const d = new Float64Array(2 * panel.columns);
    const dError = new Float64Array(panel.columns);
    for (let c = 0; c < panel.columns; c++) {
      let [re, im] = [0, 0];
      for (let i = 0; i < rows; i++) {
        const [pr, pi] = [columns.values[2 * (rows * c + i)]!, columns.values[2 * (rows * c + i) + 1]!];
        const [ur, ui] = [vectors[2 * (rows * j + i)]!, vectors[2 * (rows * j + i) + 1]!];
        re += pr * ur + pi * ui;
        im += pr * ui - pi * ur;
      }
      d.set([re, im], 2 * c);
      dError[c] = inflated((columns.errors[c]! + g1 * columns.norms[c]!) * norms[j]!, 8);
      const size = Math.abs(re) + Math.abs(im);
      errors[j]! +=
        dError[c]! * (panel.norms[c]! + panel.errors[c]!) +
        panel.errors[c]! * size +
        2 * g2 * panel.norms[c]! * size;
      sizes[j]! += panel.norms[c]! * size;
      const count = waves.count;
      for (let i = 0; i < count; i++) {
        const [pr, pi] = [panel.values[2 * (count * c + i)]!, panel.values[2 * (count * c + i) + 1]!];
        values[2 * (count * j + i)]! += pr * re - pi * im;
        values[2 * (count * j + i) + 1]! += pr * im + pi * re;
      }
    }
    errors[j] = inflated(errors[j]! + g2 * sizes[j]!, panel.columns * 4 + 8);
    sizes[j] = inflated(sizes[j]!, panel.columns + 8);
    if (withTails)
      problem.channels.forEach(({ l, h, first }, c) => {
        for (let i = 0; i < h.length; i++) {
          const from = first + i * (2 * l + 1);
          let sum = 0;
          for (let q = from; q <= from + 2 * l; q++) {
            const size = Math.abs(d[2 * q]!) + Math.abs(d[2 * q + 1]!) + dError[q]!;
            sum += size * size;
          }
          tails[j]! += roots[c]![i]! * rootAbove(inflated(sum, 16));
        }
      });
    tails[j] = inflated(tails[j]!, 4 * panel.columns + 8);
  }
  return { errors, sizes, tails };
}

/**
 * ‖V_loc u‖ outside the set (docs/bounds.md, Lemma 7): with u cut into shells of |k+G| ≤ q_s,
 *
 *   Σ_s min(‖u_s‖₁ t₂(R − q_s), ‖u_s‖₂ t₁(R − q_s)),   R the radius beyond which the outside lies
 */
function localTail(
  { table }: EnclosedProblem,
  set: WaveSet,
  rows: number,
  vectors: Float64Array,
  column: number,
): number {
  const { waves, outsideRadius } = set;
  const SHELL = 64;
  let total = 0;
  for (let start = 0; start < rows; start += SHELL) {
    const end = Math.min(rows, start + SHELL);
    let [one, two, highest] = [0, 0, 0];
    for (let i = start; i < end; i++) {
      const [re, im] = [vectors[2 * (rows * column + i)]!, vectors[2 * (rows * column + i) + 1]!];
      one += Math.abs(re) + Math.abs(im);
      two += re * re + im * im;
      highest = Math.max(highest, above(waves.kinetic[i]! + waves.kineticError[i]!));
    }
    const distance = below(outsideRadius - sqrt(scale(2, interval(highest))).hi);
    const [t1, t2] = [table.sumBeyond(distance), table.norm2Beyond(distance)];
    total += Math.min(inflated(one, 3 * SHELL) * t2, rootAbove(inflated(two, 3 * SHELL)) * t1);
  }
  return inflated(total, 2 * rows + 16);
}
