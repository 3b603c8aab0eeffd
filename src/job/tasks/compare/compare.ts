import { requireInput } from "../../../common/failure.ts";
import { type Given, valuesOf } from "../../../common/options.ts";
import { createLattice, longAxis } from "../../../model/lattice.ts";
import type { HistoryRow } from "../../../scf/state.ts";
import { VERSION } from "../../../version.ts";
import { type JobCrystal, jobCrystal, type KnownCrystal } from "../../prepare/job-crystal.ts";
import type { RunOptions } from "../../prepare/prepare-scf.ts";
import { requireRunnable } from "../../prepare/room/further-room.ts";
import { openSession, type Session, type SessionOptions } from "../../prepare/session.ts";
import { resolveStructure } from "../../prepare/structure.ts";
import { requireSelfConsistent } from "../../schema/checks.ts";
import type { Job } from "../../schema/job.ts";
import { defaultMixing, type MixingChoice } from "../../schema/mixings.ts";
import { parseJob } from "../../schema/schema.ts";
import { withMixing } from "../../schema/with-mixing.ts";
import { type DielectricRunOptions, dielectricTask } from "../dielectric/run-dielectric.ts";
import { recordedFile } from "../recorded.ts";
import type { ResultFile, ResultStatus } from "../scf/result.ts";
import { scfTask } from "../scf/scf-task.ts";
import { COMPARE_OPTIONS } from "./options.ts";
import { repeatedJob } from "./repeat.ts";

/** Error of the free energy that counts as solved [Ha]: that of the tables in [HL21]. */
export const ENERGY_ERROR = 1.6e-10;

type MixingName = MixingChoice["name"];

/** Options of a comparison, and functions that hear of its progress. */
export interface CompareOptions
  extends Given<typeof COMPARE_OPTIONS>,
    SessionOptions,
    Pick<RunOptions, "signal"> {
  readonly onStep?: (run: RunLabel, row: HistoryRow) => void;
  /**
   * Called after every run, one of `restart` as well, with all that is known: an interrupted
   * comparison goes on from there.
   */
  readonly onRun?: (run: ComparedRun, comparison: Comparison) => void | Promise<void>;
  /** What `onRun` was given, of the same job: its runs are not made again. */
  readonly restart?: unknown;
  /** Products with the operator whose condition number is asked for, after the run's own steps. */
  readonly onProduct?: (run: RunLabel, product: number) => void;
  /** What runs a job. Default `runScf`. */
  readonly run?: (job: Job, options: RunOptions & KnownCrystal) => Promise<ResultFile>;
}

/** Which of the runs. */
export interface RunLabel {
  readonly size: number;
  readonly mixing: string;
}

export interface ComparedRun extends RunLabel {
  readonly status: ResultStatus;
  /** Steps taken, whatever they led to. */
  readonly iterations: number;
  /** Steps to the job's tolerance; absent if it was not reached. */
  readonly stepsToTolerance?: number;
  /** First step after which the energy stays within `energyError` of the size's lowest, if any. */
  readonly stepsToEnergy?: number;
  /** Free energy of the last step, and the largest of all steps [Ha]. */
  readonly energy: number;
  readonly highestEnergy: number;
  readonly hamiltonianApplications: number;
  readonly seconds: number;
  /** λmax/λmin of P⁻¹ε†, an estimate; absent unless asked for, and where it was not found. */
  readonly conditionNumber?: number;
  readonly history: readonly HistoryRow[];
}

/** The content of compare.json. Hartree atomic units. */
export interface Comparison {
  readonly stillwave: string;
  readonly job: Job;
  /** Lattice vector the structure was repeated along. */
  readonly axis: 0 | 1 | 2;
  readonly mixings: readonly string[];
  readonly sizes: readonly number[];
  readonly energyError: number;
  /** Lowest energy of any step of any mixing, for each size that was run. */
  readonly lowestEnergies: readonly number[];
  /** False when it was interrupted. */
  readonly complete: boolean;
  readonly runs: readonly ComparedRun[];
  /** Of all runs, each once. */
  readonly warnings: readonly string[];
}

/**
 * The job under several mixings, and repeated along its long axis: everything else is the same in
 * every run. A mixing that does not converge is a row as any other.
 *
 * @throws InputError if the job, a mixing or a size cannot be used.
 *
 * @example
 * ```ts
 * import { bulk, compareMixings, newJob } from "stillwave";
 *
 * const job = newJob(bulk("Si"), { ecut: 5, kgrid: [2, 2, 2], isMetal: false });
 * const { runs } = await compareMixings(job, { mixings: ["simple", "kerker"] });
 * for (const { mixing, iterations } of runs) console.log(mixing, iterations);
 * ```
 */
export const compareMixings = async (value: unknown, options: CompareOptions = {}): Promise<Comparison> =>
  compareTask(await openSession(parseJob(value), options), options);

/** The same for the job of a session. */
export async function compareTask(session: Session, options: CompareOptions): Promise<Comparison> {
  const { job, threads, worker, backend, readText, platform } = session;
  requireSelfConsistent(job);
  const chosen = valuesOf("compare", COMPARE_OPTIONS, options);
  // Known, as just checked.
  const mixings = (chosen.mixings ?? comparedMixings(job)) as readonly MixingName[];
  const { sizes = [1], conditionNumbers } = chosen;
  const { run = solved, signal } = options;
  const structure = await resolveStructure(job, readText, platform);
  const axis = longAxis(createLattice(structure.lattice));
  const shared = { threads, worker, backend, readText, ...(signal === undefined ? {} : { signal }) };

  const repeated: { size: number; larger: Job; crystal: JobCrystal }[] = [];
  for (const size of sizes) {
    const of = { ...session, job: repeatedJob(job, structure, axis, size) };
    const crystal = await jobCrystal(of);
    await requireRunnable(of, crystal);
    repeated.push({ size, larger: of.job, crystal });
  }

  const before = recordedRuns(options.restart, job);
  const runs: ComparedRun[] = [];
  const warnings = new Set<string>(before.warnings);
  let complete = true;
  const comparison = (isComplete: boolean): Comparison => ({
    stillwave: VERSION,
    job,
    axis,
    mixings,
    sizes,
    energyError: ENERGY_ERROR,
    ...againstLowest(runs, sizes),
    complete: isComplete,
    warnings: [...warnings],
  });
  for (const { size, larger, crystal } of repeated) {
    for (const mixing of mixings) {
      complete &&= signal?.aborted !== true;
      if (!complete) break;
      const label = { size, mixing };
      const known = before.runs.find((run) => isRecorded(run, label, conditionNumbers));
      if (known !== undefined) {
        runs.push(known);
        await options.onRun?.(known, comparison(false));
        continue;
      }
      const result = await run(withMixing(larger, mixing), {
        ...shared,
        crystal,
        onStep: (row) => options.onStep?.(label, row),
      });
      complete &&= result.status !== "interrupted";
      for (const warning of result.warnings) warnings.add(warning);
      const conditionNumber = conditionNumbers
        ? await conditionOf(larger, mixing, {
            ...shared,
            crystal,
            onProduct: ({ step }) => options.onProduct?.(label, step),
          })
        : undefined;
      const compared = {
        ...comparedRun(label, result),
        ...(conditionNumber === undefined ? {} : { conditionNumber }),
      };
      runs.push(compared);
      await options.onRun?.(compared, comparison(false));
    }
  }
  return comparison(complete);
}

/** Measures the runs of each size against the lowest energy that any of them met. */
function againstLowest(
  runs: readonly ComparedRun[],
  sizes: readonly number[],
): Pick<Comparison, "lowestEnergies" | "runs"> {
  const lowestEnergies: number[] = [];
  const measured = sizes.flatMap((size) => {
    const ofSize = runs.filter((run) => run.size === size);
    if (ofSize.length === 0) return [];
    const lowest = Math.min(...ofSize.flatMap(({ history }) => history.map(({ energy }) => energy)));
    lowestEnergies.push(lowest);
    return ofSize.map(({ stepsToEnergy: _, ...run }) => {
      const stepsToEnergy = firstWithin(run.history, lowest);
      return { ...run, ...(stepsToEnergy === undefined ? {} : { stepsToEnergy }) };
    });
  });
  return { lowestEnergies, runs: measured };
}

/** Runs of a file of before. @throws InputError if it is no such file, or of another job. */
function recordedRuns(value: unknown, job: Job): Pick<Comparison, "runs" | "warnings"> {
  if (value === undefined) return { runs: [], warnings: [] };
  const file = recordedFile<Comparison>(value, job, "a comparison", ["runs", "warnings"]);
  requireInput(
    file.runs.every((run) => Array.isArray(run?.history) && run.history.length > 0),
    () => "restart: must be a file that a comparison wrote, got runs without steps",
  );
  return file;
}

/** Whether a run was made to its end, with its condition number where that is asked for. */
const isRecorded = (
  { size, mixing, status, conditionNumber }: ComparedRun,
  label: RunLabel,
  needsCondition: boolean | undefined,
): boolean =>
  size === label.size &&
  mixing === label.mixing &&
  status !== "interrupted" &&
  !(needsCondition && conditionNumber === undefined);

/** The default mixings to compare: two classics, the default, the job's own. */
export const comparedMixings = ({ scf, temperature }: Job): readonly MixingName[] => [
  ...new Set<MixingName>(["simple", "kerker", defaultMixing(temperature), scf.mixing.name]),
];

const solved = async (job: Job, options: RunOptions & KnownCrystal): Promise<ResultFile> =>
  scfTask(await openSession(job, options), options);

/** The ground state is found with the default mixing: the one inspected might not find it. */
async function conditionOf(
  job: Job,
  name: MixingName,
  shared: Pick<DielectricRunOptions, keyof SessionOptions | "signal" | "onProduct"> & KnownCrystal,
): Promise<number | undefined> {
  const { mixing } = withMixing(job, name).scf;
  if (mixing.name === "chi0-exact") return 1; // P = ε†
  const session = await openSession(withMixing(job, defaultMixing(job.temperature)), shared);
  const { smallest, largest } = await dielectricTask(session, {
    ...shared,
    mixing,
    observedSteps: 0,
  });
  return smallest === undefined || largest === undefined ? undefined : largest.value / smallest.value;
}

function comparedRun(label: RunLabel, { status, iterations, history, resources }: ResultFile): ComparedRun {
  const energies = history.map(({ energy }) => energy);
  return {
    ...label,
    status,
    iterations,
    ...(status === "converged" ? { stepsToTolerance: iterations } : {}),
    energy: energies.at(-1) ?? Number.NaN,
    highestEnergy: Math.max(...energies),
    hamiltonianApplications: history.reduce((sum, row) => sum + row.hamiltonianApplications, 0),
    seconds: resources.wallSeconds,
    history,
  };
}

/** The first step from which on the energy is within ENERGY_ERROR of `lowest`. */
export function firstWithin(history: readonly HistoryRow[], lowest: number): number | undefined {
  const lastOutside = history.findLastIndex(({ energy }) => !(energy - lowest <= ENERGY_ERROR));
  return history[lastOutside + 1]?.step;
}
