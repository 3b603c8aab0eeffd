import { resolve } from "node:path";
import type { Given, Options } from "../../common/options.ts";
import { printable } from "../../common/text/plain-text.ts";
import { COMPUTING_OPTIONS, openSession, type Session } from "../../job/prepare/session.ts";
import { CHANGE_OPTIONS, withChanges } from "../../job/schema/changes.ts";
import type { Job } from "../../job/schema/job.ts";
import { parseJob } from "../../job/schema/schema.ts";
import type { WorkerPool } from "../../parallel/spawn.ts";
import { type Argument, type Call, type CommandBody, command } from "../command.ts";
import { EXIT, type ExitCode } from "../host.ts";
import { requireOutputs } from "../output/outputs.ts";
import { printResult, type ResultTexts } from "../output/print-result.ts";
import { levelOf, levelOptions } from "../terminal/level.ts";
import type { PhaseTime } from "../terminal/phases.ts";
import { type Reporter, reporter } from "../terminal/reporter.ts";
import { CHECKPOINT_OPTIONS, type CheckpointKeeper, checkpointKeeper } from "./checkpoint-keeper.ts";
import { type JobSource, loadJob, structureSource } from "./job-source.ts";
import { type EndedJob, type JobRow, severalJobs } from "./several-jobs.ts";
import { type Work, work } from "./work.ts";

export const JOB: Argument = {
  name: "<JOB>",
  help: "job file, - for standard input, the name of a shipped job, or a result or checkpoint of one",
};

const JOBS: Argument = {
  name: "<JOB...>",
  help: `${JOB.help}; several run one after the other, with a table at the end`,
};

/** A call of a command on a job, once the job is parsed. */
export interface JobCall<Declared> extends Call<Declared> {
  readonly report: Reporter;
  readonly source: JobSource;
  readonly job: Job;
  /** That of the job, or else its name. */
  readonly title: string;
  /** Where a name of the command line is. */
  path(name: string): string;
}

/**
 * Writes a file of a result, if one is named, and says so; one that cannot be written keeps none of
 * the others from it.
 *
 * @param what it holds.
 * @returns whether it is there.
 */
export type Keep = (
  what: string,
  name: string | undefined,
  write: (path: string) => Promise<void>,
) => Promise<boolean>;

/** What is said of a result. */
export interface Told extends ResultTexts {
  readonly warnings: readonly string[];
  /** What was asked for and not reached, one line each. */
  readonly failures?: readonly string[];
  /** Checks of a result that it did not pass, one line each. */
  readonly failedChecks?: readonly string[];
  /** Whether more was asked for, where the summary says so. */
  readonly isIncomplete?: boolean;
}

/** A command that computes something of a job by a task. */
export interface JobCommand<Declared extends Options, Task, Result> {
  /** What `--verbose` adds. */
  readonly detail: string;
  readonly options: Declared;
  readonly examples: CommandBody["examples"];
  /** Whether a self-consistent field comes first, to be kept and continued. Default false. */
  readonly iterates?: boolean;
  /** Text above the table of steps, which then goes to stdout instead of stderr. */
  readonly headline?: (call: JobCall<Declared>) => string;
  /** What a table of several jobs says of a result. Absent: the command takes one job. */
  readonly row?: (result: Result) => JobRow;
  /** Whether a structure file may stand for its job. Default never. */
  readonly takesStructures?: (options: Given<Declared>) => boolean;
  /** The accuracy asked for beside the job, which may leave its cutoff to it. Default none. */
  readonly accuracyOf?: (options: Given<Declared>) => string | undefined;
  /** What becomes of the job before it is run. */
  readonly adapt?: (job: Job, options: Given<Declared>) => Job;
  /** The task, loaded when it is called for. */
  readonly load: () => Promise<Task>;
  readonly solve: (task: Task, session: Session, work: Work, call: JobCall<Declared>) => Promise<Result>;
  /** Whether a result of interrupted work leaves an iteration to go on with. */
  readonly isUnfinished?: (result: Result) => boolean;
  /** Whether it writes files also where no option names one. Default false. */
  readonly alwaysWrites?: boolean;
  /** Writes files before anything is said; where one cannot be, the numbers are printed. */
  readonly save?: (result: Result, call: JobCall<Declared>, keep: Keep) => Promise<unknown>;
  readonly tell: (result: Result, call: JobCall<Declared>, phases: readonly PhaseTime[]) => Told;
  /** Writes the other files. */
  readonly draw?: (result: Result, call: JobCall<Declared>, keep: Keep) => Promise<void>;
}

/** Makes a command: everything is checked before the long work, and results end in one way. */
export function jobCommand<const Declared extends Options, Task, Result>(
  spec: JobCommand<Declared, Task, Result>,
): CommandBody {
  const { examples, detail, iterates = false } = spec;
  // a command's own option of that name says something else
  const changes = Object.entries(CHANGE_OPTIONS).filter(([option]) => !Object.hasOwn(spec.options, option));
  const options = {
    ...spec.options,
    ...Object.fromEntries(changes),
    ...(iterates ? CHECKPOINT_OPTIONS : {}),
    ...COMPUTING_OPTIONS,
    ...levelOptions(detail),
  };
  /** @param workers of several jobs, after which there is a table; absent for one alone. */
  const runOne = async (called: Call<Options>, workers?: WorkerPool): Promise<EndedJob> => {
    const { host, options: given } = called;
    const own = given as Given<Declared>;
    const report = reporter(host.stderr, levelOf(given));
    const [name] = called.args as [string];
    const source =
      (spec.takesStructures?.(own) ? await structureSource(name, host) : undefined) ??
      (await loadJob(name, host));
    const changed = withChanges(
      source.value,
      Object.fromEntries(changes.map(([option]) => [option, given[option]])),
    );
    // before anything is loaded or touched
    const parsed = parseJob(changed, spec.accuracyOf?.(own));
    const job = spec.adapt?.(parsed, own) ?? parsed;
    const call: JobCall<Declared> = {
      ...called,
      options: own,
      report,
      source,
      job,
      title: printable(job.title ?? source.name),
      path: (file) => resolve(host.cwd, file),
    };
    await requireOutputs(options, called, source.files);
    if (spec.alwaysWrites === true) host.onFiles();
    const keeper = iterates ? await checkpointKeeper(host, report, call, given) : undefined;
    try {
      return await computed(spec, call, given, keeper, workers);
    } finally {
      await keeper?.release();
    }
  };
  const run = async (called: Call<Options>): Promise<ExitCode> =>
    called.args.length === 1 ? (await runOne(called)).code : severalJobs(options, called, runOne);
  return command({ args: [spec.row === undefined ? JOB : JOBS], options, examples, run });
}

/** Computes the result of a call, writes its files and tells of it. */
async function computed<const Declared extends Options, Task, Result>(
  spec: JobCommand<Declared, Task, Result>,
  call: JobCall<Declared>,
  given: Given<typeof COMPUTING_OPTIONS> & { readonly json?: unknown },
  keeper: CheckpointKeeper | undefined,
  workers: WorkerPool | undefined,
): Promise<EndedJob> {
  const { host, report, source, job } = call;
  const task = await host.engine(call.name, spec.load);
  const headline = spec.headline?.(call);
  const { result, phases } = await work<{ readonly result: Result; readonly phases: readonly PhaseTime[] }>(
    {
      host,
      report,
      source,
      job,
      options: given,
      keeper,
      rows: headline === undefined || given.json === true ? host.stderr : host.stdout,
      headline,
      isUnfinished: ({ result: found }) => spec.isUnfinished?.(found) ?? false,
    },
    async (at) => {
      const found = await spec.solve(
        task,
        await openSession(job, { ...at.run, worker: workers, named: call.flag }),
        at,
        call,
      );
      return { result: found, phases: at.phases() };
    },
  );
  const unsaved: string[] = [];
  const keep: Keep = async (what, name, write) => {
    if (name === undefined) return false;
    try {
      await write(call.path(name));
      report.note(`${what}: ${name}`);
      return true;
    } catch (error) {
      unsaved.push(`${what}: ${(error as Error).message}`);
      return false;
    }
  };
  await spec.save?.(result, call, keep);
  const isPrinted = unsaved.length > 0;
  const {
    warnings,
    failures = [],
    failedChecks = [],
    isIncomplete = false,
    ...texts
  } = spec.tell(result, call, phases);
  report.warn(warnings);
  const isTold = workers === undefined || isPrinted || report.level !== "quiet";
  if (isTold) printResult(host, report, given.json === true || isPrinted, texts);
  for (const failure of failures) report.fail(failure);
  for (const failed of failedChecks) report.fail(failed, "check failed");
  await spec.draw?.(result, call, keep);
  if (unsaved.length > 0) {
    const why = isPrinted ? "the result is printed, because a file of it is missing; " : "";
    throw new Error(`${why}${unsaved.join("; ")}`);
  }
  if (spec.isUnfinished?.(result) !== true) keeper?.done();
  const isReached = failures.length === 0 && !isIncomplete;
  return {
    code: failedChecks.length > 0 ? EXIT.error : isReached ? EXIT.ok : EXIT.notConverged,
    row: spec.row?.(result),
  };
}
