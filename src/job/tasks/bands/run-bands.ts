import { type FrozenProblem, frozenProblem, sumFields } from "../../../bands/frozen-problem.ts";
import {
  bandTop,
  type Energies,
  type GapEstimate,
  gapAlong,
  gapEnclosure,
  type ReferenceLevels,
  type ZeroOfEnergy,
  zeroAmong,
  zeroOfEnergy,
} from "../../../bands/gap.ts";
import { type KPath, labelledPath, listedPoints } from "../../../bands/k-path.ts";
import { type SolvedBands, solveBands } from "../../../bands/solve-bands.ts";
import { NotConvergedError, requireInput } from "../../../common/failure.ts";
import { plural } from "../../../common/plural.ts";
import type { Mat3, Vec3 } from "../../../common/vec3.ts";
import type { RealField } from "../../../kernels/fields.ts";
import type { Model } from "../../../model/model.ts";
import type { ScfStep } from "../../../scf/state.ts";
import { totalPotential } from "../../../terms/sums.ts";
import { VERSION } from "../../../version.ts";
import { drain } from "../../prepare/drain.ts";
import { fixed, fixedHamiltonian, type PreparedHamiltonian } from "../../prepare/fixed-hamiltonian.ts";
import { type PreparedScf, prepareSession, type RunOptions } from "../../prepare/prepare-scf.ts";
import { openSession, type Session } from "../../prepare/session.ts";
import { parseJob } from "../../schema/schema.ts";
import type { BandsFile } from "./bands-result.ts";
import { type ErrorBars, exactHamiltonian, levelsWithErrorBars } from "./error-bars.ts";

/** Which bands, and what to tell meanwhile. */
export interface BandsOptions extends Omit<RunOptions, "onFields"> {
  /** Labels of special points such as `GXLWKG`; default the lattice's standard path. */
  readonly path?: string;
  /** k-points along the path. Default 60. */
  readonly points?: number;
  /** These k-points instead of a path, reduced coordinates. */
  readonly kpoints?: readonly Vec3[];
  /** Lowest bands at each k. Default the job's, or else 8 and at least four beyond the filled ones. */
  readonly bands?: number;
  /** Residual norm of the bands [Ha]. Default 1e-6. */
  readonly tolerance?: number;
  /** Whether to make a problem file of the self-consistent Hamiltonian. Default false. */
  readonly saveProblem?: boolean;
  /** Whether each level gets an interval that certainly holds it; when `signal` is aborted, those of the k-points so far. Default false. */
  readonly errorBars?: boolean;
  /** Whether to keep what proves the intervals, to be written to a file and checked there. Default false. */
  readonly certificate?: boolean;
  /** Largest width of the intervals [Ha]; the cutoff behind them is raised for it. */
  readonly accuracy?: number;
  readonly onErrorBars?: (done: number, total: number) => void;
  readonly onBands?: (done: number, total: number) => void;
}

/** A band structure and what is worth saying about it. */
export interface BandsRun {
  readonly file: BandsFile;
  /** Every level reached the tolerance. */
  readonly converged: boolean;
  /** Largest residual norm of the levels in the file that have no interval [Ha]; 0 where every one has. */
  readonly residual: number;
  /** Bands full at every k of an insulator, N/2; absent with spin or for an odd number of electrons. */
  readonly filled?: number;
  /** Above those, along these k-points only; absent where no band above was computed. */
  readonly gap?: GapEstimate | undefined;
  readonly zero: ZeroOfEnergy;
  readonly errorBars?: Omit<ErrorBars, "levels"> | undefined;
  /** Rows [bohr⁻¹], to measure the path with. */
  readonly reciprocal: Mat3;
  /** The Hamiltonian as stored numbers, where it was read from a file or made for one. */
  readonly problem?: FrozenProblem | undefined;
  readonly warnings: readonly string[];
}

/**
 * Band structure of a job's Hamiltonian; for `kohn-sham` the ground state is found first and its potential frozen.
 *
 * @param value a job file's content.
 * @throws InputError if the job cannot be run, NotConvergedError if there is no ground state to freeze.
 */
export const runBands = async (value: unknown, options: BandsOptions = {}): Promise<BandsRun> =>
  bandsTask(await openSession(parseJob(value), options), options);

/** Band structure of the job of a session. */
export async function bandsTask(session: Session, options: BandsOptions): Promise<BandsRun> {
  const { job, threads, backend } = session;
  const { saveProblem = false, errorBars = false } = options;
  const isSelfConsistent = job.hamiltonian === "kohn-sham";
  requireInput(
    isSelfConsistent || !saveProblem,
    () =>
      `--save-problem: needs the hamiltonian kohn-sham, got ${JSON.stringify(job.hamiltonian)}; the others are fixed by the job`,
  );
  requireInput(
    isSelfConsistent || options.restart === undefined,
    () =>
      `--restart: needs the hamiltonian kohn-sham, got ${JSON.stringify(job.hamiltonian)}; the others have no iteration to go on with`,
  );
  const scfJob = isSelfConsistent ? await prepareSession(session, options) : undefined;
  const fixedJob = scfJob === undefined ? await fixedHamiltonian(session) : undefined;
  const { model } = scfJob?.problem.basis ?? fixedJob!; // one of the two is there
  requireInput(
    model.nSpin === 1 || !(saveProblem || errorBars),
    () =>
      `spin: must be none with ${errorBars ? "--error-bars" : "--save-problem"}, got collinear; one potential is stored, for both spins`,
  );
  const onMesh = model.species.find(({ pseudopotential }) => pseudopotential.kind === "numeric");
  requireInput(
    !errorBars || onMesh === undefined,
    () =>
      `--error-bars: needs GTH pseudopotentials, got ${onMesh?.pseudopotential.name}; no enclosure is known of potentials on a mesh`,
  );
  const kpath = kpathOf(model, options); // refuses labels before the long work begins
  const { hamiltonian, reference, problem, warnings } =
    scfJob === undefined ? fixedJob! : await groundState(scfJob, saveProblem || errorBars, options);
  const filled = model.electrons / 2;
  const nBands = options.bands ?? job.bands ?? Math.max(8, Math.ceil(filled) + 4);
  const bars = errorBars
    ? await levelsWithErrorBars(exactHamiltonian(model, problem), kpath.kpoints, nBands, {
        ecut: job.ecut,
        accuracy: options.accuracy,
        certificate: options.certificate,
        backend,
        threads,
        signal: options.signal,
        onProgress: options.onErrorBars,
      })
    : undefined;
  const solve = (points: readonly Vec3[]): Promise<SolvedBands[]> =>
    solveBands(hamiltonian, points, {
      nBands,
      threads,
      backend,
      onProgress: options.onBands,
      // beside error bars these are the few levels left over, wanted after an interruption as well
      signal: bars ? undefined : options.signal,
      ...(options.tolerance === undefined ? {} : { tolerance: options.tolerance }),
    });
  // An interval comes with its level; without one the level is that of the run's basis.
  const unproved = bars?.failures.map(({ k }) => k) ?? kpath.kpoints;
  const solved = unproved.length === 0 ? [] : await solve(unproved);
  let next = 0;
  const kpoints = bars
    ? kpath.kpoints.map((k, i) => ({ k, bands: bars.levels[i] ?? unprovedLevels(solved[next++]!) }))
    : solved.map((at) => levelsAt(at, model.nSpin));

  const converged = solved.every((at) => at.converged);
  const energies = energiesOf(kpoints);
  const zero = bars
    ? zeroAmong(energies, zeroOfEnergy(await decisive(energies, filled, reference, solve), filled, reference))
    : zeroOfEnergy(energies, filled, reference);
  const gap = bars && Number.isInteger(filled) ? gapEnclosure(kpoints, filled) : undefined;
  const file: BandsFile = {
    stillwave: VERSION,
    job,
    hamiltonian: job.hamiltonian,
    ecut: job.ecut,
    zero: zero.energy,
    path: kpath.path,
    kpoints,
    ...(gap === undefined ? {} : { gap: { filled, lower: gap.lo, upper: gap.hi, guaranteed: true } }),
    resources: session.resources(),
    ...(converged ? {} : { converged }),
  };
  return {
    file,
    converged,
    residual: Math.max(0, ...solved.flatMap(({ residualNorms }) => [...residualNorms])),
    // With spin the two fill separately: which bands of each are full does not follow from N.
    ...(model.nSpin === 1 && Number.isInteger(filled) ? { filled, gap: gapAlong(energies, filled) } : {}),
    zero,
    errorBars: bars && withoutLevels(bars),
    reciprocal: model.lattice.reciprocal,
    problem,
    warnings,
  };
}

const withoutLevels = ({ levels: _, ...rest }: ErrorBars): Omit<ErrorBars, "levels"> => rest;

const unprovedLevels = (at: SolvedBands): BandsFile["kpoints"][number]["bands"] =>
  levelsAt(at, 1).bands.map((level) => ({ ...level, guaranteed: false }));

const energiesOf = (kpoints: BandsFile["kpoints"]): Energies[] =>
  kpoints.map(({ k, bands }) => ({ k, energies: bands.map(({ energy }) => energy) }));

/**
 * Gives the levels that decide about the zero of energy beside those of the ground state, in its basis: enclosed levels lie
 * lower, as they are of the infinite one, so the k-points of the highest filled and the lowest empty one are solved again.
 */
async function decisive(
  energies: readonly Energies[],
  filled: number,
  reference: ReferenceLevels | undefined,
  solve: (kpoints: readonly Vec3[]) => Promise<SolvedBands[]>,
): Promise<readonly Energies[]> {
  if (reference?.valenceMaximum === undefined || energies[0]!.energies.length < filled) return energies;
  const ends = [bandTop(energies, filled), gapAlong(energies, filled)?.bottom ?? bandTop(energies, filled)];
  return solve([...new Set(ends.map(({ index }) => energies[index]!.k))]);
}

const levelsAt = ({ k, spin, energies }: SolvedBands, nSpin: 1 | 2): BandsFile["kpoints"][number] => ({
  k,
  ...(nSpin === 2 ? { spin: spin as 0 | 1 } : {}),
  bands: Array.from(energies, (energy, i) => ({ index: i + 1, energy })),
});

function kpathOf({ lattice }: Model, { path, points = 60, kpoints }: BandsOptions): KPath {
  if (kpoints === undefined) return labelledPath(lattice, path, points);
  requireInput(
    path === undefined,
    () =>
      `--path: must not stand beside --k, got ${path}; a list of k-points is no path: leave out one of the two`,
  );
  requireInput(kpoints.length > 0, () => "--k: must hold at least one k-point, got none");
  return listedPoints(lattice, kpoints);
}

/**
 * The potential that the last orbitals of a converged run are made in: its eigenvalues are those the run reports.
 *
 * @throws NotConvergedError if there is none.
 */
export async function groundState(
  prepared: PreparedScf,
  isStored: boolean,
  options: Pick<RunOptions, "onStep" | "checkpoint" | "keepOrbitals">,
): Promise<PreparedHamiltonian> {
  const { job, problem } = prepared;
  const { basis, terms } = problem;
  const { model, grid } = basis;
  const { last, orbitals, reason } = await drain(problem, prepared.options, options);
  await orbitals.close();
  if (reason !== "converged")
    throw new NotConvergedError(
      `the ground state: ${reason} after ${plural(last.row.step, "step")}, density residual ${last.row.densityResidual.toExponential(2)}; levels of its potential would mean nothing`,
    );
  const part = (isFixed: boolean): RealField =>
    totalPotential(
      terms.filter(({ isLinear = false }) => isLinear === isFixed),
      last.rhoIn,
    );
  const reference = referenceLevels(last, model);
  const hartreeXc = part(false);
  const frozen = isStored ? frozenProblem(model, grid, hartreeXc, job.ecut, reference, job.title) : undefined;
  return {
    hamiltonian: fixed(model, grid.size, job, sumFields(part(true), hartreeXc)),
    model,
    reference,
    problem: frozen,
    warnings: [...new Set([...prepared.warnings, ...last.warnings])],
  };
}

function referenceLevels(
  { levels, occupation: { fermiLevel } }: ScfStep,
  { electrons, nSpin }: Model,
): ReferenceLevels {
  const filled = electrons / 2;
  if (nSpin === 2 || !Number.isInteger(filled)) return { fermiLevel };
  return {
    fermiLevel,
    valenceMaximum: Math.max(...levels.map(({ eigenvalues }) => eigenvalues[filled - 1]!)),
  };
}
