import { symmetricGridSize } from "../../basis/grid.ts";
import { createBasis } from "../../basis/plane-wave-basis.ts";
import type { PiecesKeeper } from "../../common/finished-pieces.ts";
import type { Mat3 } from "../../common/vec3.ts";
import { functionals } from "../../functionals/functionals.ts";
import type { GridSize } from "../../kernels/kernels.ts";
import { rotationsOfGrid } from "../../model/crystal-symmetry/symmetry-subgroups.ts";
import type { KpointChoice } from "../../model/kpoint-set.ts";
import type { Model } from "../../model/model.ts";
import type { SymmetryOperation } from "../../model/symmetry.ts";
import { orbitalsFor } from "../../parallel/orbitals-for.ts";
import { withDipole } from "../../precond/dipole.ts";
import type { Preconditioner } from "../../precond/preconditioner.ts";
import type { ScfOptions, ScfProblem, StepProgress } from "../../scf/scf.ts";
import type { HistoryRow } from "../../scf/state.ts";
import { dipoleCorrection } from "../../terms/dipole/dipole-correction.ts";
import { dipoleLayer } from "../../terms/dipole/dipole-layer.ts";
import { kohnShamTerms } from "../../terms/kohn-sham.ts";
import { VERSION } from "../../version.ts";
import { methodOf } from "../schema/accelerators.ts";
import { requireSelfConsistent } from "../schema/checks.ts";
import type { Job } from "../schema/job.ts";
import { parseJob } from "../schema/schema.ts";
import { timeNeeds } from "../tasks/estimate/expected-time.ts";
import type { GroundFields } from "../tasks/scf/ground-fields.ts";
import { discretisationWarnings, type SymmetryReport } from "./crystal.ts";
import { cutoffWarnings } from "./cutoffs.ts";
import { type KeptChoices, type SizedCrystal, sizedCrystal } from "./job-crystal.ts";
import { foretellSteps } from "./room/foretold.ts";
import type { JobSizes } from "./room/sizes.ts";
import { openSession, type Session, type SessionOptions } from "./session.ts";
import {
  type Checkpoint,
  type CheckpointSystem,
  checkpointSystem,
  type SettledBy,
  type SettledEnd,
  type StartingPoint,
  startingPoint,
} from "./starting-point.ts";
import { functionalWarnings, jobWarnings } from "./warnings.ts";

/** Plane waves kept while the cell is strained: the stress is then the derivative of the energy. */
export interface FixedPlaneWaves {
  /** Rows [bohr] of the cell in which they lie below the cutoff. */
  readonly lattice: Mat3;
  readonly fftSize: GridSize;
}

/** What a run needs beside the job. */
export interface RunOptions extends SessionOptions {
  /**
   * Stops between the k-points of a step: the result is that of the last whole step, `interrupted`,
   * without forces and stress; before the first step a NotConvergedError.
   */
  readonly signal?: AbortSignal | undefined;
  /** Called before the first step with warnings about allowed but unlikely input, if any. */
  readonly onWarnings?: (warnings: readonly string[]) => void;
  readonly onProgress?: (progress: StepProgress) => void;
  readonly onStep?: (row: HistoryRow) => void;
  /**
   * Called after every step with the state to go on from and its system. The last state has
   * `orbitals` when the run ends early, and with `keepOrbitals` always.
   */
  readonly checkpoint?: (state: Checkpoint) => void | Promise<void>;
  /** Whether `checkpoint` gets the orbitals of a converged run as well. Default false. */
  readonly keepOrbitals?: boolean;
  /** Called once at the end, converged or not, with density and potentials of the last step. */
  readonly onFields?: (fields: GroundFields) => void | Promise<void>;
  /** Plane waves of another cell instead of those below the cutoff in the job's own. */
  readonly planeWaves?: FixedPlaneWaves | undefined;
  /** A state from `checkpoint`: of the same job, or of one whose atoms or cell have moved. */
  readonly restart?: unknown;
  /** Keeps what follows from the ground state, piece by piece: k-points, products. */
  readonly finished?: PiecesKeeper | undefined;
}

/** A job made ready to run: for callers who want the steps rather than the result. */
export interface PreparedScf
  extends Pick<Session, "job" | "threads" | "backend">,
    Pick<SizedCrystal, "dipoleAxis"> {
  readonly problem: ScfProblem;
  readonly options: ScfOptions;
  readonly warnings: readonly string[];
  /** Space group and number of operations; absent where symmetry is off. */
  readonly symmetry?: SymmetryReport | undefined;
  /** The k-points asked for. */
  readonly choice: KpointChoice;
  readonly sizes: JobSizes;
  /** What checkpoints of the run are of. */
  readonly system: CheckpointSystem;
  /** Takes what the terms add to the Coulomb kernel into a preconditioner. */
  readonly adapt: (preconditioner: Preconditioner) => Preconditioner;
  /** What computes the run, for checkpoints of its end. */
  readonly by: SettledBy;
  /** The end of the run of before, where that had converged as the job asks. */
  readonly settled: SettledEnd | undefined;
}

/**
 * Parses, checks and discretises a job without solving anything.
 *
 * @example
 * ```ts
 * import { bulk, newJob, prepareScf } from "stillwave";
 *
 * const job = newJob(bulk("Si"), { ecut: 5, kgrid: [2, 2, 2], isMetal: false });
 * const { problem, warnings } = await prepareScf(job);
 * console.log(problem.basis.kpoints.length, warnings);
 * ```
 */
export const prepareScf = async (value: unknown, options: RunOptions = {}): Promise<PreparedScf> =>
  prepareSession(await openSession(parseJob(value), options), options);

/**
 * Checks and discretises the job of a session.
 *
 * @param options with what stays of an earlier geometry.
 * @param refuse throws by the sizes, before anything as large is made.
 */
export async function prepareSession(
  session: Session,
  options: RunOptions & KeptChoices,
  refuse: (sizes: JobSizes, model: Model) => unknown = () => {},
): Promise<PreparedScf> {
  const { job, threads, worker, named } = session;
  requireSelfConsistent(job);
  const crystal = await sizedCrystal(session, options);
  const { model, operations, symmetry, structure, kernels, sizes, dipoleAxis: axis } = crystal;
  const { choice, fftSize, zone } = sizes;
  refuse(sizes, model);
  foretellSteps(session, timeNeeds(job, model, sizes), sizes.memory.bytes);
  const backend = await session.backendFor(Math.max(...sizes.planeWaves), sizes.needs.bands);

  const basis = createBasis(
    model,
    {
      ecut: job.ecut,
      ...("kgrid" in choice ? choice : { kgrid: [1, 1, 1], kpoints: choice.list }),
      kgridSymmetry: job.kgridSymmetry,
      fftSize,
      zone,
      operations,
    },
    kernels,
  );
  const system = checkpointSystem(basis, job, axis);
  const { realOrbitals } = job;
  const by: SettledBy = { tolerance: job.scf.tolerance, stillwave: VERSION, backend, realOrbitals };
  const start: StartingPoint =
    options.restart === undefined
      ? { warnings: [] }
      : startingPoint(options.restart, { system, by }, basis, kernels, named);
  const warnings = [
    ...jobWarnings(job, structure),
    ...functionalWarnings(job, model),
    ...cutoffWarnings(job, model),
    ...crystal.warnings,
    ...discretisationWarnings(job, choice, {
      found: operations.length,
      onGrid: rotationsOfGrid(operations, basis.grid.size).length,
      used: basis.operations.length,
      ...basis.zone,
      kpoints: basis.kpoints.length,
    }),
    ...gridWarnings(job, model, operations),
    ...start.warnings,
  ];
  if (warnings.length > 0) options.onWarnings?.(warnings);
  const adapt = (preconditioner: Preconditioner) =>
    axis === undefined ? preconditioner : withDipole(preconditioner, dipoleLayer(model, basis.grid, axis));
  return {
    job,
    threads,
    backend,
    warnings,
    symmetry,
    choice,
    sizes,
    dipoleAxis: axis,
    system,
    adapt,
    by,
    settled: start.settled,
    problem: {
      basis,
      terms: [
        ...kohnShamTerms(
          model,
          basis.grid,
          functionals(job.functional),
          basis.mapsPoints ? undefined : basis.symmetrize,
        ),
        ...(axis === undefined ? [] : [dipoleCorrection(model, basis.grid, axis)]),
      ],
      createOrbitals: orbitalsFor(basis, {
        threads,
        worker,
        backend,
        seed: job.seed,
        realOrbitals,
      }),
      threads,
      worker,
      startDensity: start.startDensity,
    },
    options: {
      method: methodOf(job.scf, adapt),
      tolerance: job.scf.tolerance,
      maxIterations: job.scf.maxIterations,
      bands: job.bands,
      restart: start.restart,
      signal: options.signal,
      onProgress: options.onProgress,
    },
  };
}

/** Warns of a grid too small for products of orbitals, as some published runs have used. */
function gridWarnings(
  { fftSize, ecut }: Job,
  { lattice }: Model,
  operations: readonly SymmetryOperation[],
): string[] {
  const exact = symmetricGridSize(lattice.vectors, ecut, operations);
  return fftSize?.some((n, i) => n < exact[i]!)
    ? [
        `fftSize: [${fftSize.join(", ")}] is below [${exact.join(", ")}], where products of orbitals are exact: energies differ from other codes'`,
      ]
    : [];
}
