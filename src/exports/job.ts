/**
 * Jobs and their files: what the commands do, from a job to the content of a result file.
 *
 * @module job
 */

export {
  type NewJobOptions,
  newJob,
  suggestedCutoff,
  suggestedEntry,
  suggestedKgrid,
} from "../job/new-job.ts";
export { type PreparedScf, prepareScf, type RunOptions } from "../job/prepare/prepare-scf.ts";
export type { Checkpoint, CheckpointSystem } from "../job/prepare/starting-point.ts";
export { type JobFile, parseJob } from "../job/schema/schema.ts";
export type {
  AccuracyReport,
  AccuracyRound,
  AimedError,
} from "../job/tasks/accuracy/accuracy-result.ts";
export type { AimedRunOptions } from "../job/tasks/accuracy/aimed-task.ts";
export type { BandsFile } from "../job/tasks/bands/bands-result.ts";
export { type BandsOptions, type BandsRun, runBands } from "../job/tasks/bands/run-bands.ts";
export {
  type ComparedRun,
  type CompareOptions,
  type Comparison,
  compareMixings,
} from "../job/tasks/compare/compare.ts";
export type {
  ConvergenceFile,
  Settings,
  SettingsError,
  SettingsRun,
} from "../job/tasks/converge/converge-result.ts";
export { type ConvergeOptions, runConvergence } from "../job/tasks/converge/run-converge.ts";
export { type DielectricRunOptions, runDielectric } from "../job/tasks/dielectric/run-dielectric.ts";
export type { DosFile, LocalDos } from "../job/tasks/dos/dos-result.ts";
export { type DosOptions, runDos } from "../job/tasks/dos/run-dos.ts";
export type { EosFile, EosPoint } from "../job/tasks/eos/eos-result.ts";
export { type EosOptions, runEos } from "../job/tasks/eos/run-eos.ts";
export { estimateJob, type JobEstimate } from "../job/tasks/estimate/estimate-job.ts";
export type { RelaxFile, RelaxStep } from "../job/tasks/relax/relax-result.ts";
export { type RelaxOptions, runRelax } from "../job/tasks/relax/run-relax.ts";
export { converged } from "../job/tasks/scf/converged.ts";
export type { GroundFields } from "../job/tasks/scf/ground-fields.ts";
export type {
  DipoleResult,
  HistoryRow,
  KpointResult,
  ResultFile,
  ResultStatus,
} from "../job/tasks/scf/result.ts";
export { runScf } from "../job/tasks/scf/run-scf.ts";
export type { ScfRunOptions } from "../job/tasks/scf/scf-task.ts";
export type { WorkerPool, WorkerSource } from "../parallel/spawn.ts";
export { workerPool } from "../parallel/worker-pool.ts";
