import type { Kernels } from "../../kernels/kernels.ts";
import { type HermitianOperator, lobpcg } from "../../solvers/lobpcg.ts";
import { lobpcgWorkspace } from "../../solvers/lobpcg-workspace.ts";
import { gridConvolution } from "../apply/grid-convolution.ts";
import { nonlocalColumns } from "../apply/nonlocal-error.ts";
import type { EnclosedProblem, WaveSet } from "../problem/enclosed-hamiltonian.ts";

/** Approximate eigenpairs on a set of plane waves. What comes out is trusted by nobody. */
export interface TrialVectors {
  /** [set × m] */
  readonly vectors: Float64Array;
  readonly values: number[];
  /** ‖Hu − θu‖ within the set [Ha]. */
  readonly residuals: number[];
}

/** When an iteration ends. */
export interface IterationLimits {
  /** Residual norm [Ha]. */
  readonly tolerance: number;
  readonly steps: number;
}

/** The m lowest eigenpairs of H on a set in floating point, from `start` [set × m]. */
export function improveVectors(
  kernels: Kernels,
  problem: EnclosedProblem,
  set: WaveSet,
  m: number,
  start: Float64Array,
  limits: IterationLimits,
): TrialVectors {
  return kernels.scratch((take) =>
    iterate(kernels, plainHamiltonian(kernels, problem, set, take), m, start, limits, m, take),
  );
}

function iterate(
  kernels: Kernels,
  operator: HermitianOperator,
  m: number,
  start: Float64Array,
  { tolerance, steps }: IterationLimits,
  nConverge: number,
  take: (length: number) => Float64Array,
): TrialVectors {
  const x = take(2 * operator.n * m);
  x.set(start.subarray(0, x.length));
  // The workspace asks for memory that stays; here it comes back at the end.
  const temporary: Kernels = { ...kernels, alloc: (length) => take(length).fill(0) };
  const work = lobpcgWorkspace(temporary, operator.n, m);
  const limits = { tolerance, nConverge, maxIterations: steps };
  const { values, residualNorms } = lobpcg(kernels, operator, x, m, work, limits);
  return { vectors: Float64Array.from(x), values: Array.from(values), residuals: Array.from(residualNorms) };
}

/** Residuals divided by about the kinetic energy's distance. */
const kineticPreconditioner =
  (kernels: Kernels, kinetic: Float64Array): HermitianOperator["preconditionInto"] =>
  (residuals, x, m) =>
    kernels.scratch((temporary) => {
      const scale = temporary(m);
      kernels.columnWeightedNorms2(scale, kinetic.length, m, kinetic, x);
      // a lone G = 0 wave has none
      for (let j = 0; j < m; j++) scale[j] = Math.max(scale[j]!, 1e-3);
      kernels.tpa(kinetic.length, m, kinetic, scale, residuals);
    });

/** H on a set in plain arithmetic; its arrays live as long as what `take` gives. */
function plainHamiltonian(
  kernels: Kernels,
  { table, channels }: EnclosedProblem,
  { waves, panel }: WaveSet,
  take: (length: number) => Float64Array,
): HermitianOperator {
  const n = waves.count;
  const { columns } = panel;
  const local = gridConvolution(kernels, table, waves, n, take);
  const kinetic = take(n);
  kinetic.set(waves.kinetic);
  const [p, ph] = [take(2 * n * columns), take(2 * n * columns)];
  p.set(panel.values);
  ph.set(nonlocalColumns(channels, panel, n).values);
  return {
    n,
    applyInto(out, x, m) {
      kernels.multiplyRows(out, n, m, kinetic, x);
      local.addInto(out, x, m);
      if (columns === 0) return;
      kernels.scratch((temporary) => {
        const overlaps = temporary(2 * columns * m);
        kernels.gemm("C", "N", columns, m, n, 1, ph, n, x, n, 0, overlaps, columns);
        kernels.gemm("N", "N", n, m, columns, 1, p, n, overlaps, columns, 1, out, n);
      });
    },
    preconditionInto: kineticPreconditioner(kernels, kinetic),
  };
}

/**
 * Lowest m eigenpairs of a Hermitian matrix from `start` [set × m], the first `wanted` of them
 * well.
 */
export function lowestOfMatrix(
  kernels: Kernels,
  { waves }: WaveSet,
  matrix: Float64Array,
  start: Float64Array,
  m: number,
  wanted: number,
): TrialVectors {
  const n = waves.count;
  return kernels.scratch((take) => {
    const [a, kinetic] = [take(2 * n * n), take(n)];
    a.set(matrix);
    kinetic.set(waves.kinetic);
    const operator: HermitianOperator = {
      n,
      applyInto: (out, x, count) => kernels.gemm("N", "N", n, count, n, 1, a, n, x, n, 0, out, n),
      preconditionInto: kineticPreconditioner(kernels, kinetic),
    };
    return iterate(kernels, operator, m, start, { tolerance: 1e-6, steps: 60 }, wanted, take);
  });
}

/**
 * Continues vectors by zeros or cuts them for a set of `rows` waves at the same k, sorted alike.
 */
export function embedded(vectors: Float64Array, m: number, rows: number): Float64Array {
  const n = vectors.length / (2 * m);
  const result = new Float64Array(2 * rows * m);
  const shared = Math.min(n, rows);
  for (let j = 0; j < m; j++) result.set(vectors.subarray(2 * n * j, 2 * (n * j + shared)), 2 * rows * j);
  return result;
}
