import { NotConvergedError } from "../../common/failure.ts";
import { readTextFrom } from "../../io/node-files.ts";
import type { RunOptions } from "../../job/prepare/prepare-scf.ts";
import type { SessionOptions } from "../../job/prepare/session.ts";
import type { Job } from "../../job/schema/job.ts";
import type { Host, Output } from "../host.ts";
import { liveTable } from "../terminal/live-table.ts";
import { type PhaseTime, phaseClock } from "../terminal/phases.ts";
import type { Reporter } from "../terminal/reporter.ts";
import { timeLeft } from "../terminal/time-left.ts";
import type { CheckpointKeeper } from "./checkpoint-keeper.ts";
import type { JobSource } from "./job-source.ts";
import { usualThreads } from "./usual-threads.ts";

/** What a long calculation is given: how it hears of Ctrl-C, and whom it tells what it does. */
export interface Work {
  readonly signal: AbortSignal;
  /** What runs of a job have in common. */
  readonly run: Required<
    Pick<
      RunOptions,
      "threads" | "signal" | "readText" | "onEstimate" | "onProgress" | "onStep" | "onWarnings"
    >
  > &
    Pick<RunOptions, "backend" | "checkpoint" | "keepOrbitals" | "restart" | "finished">;
  /** Reports pieces done of a phase of the work, with the time left. */
  count(phase: string, noun: string): (done: number, total: number, detail?: string) => void;
  /** Says what is being done in a phase. */
  show(phase: string, text: string): void;
  /** What the phases took so far. */
  phases(): PhaseTime[];
}

export interface WorkOptions<T> {
  readonly host: Host;
  readonly report: Reporter;
  readonly source: JobSource;
  readonly job: Job;
  readonly options: Pick<SessionOptions, "threads" | "backend">;
  /** What keeps the state, where there is one to go on with. */
  readonly keeper?: CheckpointKeeper | undefined;
  /** Where the table of SCF steps goes. */
  readonly rows: Output;
  /** Text above the table, written when the first step begins: jobs that cannot run have none. */
  readonly headline?: string | undefined;
  /** Whether a result of interrupted work leaves an iteration to go on with. */
  readonly isUnfinished?: (value: T) => boolean;
}

/**
 * Runs `body`. The first Ctrl-C asks it to stop and writes the state of its iteration; the second
 * ends the process once the last state in memory is in a file.
 */
export async function work<T>(
  { host, report, source, job, options, keeper, rows, headline, isUnfinished }: WorkOptions<T>,
  body: (work: Work) => Promise<T>,
): Promise<T> {
  const { threads, backend } = options;
  const interruption = new AbortController();
  const { signal } = interruption;
  const release = host.onInterrupt(
    () => {
      report.urge("interrupted: stopping at the next safe point; press Ctrl-C again to quit at once");
      interruption.abort();
    },
    () => keeper?.rescueNow(),
  );
  const clock = phaseClock();
  const table = liveTable(rows, report, job.scf.tolerance);
  let isBegun = false;
  const waiting: string[] = [];
  const foretold = new Set<string>();
  const begin = () => {
    if (isBegun) return;
    isBegun = true;
    if (headline !== undefined && report.level !== "quiet") rows.write(`${headline}\n\n`);
    report.warn(waiting);
  };
  const enter = (phase: string) => {
    begin();
    clock.enter(phase);
  };
  try {
    const value = await body({
      signal,
      run: {
        threads: threads ?? usualThreads(),
        ...(backend === undefined ? {} : { backend }),
        ...keeper?.run,
        signal,
        readText: readTextFrom(source.folder),
        onEstimate: (line) => {
          if (!foretold.has(line)) report.note(`estimate: ${line}`);
          foretold.add(line);
        },
        onWarnings: (warnings) => {
          if (isBegun) report.warn(warnings);
          else waiting.push(...warnings);
        },
        onProgress: (progress) => {
          enter("self-consistent field");
          table.progress(progress);
        },
        onStep: (row) => {
          enter("self-consistent field");
          table.row(row);
        },
      },
      count: (phase, noun) => {
        const left = timeLeft();
        return (done, total, detail = "") => {
          enter(phase);
          const text = `${phase}: ${noun} ${done}/${total}${detail}`;
          report.detail(text);
          report.line.show(text + left(done, total));
        };
      },
      show: (phase, text) => {
        enter(phase);
        report.line.show(text);
      },
      phases: clock.times,
    });
    begin();
    if (signal.aborted && isUnfinished?.(value)) await keeper?.rescue();
    return value;
  } catch (error) {
    if (error instanceof NotConvergedError && signal.aborted) await keeper?.rescue();
    throw error;
  } finally {
    release();
    report.line.clear();
  }
}
