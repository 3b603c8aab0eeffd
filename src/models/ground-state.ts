import { NotConvergedError } from "../common/failure.ts";
import type { Mat3, Vec3 } from "../common/vec3.ts";
import type { RealField } from "../kernels/fields.ts";
import { simple } from "../precond/filters/simple.ts";
import { groundForces, groundStress } from "../scf/derivatives.ts";
import { densityMixing } from "../scf/methods/density-mixing.ts";
import { type ScfOptions, type ScfProblem, solveScf } from "../scf/scf.ts";
import { solveOrbitals } from "../scf/solve-orbitals.ts";
import type { Energies, HistoryRow } from "../scf/state.ts";
import { operatorsOf } from "../terms/sums.ts";

/** What a model settles in. */
export interface GroundState {
  /** [Ha] */
  readonly energies: Energies;
  /** [bohr⁻³], shape [nSpin·N]. */
  readonly density: RealField;
  /** [Ha], ascending, one array for each k-point. */
  readonly eigenvalues: readonly Float64Array[];
  /** Coefficients of the plane waves, one panel [planeWaves × nBands] for each k-point. */
  readonly orbitals: readonly Float64Array[];
  /**
   * −∂E/∂R, Cartesian [Ha/bohr], one for each atom or other position that terms have forces for;
   * absent where none has.
   */
  readonly forces?: readonly Vec3[];
  /** σ = (1/Ω) ∂E/∂ε [Ha/bohr³]; absent if a term has none. */
  readonly stress?: Mat3;
  /** [Ha] */
  readonly fermiLevel: number;
  readonly converged: boolean;
  readonly history: readonly HistoryRow[];
}

/** Enough for a model; `simple` and Anderson unless told otherwise. */
const DEFAULTS: ScfOptions = {
  method: densityMixing({ preconditioner: simple(), damping: 0.5 }),
  tolerance: { density: 1e-8 },
  maxIterations: 200,
  bands: null,
};

/**
 * Ground state of a model by the self-consistent iteration. A model without interaction needs no
 * iteration: its first orbitals are the answer, and the steps after only say so.
 *
 * @throws InputError if an option is out of range; not converging is told by `converged`.
 */
export async function groundState(
  problem: ScfProblem,
  options: Partial<ScfOptions> = {},
): Promise<GroundState> {
  const { last, orbitals, reason } = await solveScf(problem, { ...DEFAULTS, ...options });
  try {
    const forces = await groundForces(problem, last, orbitals);
    const stress = await groundStress(problem, last, orbitals);
    return {
      energies: last.energies,
      density: last.rhoOut,
      eigenvalues: last.levels.map(({ eigenvalues }) => eigenvalues),
      orbitals: await orbitals.save(),
      ...(forces === undefined ? {} : { forces }),
      ...(stress === undefined ? {} : { stress }),
      fermiLevel: last.occupation.fermiLevel,
      converged: reason === "converged",
      history: last.state.history,
    };
  } finally {
    await orbitals.close();
  }
}

/**
 * The lowest levels of a model in the potential of a density, for every k-point [Ha].
 *
 * @param density default uniform, which is of no consequence where nothing interacts.
 * ‖Hψ − εψ‖ ends below `tolerance` [Ha]; the error of a level is of its second order.
 * @throws NotConvergedError if it is not reached.
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
  const room = Math.min(...kpoints.map(({ planeWaves }) => planeWaves));
  const orbitals = await problem.createOrbitals(Math.min(room, count + 3), operatorsOf(problem.terms));
  try {
    const rho = density ?? uniform(model.nSpin * grid.points, model.electrons / grid.lattice.volume);
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
  new Float64Array(length).fill(value) as RealField;
