import { requireOption } from "../../../common/failure.ts";
import { type Given, valuesOf } from "../../../common/options.ts";
import { largestDifference, norm, sub, type Vec3 } from "../../../common/vec3.ts";
import { spacedKgrid } from "../../../model/kgrid.ts";
import { createLattice } from "../../../model/lattice.ts";
import { CUTOFF_RATIO } from "../../../refine/error-estimates.ts";
import { VERSION } from "../../../version.ts";
import type { RunOptions } from "../../prepare/prepare-scf.ts";
import { errorsNeeds, requireAllRunnable, requireFurtherRoom } from "../../prepare/room/further-room.ts";
import { openSession, type Session, type SessionOptions } from "../../prepare/session.ts";
import { resolveStructure } from "../../prepare/structure.ts";
import { requireSelfConsistent } from "../../schema/checks.ts";
import type { Job } from "../../schema/job.ts";
import { parseJob } from "../../schema/schema.ts";
import { recordedFile } from "../recorded.ts";
import type { ResultFile } from "../scf/result.ts";
import { type ScfRunOptions, scfTask } from "../scf/scf-task.ts";
import type { ConvergenceFile, Settings, SettingsError, SettingsRun } from "./converge-result.ts";
import { CONVERGE_OPTIONS, type ListedKgrid } from "./options.ts";

/** Options of a convergence test, and functions that hear of its progress. */
export interface ConvergeOptions
  extends Given<typeof CONVERGE_OPTIONS>,
    SessionOptions,
    Pick<RunOptions, "signal"> {
  readonly onStep?: (settings: Settings, row: ResultFile["history"][number]) => void;
  /** Called after every run with all that is known: an interrupted test goes on from there. */
  readonly onRun?: (file: ConvergenceFile, planned: number) => void | Promise<void>;
  /** What `onRun` was given, of the same job: its runs are not made again. */
  readonly restart?: unknown;
  /** What runs a job. Default `runScf`. */
  readonly run?: (job: Job, options: ScfRunOptions) => Promise<ResultFile>;
}

/**
 * Tests the convergence of a job with its cutoff and k-grid: energy per atom, forces and stress
 * against the finest settings.
 *
 * Cutoffs are compared at the finest k-grid and k-grids at the highest cutoff. The cheapest pair
 * whose two errors add up to less than the accuracy is then run as well, so that its error is
 * computed and not supposed. Each run starts from the density of the one before.
 *
 * @param value a job file's content.
 * @throws InputError if the job or a list cannot be used; a run that does not converge is a row as
 *   any other.
 *
 * @example
 * ```ts
 * import { bulk, newJob, runConvergence } from "stillwave";
 *
 * const job = newJob(bulk("Si"), { ecut: 5, kgrid: [2, 2, 2], isMetal: false });
 * const { runs, cheapest } = await runConvergence(job, { ecut: [3, 4, 5], accuracy: 0.01 });
 * for (const { ecut, error } of runs) console.log(ecut, error?.energy);
 * console.log(cheapest?.ecut);
 * ```
 */
export const runConvergence = async (
  value: unknown,
  options: ConvergeOptions = {},
): Promise<ConvergenceFile> => convergeTask(await openSession(parseJob(value), options), options);

/** The same for the job of a session. */
export async function convergeTask(session: Session, options: ConvergeOptions): Promise<ConvergenceFile> {
  const { job, threads, worker, backend, readText, platform } = session;
  requireSelfConsistent(job);
  const { ecut, kgrid, accuracy, errors } = valuesOf("converge", CONVERGE_OPTIONS, options);
  requireOption(
    (ecut?.length ?? 0) > 1 || (kgrid?.length ?? 0) > 1,
    "converge",
    (name) =>
      `${name("ecut")}: must list two or more cutoffs, or ${name("kgrid")} as many k-grids, got neither; such as 10,15,20`,
  );
  const structure = await resolveStructure(job, readText, platform);
  const ecuts = [...(ecut ?? [job.ecut])].sort((a, b) => a - b);
  const grids = divisionsOf(kgrid, job, spacedKgrid.bind(undefined, createLattice(structure.lattice)));
  const finest: Settings = { ecut: ecuts.at(-1)!, kgrid: grids.at(-1)! };
  const { signal, run = solved } = options;

  const known = knownRuns(options.restart, job, errors);
  const runs: SettingsRun[] = [];
  let warnings: readonly string[] = known.warnings;
  let density: unknown;
  let planned = ecuts.length + grids.length - 1;
  const file = (complete: boolean, cheapest?: Settings): ConvergenceFile => ({
    stillwave: VERSION,
    job,
    ecuts,
    kgrids: grids,
    accuracy,
    errors,
    complete,
    runs: withErrors(runs, finest),
    ...(cheapest && { cheapest }),
    resources: session.resources(),
    warnings,
  });
  /** Whether the settings have been run, or were already: not after an interruption. */
  const compute = async (settings: Settings): Promise<boolean> => {
    if (find(runs, settings) !== undefined) return true;
    const before = find(known.runs, settings);
    if (before !== undefined) {
      runs.push(before);
      return true;
    }
    if (signal?.aborted) return false;
    const result = await run(jobWith(job, settings, ecuts.length > 1), {
      threads,
      worker,
      backend,
      readText,
      ...(errors && { errors, estimates: { without: ["k-points of forces"] } }),
      ...(signal && { signal }),
      ...(density !== undefined && { restart: density }),
      checkpoint: (state) => {
        density = state;
      },
      onStep: (row) => options.onStep?.(settings, row),
    });
    if (result.status === "interrupted") return false;
    if (isSame(settings, finest)) warnings = result.warnings.filter((text) => !text.startsWith("restart:"));
    runs.push(settingsRun(settings, result, structure.atoms.length));
    await options.onRun?.(file(false), planned);
    return true;
  };

  const lines = [
    ...ecuts.map((e): Settings => ({ ecut: e, kgrid: finest.kgrid })),
    ...grids.toReversed().map((k): Settings => ({ ecut: finest.ecut, kgrid: k })),
  ];
  await requireAllRunnable(
    session,
    lines.map((settings) => jobWith(job, settings, ecuts.length > 1)),
    ({ needs }) => errors && requireFurtherRoom(session, errorsNeeds(needs, CUTOFF_RATIO)),
  );
  for (const settings of lines) if (!(await compute(settings))) return file(false);
  if (find(runs, finest)?.status !== "converged") return file(false);

  const errorOf = (settings: Settings) => find(withErrors(runs, finest), settings)?.error?.energy;
  const alongEcut = ecuts.map((e) => errorOf({ ...finest, ecut: e }) ?? Number.POSITIVE_INFINITY);
  const alongKgrid = grids.map((k) => errorOf({ ...finest, kgrid: k }) ?? Number.POSITIVE_INFINITY);
  const work = ({ ecut: e, kgrid: k }: Settings) =>
    e ** 1.5 * (find(runs, { ...finest, kgrid: k })?.kpoints ?? Number.POSITIVE_INFINITY);
  // A coarse setting may agree by chance: the finer ones then do not, and their errors count.
  const settled = (errors: readonly number[], i: number) => Math.max(...errors.slice(i));
  const candidates = ecuts
    .flatMap((e, i) =>
      grids.map((k, j) => ({
        settings: { ecut: e, kgrid: k },
        error: settled(alongEcut, i) + settled(alongKgrid, j),
      })),
    )
    .filter(({ settings, error }) => error <= accuracy && !isSame(settings, finest))
    .sort((a, b) => work(a.settings) - work(b.settings));
  for (const { settings } of candidates) {
    planned = Math.max(planned, runs.length + 1);
    if (!(await compute(settings))) return file(false);
    const error = errorOf(settings);
    if (error !== undefined && error <= accuracy) return file(true, settings);
  }
  return file(true);
}

const isSame = (a: Settings, b: Settings): boolean => a.ecut === b.ecut && `${a.kgrid}` === `${b.kgrid}`;
const find = <Run extends Settings>(runs: readonly Run[], settings: Settings): Run | undefined =>
  runs.find((each) => isSame(each, settings));

const solved = async (job: Job, options: ScfRunOptions): Promise<ResultFile> =>
  scfTask(await openSession(job, options), options);

/** Returns the job with other settings; a fixed FFT grid is chosen anew. */
const jobWith = ({ kpoints: _, ...job }: Job, { ecut, kgrid }: Settings, areSeveral: boolean): Job => ({
  ...job,
  ecut,
  kgrid,
  stress: true,
  fftSize: areSeveral ? null : job.fftSize,
});

/** Divisions of all k-grids, coarse ones first. */
function divisionsOf(
  list: readonly ListedKgrid[] | undefined,
  { kgrid, kpoints }: Job,
  spaced: (spacing: number) => Vec3,
): Vec3[] {
  requireOption(
    list !== undefined || kpoints === undefined,
    "converge",
    (name) => `${name("kgrid")}: must be given for a job with a list of k-points, got none; such as 4`,
  );
  const own = "spacing" in kgrid ? spaced(kgrid.spacing) : kgrid;
  const most = Math.max(...own);
  const along = (n: number, i: 0 | 1 | 2) =>
    most > 1 && own[i] === 1 ? 1 : Math.ceil((n * own[i]) / most - 1e-9);
  const points = ([a, b, c]: Vec3) => a * b * c;
  return (list ?? [own])
    .map(
      (entry): Vec3 =>
        typeof entry === "number" ? [along(entry, 0), along(entry, 1), along(entry, 2)] : entry,
    )
    .sort((a, b) => points(a) - points(b));
}

function settingsRun(settings: Settings, result: ResultFile, atoms: number): SettingsRun {
  const { status, iterations, energies, forces, stress, kpoints, planeWaves, resources } = result;
  return {
    ...settings,
    status,
    iterations,
    energy: energies.total / atoms,
    forces: forces!, // there for every run that was not interrupted, with the stress asked for
    stress: stress! as SettingsRun["stress"],
    kpoints: kpoints.filter(({ spin = 0 }) => spin === 0).length,
    planeWaves: Math.max(...planeWaves),
    seconds: resources.wallSeconds,
    ...estimateOf(result, atoms),
  };
}

/** Estimated error by the two settings, where both parts are known. */
function estimateOf({ errors }: ResultFile, atoms: number): Pick<SettingsRun, "estimate"> {
  const known = [errors?.parts.basis.energy, errors?.parts.kpoints.energy].flatMap((part) =>
    part !== undefined && "error" in part ? [Math.abs(part.error)] : [],
  );
  return known.length < 2 ? {} : { estimate: known.reduce((sum, e) => sum + e, 0) / atoms };
}

function withErrors(runs: readonly SettingsRun[], finest: Settings): SettingsRun[] {
  const reference = find(runs, finest);
  if (reference?.status !== "converged") return [...runs];
  return runs.map((run) =>
    run.status === "converged" ? { ...run, error: errorAgainst(run, reference) } : run,
  );
}

const errorAgainst = (run: SettingsRun, reference: SettingsRun): SettingsError => ({
  energy: Math.abs(run.energy - reference.energy),
  force: Math.max(...run.forces.map((force, i) => norm(sub(force, reference.forces[i]!)))),
  stress: largestDifference(run.stress, reference.stress),
});

/**
 * Runs of a file of before.
 *
 * @param errors whether their errors must have been asked for.
 * @throws InputError if it is no such file, or of another job.
 */
function knownRuns(value: unknown, job: Job, errors: boolean): Pick<ConvergenceFile, "runs" | "warnings"> {
  if (value === undefined) return { runs: [], warnings: [] };
  const file = recordedFile<ConvergenceFile>(value, job, "a convergence test", ["runs", "ecuts"]);
  return {
    runs: file.runs.filter(
      ({ status, estimate }) =>
        status === "converged" && (!errors || file.errors === true || estimate !== undefined),
    ),
    warnings: file.warnings ?? [],
  };
}
