import { NotConvergedError } from "../common/failure.ts";
import { asRealField, type RealField } from "../kernels/fields.ts";
import { simple } from "../precond/filters/simple.ts";
import { densityMixing } from "../scf/methods/density-mixing.ts";
import { type ScfOptions, type ScfProblem, solveScf } from "../scf/scf.ts";
import { solveOrbitals } from "../scf/solve-orbitals.ts";
import { operatorsOf } from "../terms/sums.ts";
import { requireSymmetric } from "../terms/symmetric-terms.ts";
import { type GroundState, groundStateFrom } from "./ground-state.ts";

/** Enough for a model; `simple` and Anderson unless told otherwise. */
const DEFAULTS: ScfOptions = {
  method: densityMixing({ preconditioner: simple(), damping: 0.5 }),
  tolerance: { density: 1e-8 },
  maxIterations: 200,
  bands: null,
};

/**
 * Finds the ground state of a model or of a prepared job by the self-consistent iteration. A model
 * without interaction needs no iteration: its first orbitals are the answer, and the steps after
 * only say so.
 *
 * With several threads `close` the state, or the program does not end.
 *
 * @throws InputError if an option is out of range; not converging is told by `converged`.
 *
 * @example
 * ```ts
 * import { defineModel, externalPotential, groundState } from "stillwave";
 *
 * const model = await defineModel({
 *   cell: [[10]],
 *   ecut: 20,
 *   terms: (grid) => [externalPotential(grid, ([x]) => 0.5 * (x - 5) ** 2)],
 * });
 * const { energies, density } = await groundState(model);
 * console.log(energies.total, density.shape);
 * ```
 */
export const groundState = async (
  problem: ScfProblem,
  options: Partial<ScfOptions> = {},
): Promise<GroundState> => groundStateFrom(problem, await solveScf(problem, { ...DEFAULTS, ...options }));

/**
 * Finds the lowest levels of a model in the potential of a density, for every k-point [Ha].
 *
 * @param density default uniform, which is of no consequence where nothing interacts.
 * @param options `tolerance` of ‖Hψ − εψ‖ [Ha]; the error of a level is of its second order.
 * @throws InputError if a term or the density lacks the symmetry that k-points are reduced by.
 * @throws NotConvergedError if it is not reached.
 *
 * @example
 * ```ts
 * import { defineModel, externalPotential, lowestLevels } from "stillwave";
 *
 * const model = await defineModel({
 *   cell: [[10]],
 *   ecut: 20,
 *   terms: (grid) => [externalPotential(grid, ([x]) => 0.5 * (x - 5) ** 2)],
 * });
 * const [levels] = await lowestLevels(model, 3);
 * console.log(levels); // 1/2, 3/2, 5/2
 * ```
 */
export async function lowestLevels(
  problem: ScfProblem,
  count: number,
  {
    density,
    tolerance = 1e-8,
  }: { readonly density?: RealField | undefined; readonly tolerance?: number } = {},
): Promise<readonly Float64Array[]> {
  const { model, grid, kpoints } = problem.basis;
  const rho = density ?? uniform(model.nSpin * grid.points, model.electrons / grid.lattice.volume);
  requireSymmetric(problem.terms, problem.basis, rho);
  const room = Math.min(...kpoints.map(({ planeWaves }) => planeWaves));
  const orbitals = await problem.createOrbitals(Math.min(room, count + 3), operatorsOf(problem.terms));
  try {
    const { levels, converged } = await solveOrbitals(problem, orbitals, rho, { nStates: count, tolerance });
    if (!converged)
      throw new NotConvergedError(
        `lowestLevels: ${count} levels did not reach a residual of ${tolerance} Ha; raise tolerance or count`,
      );
    return levels.map(({ eigenvalues }) => eigenvalues.slice(0, count));
  } finally {
    await orbitals.close();
  }
}

const uniform = (length: number, value: number): RealField =>
  asRealField(new Float64Array(length).fill(value));
