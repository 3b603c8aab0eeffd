import type { FrozenProblem } from "../../../bands/frozen-problem.ts";
import type { KPath } from "../../../bands/k-path.ts";
import { requireFewLevels } from "../../../bands/solve-bands.ts";
import { requireOption } from "../../../common/failure.ts";
import { type Given, valuesOf } from "../../../common/options.ts";
import {
  type Bands,
  type BandsChoices,
  bandsOfPath,
  bandsPath,
  computeBands,
  requireEnclosable,
} from "../../../ground/bands.ts";
import { BANDS_OPTIONS } from "../../../ground/bands-options.ts";
import type { Model } from "../../../model/model.ts";
import { CUTOFF_RATIO } from "../../../refine/error-estimates.ts";
import { VERSION } from "../../../version.ts";
import { drainOrResume } from "../../prepare/drain.ts";
import { placeForLevels, prepareHamiltonian } from "../../prepare/prepare-hamiltonian.ts";
import { prepareSession, type RunOptions } from "../../prepare/prepare-scf.ts";
import { errorsNeeds, requireFurtherRoom, requireRoomForLevels } from "../../prepare/room/further-room.ts";
import { openSession, type Session } from "../../prepare/session.ts";
import { parseJob } from "../../schema/schema.ts";
import { onlyConverged, solveSession } from "../scf/solve-session.ts";
import type { BandsFile } from "./bands-result.ts";

/** Options of bands, by default as many as the job has; functions that hear of progress. */
export interface BandsOptions
  extends Given<typeof BANDS_OPTIONS>,
    Omit<RunOptions, "onFields">,
    Omit<BandsChoices, "signal" | "pieces"> {
  /** Whether to make a problem file of the self-consistent Hamiltonian. Default false. */
  readonly saveProblem?: boolean | undefined;
}

/** A band structure, its file, and what is worth saying about it. */
export interface BandsRun extends Bands {
  readonly file: BandsFile;
  /**
   * The Hamiltonian as stored numbers, where it was read from a file or made for one; of two spins
   * none.
   */
  readonly problem?: FrozenProblem | undefined;
  readonly warnings: readonly string[];
}

/**
 * Band structure of a job's Hamiltonian; for `kohn-sham` the ground state is found first and its
 * potential frozen.
 *
 * @param value a job file's content.
 * @throws InputError if the job cannot be run, NotConvergedError if there is no ground state to
 *   freeze.
 *
 * @example
 * ```ts
 * import { bulk, newJob, runBands } from "stillwave";
 *
 * const job = newJob(bulk("Si"), { ecut: 5, kgrid: [2, 2, 2], isMetal: false });
 * const { file, gap } = await runBands({ ...job, hamiltonian: "core" }, { path: "GX", points: 5 });
 * console.log(file.kpoints.length, gap?.gap);
 * ```
 */
export const runBands = async (value: unknown, options: BandsOptions = {}): Promise<BandsRun> =>
  bandsTask(await openSession(parseJob(value), options), options);

/** Band structure of the job of a session. */
export async function bandsTask(session: Session, options: BandsOptions): Promise<BandsRun> {
  const { job } = session;
  const { errors, errorBars } = valuesOf("bands", BANDS_OPTIONS, options);
  const { saveProblem = false } = options;
  const isSelfConsistent = job.hamiltonian === "kohn-sham";
  requireOption(
    isSelfConsistent || !saveProblem,
    "bands",
    (name) =>
      `${name("saveProblem")}: needs the hamiltonian kohn-sham, got ${JSON.stringify(job.hamiltonian)}; the others are fixed by the job`,
  );
  requireOption(
    isSelfConsistent || options.restart === undefined,
    "bands",
    (name) =>
      `${name("restart")}: needs the hamiltonian kohn-sham, got ${JSON.stringify(job.hamiltonian)}; the others have no iteration to go on with`,
  );
  if (errors) return estimatedBands(session, options);
  const unsolved = await prepareHamiltonian(session, options);
  const { model } = unsolved;
  if (errorBars) requireEnclosable(model);
  requireOption(
    model.nSpin === 1 || !saveProblem,
    "bands",
    (name) =>
      `spin: must be none with ${name("saveProblem")}, got collinear; one potential is stored, for both spins`,
  );
  const kpath = kpathOf(model, options); // refuses labels before the long work begins
  const choices = { ...options, bands: options.bands ?? job.bands ?? undefined };
  const wanted = { kpoints: kpath.kpoints, bands: bandsOfPath(model, choices.bands) };
  requireFewLevels(model.nSpin * wanted.kpoints.length, wanted.bands);
  // Error bars choose a basis of their own, whose size is limited.
  if (!errorBars) await requireRoomForLevels(session, unsolved, { ...wanted, purpose: "the band structure" });
  const { warnings, pieces, ...crystal } = await unsolved.solve();
  const isStored = saveProblem || errorBars || typeof job.hamiltonian === "object";
  const problem = isStored && model.nSpin === 1 ? crystal.stored?.(job.title) : undefined;
  const place = await placeForLevels(session, crystal, wanted.bands);
  const bands = await computeBands(crystal, kpath, place, { ...choices, pieces });
  return { ...bands, file: bandsFile(session, bands), problem, warnings };
}

/** The same with estimated errors, for which the orbitals of the ground state stay. */
async function estimatedBands(session: Session, options: BandsOptions): Promise<BandsRun> {
  const { job } = session;
  const { saveProblem = false, errorBars = false, path, points, kpoints } = options;
  requireOption(
    job.hamiltonian === "kohn-sham" && !saveProblem && !errorBars,
    "bands",
    (name) =>
      `${name("errors")}: needs the hamiltonian kohn-sham, without ${name("errorBars")} and ${name("saveProblem")}`,
  );
  const prepared = await prepareSession(session, options, ({ needs }) =>
    requireFurtherRoom(session, errorsNeeds(needs, CUTOFF_RATIO)),
  );
  const { model } = prepared.problem.basis;
  const wanted = bandsOfPath(model, options.bands ?? job.bands ?? undefined);
  requireFewLevels(model.nSpin * kpathOf(model, options).kpoints.length, wanted);
  await using state = await onlyConverged(
    session,
    await solveSession(session, prepared, options, drainOrResume),
  );
  const bands = await state.bands(kpoints ?? path, { ...options, points, bands: wanted });
  const warnings = [...new Set([...prepared.warnings, ...state.warnings, ...bands.errors!.warnings])];
  return { ...bands, file: bandsFile(session, bands), warnings };
}

function bandsFile(session: Session, bands: Bands): BandsFile {
  const { job } = session;
  const { kpoints, path, zero, converged, filled, enclosedGap, errors } = bands;
  return {
    stillwave: VERSION,
    job,
    hamiltonian: job.hamiltonian,
    ecut: job.ecut,
    zero: zero.energy,
    path,
    kpoints,
    ...(enclosedGap && {
      gap: { filled: filled!, lower: enclosedGap.lo, upper: enclosedGap.hi, guaranteed: true as const },
    }),
    ...(errors && { errorsAgainst: errors.cutoff }),
    resources: session.resources(),
    ...(converged ? {} : { converged }),
  };
}

function kpathOf(model: Model, { path, points, kpoints }: BandsOptions): KPath {
  requireOption(
    kpoints === undefined || (path === undefined && points === undefined),
    "bands",
    (name) =>
      `${name("kpoints")}: must stand without ${name("path")} and ${name("points")}, got both; a list of k-points is no path`,
  );
  return bandsPath(model, kpoints ?? path, points);
}
