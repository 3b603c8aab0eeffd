import { createKPoint } from "../../../basis/kpoint.ts";
import type { Vec3 } from "../../../common/vec3.ts";
import { DIELECTRIC_ANALYSIS_OPTIONS } from "../../../ground/dielectric-options.ts";
import { createKernels } from "../../../kernels/backends.ts";
import type { GridSize } from "../../../kernels/kernels.ts";
import { threadsInUse } from "../../../parallel/blocks.ts";
import { CUTOFF_RATIO } from "../../../refine/error-estimates.ts";
import { discretisationWarnings, type SymmetryReport } from "../../prepare/crystal.ts";
import { cutoffWarnings } from "../../prepare/cutoffs.ts";
import { sizedCrystal } from "../../prepare/job-crystal.ts";
import { type PseudopotentialInUse, pseudopotentialsInUse } from "../../prepare/pseudopotentials-in-use.ts";
import { dielectricNeeds, errorsNeeds, relaxNeeds } from "../../prepare/room/further-room.ts";
import { estimateMemory, type MemoryEstimate } from "../../prepare/room/memory-estimate.ts";
import { openSession, type Session, type SessionOptions } from "../../prepare/session.ts";
import { functionalWarnings, jobWarnings } from "../../prepare/warnings.ts";
import { requireSelfConsistent } from "../../schema/checks.ts";
import { parseJob } from "../../schema/schema.ts";
import { foreseenSettings } from "../accuracy/foreseen.ts";
import type { Settings } from "../settings.ts";
import {
  measureSpeeds,
  secondsOfStep,
  startSeconds,
  stepTimeParts,
  type TimePart,
  timeNeeds,
  USUAL_STEPS,
} from "./expected-time.ts";

/** Cost of a ground state before it is run. Sizes are exact; memory and times are estimates. */
export interface JobEstimate {
  readonly atoms: number;
  readonly electrons: number;
  /** What is used for each element. */
  readonly pseudopotentials: Readonly<Record<string, PseudopotentialInUse>>;
  readonly spins: number;
  /** Bands at the start of the run. */
  readonly bands: number;
  /** Irreducible k-points, and those of the whole set that they stand for. */
  readonly kpoints: number;
  readonly allKpoints: number;
  /** Divisions of the k-grid; absent for a list of k-points. */
  readonly kgrid?: Vec3;
  /** Space group and number of operations; absent where symmetry is off. */
  readonly symmetry?: SymmetryReport;
  /** Over the k-points. */
  readonly planeWaves: { readonly least: number; readonly most: number };
  readonly fftSize: GridSize;
  readonly memory: MemoryEstimate;
  /** Memory of commands that do more with the ground state, all together [B]. */
  readonly memoryOf: {
    readonly relax: number;
    readonly dielectric: number;
    /** `scf --errors` and `converge --errors` at these settings, and `errors()`. */
    readonly errors: number;
  };
  /** Memory of this machine [B]; infinite where it cannot be asked. */
  readonly systemMemory: number;
  /** Per SCF step [s], all threads together, from kernels timed here at these sizes. */
  readonly processorSecondsPerStep: number;
  /** Per SCF step [s] if every thread has a core of its own. */
  readonly secondsPerStep: number;
  /** Processor seconds of a run beside its steps. */
  readonly startSeconds: number;
  /** A usual number of steps. */
  readonly steps: number;
  readonly threads: number;
  /** What the processor time of a step goes to. */
  readonly timeParts: readonly TimePart[];
  /** Where an accuracy is asked for; all else is then that of the result at these settings. */
  readonly accuracy?: AccuracyForeseen;
  readonly warnings: readonly string[];
}

/** What a run for an accuracy is expected to choose and take. */
export interface AccuracyForeseen {
  readonly text: string;
  readonly settings: Settings;
  /** Processor seconds of all runs on the way and the result. */
  readonly processorSeconds: number;
  /** Within which factor of that the runs of bench/adaptive.ts were, at least and at most. */
  readonly measured: readonly [least: number, most: number];
}

/**
 * Steps of a run that begins at the density of a lower cutoff, and all runs for an accuracy over
 * the result alone: medians of bench/adaptive.ts (docs/accuracy.md).
 */
const AIMED = { steps: 4, ratio: 1.5, measured: [0.4, 3] } as const;

/**
 * Sizes, memory and time of a job without solving anything: about half a second.
 *
 * @throws InputError if the job cannot be run, as one too large for this machine.
 *
 * @example
 * ```ts
 * import { bulk, estimateJob, newJob } from "stillwave";
 *
 * const job = newJob(bulk("Si"), { ecut: 5, isMetal: false });
 * const { memory, planeWaves } = await estimateJob(job);
 * console.log(memory.bytes, planeWaves.most);
 * ```
 */
export const estimateJob = async (
  value: unknown,
  { accuracy, ...options }: SessionOptions & { readonly accuracy?: string | undefined } = {},
): Promise<JobEstimate> => estimateTask(await openSession(parseJob(value, accuracy), options), { accuracy });

/**
 * The same for the job of a session; where an accuracy is asked for, of what `scf` will choose.
 *
 * @throws InputError if nothing is known of the accuracy or of the potentials.
 */
export async function estimateTask(
  session: Session,
  { accuracy: text = session.job.accuracy }: { readonly accuracy?: string | undefined } = {},
): Promise<JobEstimate> {
  if (text === undefined) return estimateOf(session);
  const settings = await foreseenSettings(session, text);
  const { accuracy: _, ...job } = session.job;
  const found = await estimateOf({ ...session, job: { ...job, ...settings } });
  const { processorSecondsPerStep: perStep, startSeconds: start } = found;
  const processorSeconds = AIMED.ratio * (AIMED.steps * perStep + start);
  return {
    ...found,
    steps: AIMED.steps,
    accuracy: { text, settings, processorSeconds, measured: AIMED.measured },
  };
}

async function estimateOf(session: Session): Promise<JobEstimate> {
  const { job, threads, platform } = session;
  requireSelfConsistent(job);
  const crystal = await sizedCrystal(session);
  const { structure, model, operations: found, symmetry, warnings, sizes: ofJob } = crystal;
  const { choice, fftSize, onGrid, zone, planeWaves: waves, needs, memory } = ofJob;
  const { kpoints, operations, kept, chosen, whole } = zone;
  // Refuses too few points.
  if (job.fftSize !== null) for (const { k } of kpoints) createKPoint(model.lattice, fftSize, job.ecut, k, 1);
  const blocks = kpoints.length * model.nSpin;
  const sizes = timeNeeds(job, model, ofJob);
  const backend = await session.backendFor(sizes.planeWaves, sizes.bands);
  const speeds = measureSpeeds(await createKernels(backend), sizes, platform.cpuSeconds);
  const timeParts = stepTimeParts(sizes, speeds);
  const perStep = timeParts.reduce((sum, { seconds }) => sum + seconds, 0);
  const workers = threadsInUse(threads, { backend, ...sizes });
  return {
    atoms: model.atoms.length,
    electrons: model.electrons,
    pseudopotentials: pseudopotentialsInUse(job, model),
    spins: model.nSpin,
    bands: needs.bands,
    kpoints: kpoints.length,
    allKpoints: whole,
    ...("kgrid" in choice ? { kgrid: choice.kgrid } : {}),
    ...(symmetry === undefined ? {} : { symmetry }),
    planeWaves: {
      least: waves.reduce((a, b) => Math.min(a, b)),
      most: waves.reduce((a, b) => Math.max(a, b)),
    },
    fftSize,
    memory,
    memoryOf: {
      relax: estimateMemory(relaxNeeds(needs, model.atoms.length)).bytes,
      dielectric: estimateMemory(dielectricNeeds(needs, DIELECTRIC_ANALYSIS_OPTIONS.maxProducts.default))
        .bytes,
      errors: estimateMemory(errorsNeeds(needs, CUTOFF_RATIO)).bytes,
    },
    systemMemory: platform.systemMemory(),
    processorSecondsPerStep: perStep,
    secondsPerStep: secondsOfStep(timeParts, blocks, workers),
    startSeconds: startSeconds(timeParts, workers, speeds.pace),
    steps: USUAL_STEPS,
    threads: workers,
    timeParts,
    warnings: [
      ...jobWarnings(job, structure),
      ...functionalWarnings(job, model),
      ...cutoffWarnings(job, model),
      ...warnings,
      ...discretisationWarnings(job, choice, {
        found: found.length,
        onGrid: onGrid.length,
        used: operations.length,
        kept,
        chosen,
        whole,
        kpoints: kpoints.length,
      }),
    ],
  };
}
