import { NotConvergedError, requireInput, requireOption } from "../../../common/failure.ts";
import { type Given, valuesOf } from "../../../common/options.ts";
import { det, largestDifference, norm, rowsVec, sub } from "../../../common/vec3.ts";
import type { Check } from "../../../ground/check/check.ts";
import type { GroundState } from "../../../ground/ground-state.ts";
import { type Coordinates, coordinatesOf, type Geometry, largestForce } from "../../../model/deformation.ts";
import { springHessian } from "../../../model/spring-hessian.ts";
import type { BlockProgress } from "../../../parallel/blocks.ts";
import { type QuasiNewton, quasiNewton, type Slope } from "../../../solvers/quasi-newton.ts";
import { VERSION } from "../../../version.ts";
import { prepareSession, type RunOptions } from "../../prepare/prepare-scf.ts";
import { relaxNeeds, requireFurtherRoom } from "../../prepare/room/further-room.ts";
import { openSession, type Session } from "../../prepare/session.ts";
import { requireSelfConsistent } from "../../schema/checks.ts";
import type { Job } from "../../schema/job.ts";
import { parseJob } from "../../schema/schema.ts";
import { recordedFile } from "../recorded.ts";
import { checksOf } from "../scf/checks-of.ts";
import { movedJob, solveConverged } from "../scf/solve-session.ts";
import { inAtomicUnits, RELAX_OPTIONS } from "./options.ts";
import type { RelaxFile, RelaxStep } from "./relax-result.ts";

/** Options of a relaxation, and functions that hear of its progress. */
export interface RelaxOptions
  extends Given<typeof RELAX_OPTIONS>,
    Omit<RunOptions, "onFields" | "restart" | "checkpoint" | "keepOrbitals" | "planeWaves"> {
  /** Called after every geometry with all that is known, from which a later run can go on. */
  readonly onGeometry?: (file: RelaxFile) => void | Promise<void>;
  /** Hears how many k-points of the relaxed geometry have been searched for missed levels. */
  readonly onCheck?: BlockProgress;
  /** What `onGeometry` was given, of the same job: its geometries are not computed again. */
  readonly restart?: unknown;
}

/** First and largest step for each atom [bohr]. */
const RADIUS = 0.2;
const LARGEST_RADIUS = 0.6;
/** Differences of energies below this are left by the self-consistent field [Ha]. */
const NOISE = 1e-7;
/** Times that plane waves are chosen anew. */
const MOST_ROUNDS = 6;

/**
 * Relaxes the positions of a job's atoms, and with `cell` its lattice, to where the forces vanish
 * and the stress is that of the pressure.
 *
 * BFGS with a trust radius, from a Hessian of springs, in displacements and strain. Forces and
 * stress have the symmetry of the crystal, which is kept. Each geometry starts from density and
 * orbitals of the one before. While the cell moves the plane waves stay those of its first shape:
 * the stress is then the derivative of the energy. In the end those below the cutoff in the new
 * cell are taken, the change of the stress is told, and where it matters the cell moves on.
 *
 * @param value a job file's content.
 * @throws InputError if the job or an option cannot be used, NotConvergedError if a geometry has no
 *   ground state. Too few steps are told by `converged`.
 *
 * @example
 * ```ts
 * import { bulk, newJob, runRelax } from "stillwave";
 *
 * const job = newJob(bulk("Si"), { ecut: 5, kgrid: [1, 1, 1], isMetal: false });
 * const { steps, largestForce } = await runRelax(job);
 * console.log(steps.length, largestForce);
 * ```
 */
export const runRelax = async (value: unknown, options: RelaxOptions = {}): Promise<RelaxFile> =>
  relaxTask(await openSession(parseJob(value), options), options);

/** The same for the job of a session. */
export async function relaxTask(session: Session, options: RelaxOptions): Promise<RelaxFile> {
  requireSelfConsistent(session.job);
  const { onGeometry, restart, onWarnings, ...run } = options;
  const values = valuesOf("relax", RELAX_OPTIONS, options);
  const { cell = false, fix = [], pressure: gigapascal = 0 } = values;
  requireOption(
    cell || gigapascal === 0,
    "relax",
    (name) =>
      `${name("pressure")}: must stand with ${name("cell")}, got ${gigapascal} GPa for a cell that does not move`,
  );
  const told = {
    cell,
    fix,
    pressure: inAtomicUnits(gigapascal),
    force: values.force,
    stress: inAtomicUnits(values.stress),
  };
  // Later geometries start from others, and come near to higher symmetries: nothing to warn of.
  const heard = { ...run, ...(onWarnings && { onWarnings }) };
  const prepared = await prepareSession(session, heard, ({ needs }, { atoms }) =>
    requireFurtherRoom(session, relaxNeeds(needs, atoms.length)),
  );
  const { dipoleAxis } = prepared;
  const { model, choice } = prepared.problem.basis;
  const count = model.atoms.length;
  requireOption(
    fix.every((n) => n <= count),
    "relax",
    (name) =>
      `${name("fix")}: must be numbers of the ${count} atoms, got ${fix.join(",")}; they are counted from 1`,
  );
  const isFixed = model.atoms.map((_, i) => fix.includes(i + 1));
  requireOption(
    cell || isFixed.includes(false),
    "relax",
    (name) => `${name("fix")}: must leave an atom free, or ${name("cell")} be given, got all ${count} atoms`,
  );
  // A spacing of k-points would give other divisions in other cells.
  const job: Job = "kgrid" in choice ? { ...session.job, kgrid: choice.kgrid } : session.job;
  const elements = model.atoms.map(({ species }) => model.species[species]!.element);
  const start = {
    lattice: model.lattice.vectors,
    atoms: model.atoms.map(({ position }, i) => ({ element: elements[i]!, position })),
  };
  const coordinates = coordinatesOf(start, isFixed, cell);
  const search = quasiNewton({
    kernels: prepared.problem.basis.grid.kernels.real,
    start: new Float64Array(coordinates.count),
    hessian: springHessian(start, coordinates),
    radius: RADIUS * Math.sqrt(count),
    largestRadius: LARGEST_RADIUS * Math.sqrt(count),
    noise: NOISE,
  });

  const recorded = recordedSteps(restart, session.job, told);
  const steps: RelaxStep[] = [];
  let pulayStress: number | undefined;
  let state: GroundState | undefined;
  let checks: readonly Check[] | undefined;
  const file = (converged: boolean): RelaxFile => ({
    stillwave: VERSION,
    job: session.job,
    options: told,
    converged,
    ...(converged && { relaxed: movedJob(job, model, steps.at(-1)!.positions, steps.at(-1)!.lattice) }),
    elements,
    steps,
    ...largest(steps.at(-1), isFixed, told.pressure),
    ...(pulayStress !== undefined && { pulayStress }),
    ...(checks && { checks }),
    resources: session.resources(),
    warnings: prepared.warnings,
  });
  /** Solves for a geometry without a density to start from, with waves of a step or new ones. */
  const solveAt = async ({ positions, lattice }: Geometry, waves: RelaxStep | undefined) => {
    const at = { ...session, job: movedJob(job, model, positions, lattice) };
    const planeWaves = waves && { lattice: waves.planeWavesOf, fftSize: waves.fftSize };
    return solveConverged(at, await prepareSession(at, { ...run, planeWaves, dipoleAxis }), run);
  };
  /** Ends with a relaxed geometry, whose ground state is checked where that is asked for. */
  const relaxed = async (): Promise<RelaxFile> => {
    if (!values.check && !job.check) return file(true);
    const last = steps.at(-1)!;
    state ??= await solveAt(last, last); // where all geometries are of a file of before
    checks = await checksOf(state, { signal: options.signal, onProgress: options.onCheck });
    return file(true);
  };
  /** Finds the ground state of a geometry, with the plane waves of the step before or new ones. */
  const compute = async (
    geometry: Geometry,
    before: RelaxStep | undefined,
    isRenewed: boolean,
  ): Promise<RelaxStep> => {
    const known = recorded[steps.length];
    if (known !== undefined) {
      requireSameGeometry(known, geometry);
      return known;
    }
    if (options.signal?.aborted) throw new NotConvergedError("interrupted between two geometries");
    if (state === undefined && before === undefined)
      state = await solveConverged({ ...session, job }, prepared, run);
    else if (state === undefined) state = await solveAt(geometry, isRenewed ? undefined : before);
    else state = await state.moved(geometry.positions, geometry.lattice, isRenewed ? "cutoff" : "fixed");
    const { lattice, atoms } = state.basis.model;
    return {
      lattice: lattice.vectors,
      positions: atoms.map(({ position }) => position),
      energy: state.energies.total,
      forces: await state.forces(),
      ...(cell && { stress: await state.stress() }),
      scfSteps: state.history.length,
      planeWavesOf: lattice.waves ?? lattice.vectors,
      fftSize: state.basis.grid.size,
    };
  };
  const look = async (geometry: Geometry, isRenewed = false): Promise<RelaxStep> => {
    const found = await compute(geometry, steps.at(-1), isRenewed);
    const isNew = steps.length >= recorded.length;
    steps.push(found);
    if (isNew) await onGeometry?.(file(false));
    return found;
  };
  try {
    let step = await look(coordinates.geometry(search.point));
    for (let round = 1; ; round++) {
      search.begin(slopeOf(step, search.point, coordinates, told.pressure));
      step = await descend(search, coordinates, step, told, isFixed, () => steps.length < values.steps, look);
      if (!isRelaxed(step, isFixed, told)) return file(false);
      if (!cell) return await relaxed();
      if (round > MOST_ROUNDS) return file(false);
      // Round one ends where the waves are still those of this very cell only if nothing has moved.
      if (JSON.stringify(step.planeWavesOf) === JSON.stringify(step.lattice)) return await relaxed();
      const fixed = step;
      step = await look(coordinates.geometry(search.point), true);
      pulayStress = Math.max(pulayStress ?? 0, largestDifference(step.stress!, fixed.stress!));
      if (isRelaxed(step, isFixed, told)) return await relaxed();
    }
  } catch (error) {
    if (error instanceof NotConvergedError && options.signal?.aborted && steps.length > 0) return file(false);
    throw error;
  } finally {
    await state?.close();
  }
}

/** Goes down until forces and stress are small or no steps are left; returns where it ends. */
async function descend(
  search: QuasiNewton,
  coordinates: Coordinates,
  from: RelaxStep,
  told: RelaxFile["options"],
  isFixed: readonly boolean[],
  mayGoOn: () => boolean,
  look: (geometry: Geometry) => Promise<RelaxStep>,
): Promise<RelaxStep> {
  let step = from;
  while (!isRelaxed(step, isFixed, told) && mayGoOn()) {
    const point = search.propose();
    const tried = await look(coordinates.geometry(point));
    if (search.tell(slopeOf(tried, point, coordinates, told.pressure)) || isRelaxed(tried, isFixed, told))
      step = tried;
  }
  return step;
}

const slopeOf = (
  step: RelaxStep,
  point: Float64Array,
  coordinates: Coordinates,
  pressure: number,
): Slope => ({
  value: step.energy + pressure * Math.abs(det(step.lattice)),
  gradient: coordinates.gradient(point, step, pressure),
});

function largest(step: RelaxStep | undefined, isFixed: readonly boolean[], pressure: number) {
  return {
    largestForce: largestForce(step?.forces ?? [], isFixed),
    ...(step?.stress && {
      largestStress: Math.max(
        ...step.stress.flatMap((row, i) => row.map((x, j) => Math.abs(x + (i === j ? pressure : 0)))),
      ),
    }),
  };
}

function isRelaxed(step: RelaxStep, isFixed: readonly boolean[], told: RelaxFile["options"]): boolean {
  const { largestForce: force, largestStress = 0 } = largest(step, isFixed, told.pressure);
  return force <= told.force && largestStress <= told.stress;
}

/**
 * Returns the steps of a file of before.
 *
 * @throws InputError if it is no such file, or of another relaxation.
 */
function recordedSteps(value: unknown, job: Job, told: RelaxFile["options"]): readonly RelaxStep[] {
  if (value === undefined) return [];
  const file = recordedFile<RelaxFile>(value, job, "a relaxation", ["steps", "elements"]);
  const path = ({ cell, fix, pressure }: RelaxFile["options"]) => JSON.stringify({ cell, fix, pressure });
  requireInput(
    path(file.options) === path(told),
    () => "restart: must be of the same cell, fix and pressure, got other ones; leave it out to begin anew",
  );
  return file.steps;
}

/** Checks that the same geometries follow from the same forces, but for rounding. */
function requireSameGeometry(known: RelaxStep, { lattice, positions }: Geometry): void {
  const apart = (step: Geometry) => step.positions.map((position) => rowsVec(step.lattice, position));
  const others = apart(known);
  requireInput(
    known.positions.length === positions.length &&
      apart({ lattice, positions }).every((position, i) => norm(sub(position, others[i]!)) < 1e-3),
    () =>
      "restart: its geometries must follow from each other, got a file that was changed; leave it out to begin anew",
  );
}
