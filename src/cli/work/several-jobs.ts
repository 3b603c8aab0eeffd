import { basename, dirname, join, resolve } from "node:path";
import { requireInput } from "../../common/failure.ts";
import type { Given, Options } from "../../common/options.ts";
import { plural } from "../../common/plural.ts";
import { printable } from "../../common/text/plain-text.ts";
import { isFile } from "../../io/node-files.ts";
import type { WorkerPool } from "../../parallel/spawn.ts";
import { workerPool } from "../../parallel/worker-pool.ts";
import type { Call } from "../command.ts";
import { EXIT, type ExitCode, type Host } from "../host.ts";
import { failureOf } from "../output/failure.ts";
import { textTable } from "../output/text-table.ts";
import { levelOf } from "../terminal/level.ts";
import { type Reporter, reporter } from "../terminal/reporter.ts";
import { styled } from "../terminal/style.ts";
import { jobName } from "./job-source.ts";

/** What the table at the end of several jobs says of one. */
export interface JobRow {
  /** Free energy [Ha]. */
  readonly energy: number;
  readonly steps: number;
  readonly status: string;
}

/** A job that has ended, as a command on it alone would have. */
export interface EndedJob {
  readonly code: ExitCode;
  readonly row?: JobRow | undefined;
}

/** Stands for the name of the job in names of files. */
const PLACE = "{job}";

/** What the process returns: the first of these that a job has ended with. */
const WORST_FIRST = [EXIT.error, EXIT.input, EXIT.notConverged];

/**
 * Runs a command on several jobs in this process, one after the other, and prints a table at the
 * end. A job that fails does not end the others; Ctrl-C keeps the state of the one that runs and
 * begins no more.
 *
 * @param declared all options of the command.
 * @param one runs it on one job, with file names of its own.
 * @throws InputError if two jobs would write the same file.
 */
export async function severalJobs(
  declared: Options,
  called: Call<Options>,
  one: (call: Call<Options>, workers: WorkerPool) => Promise<EndedJob>,
): Promise<ExitCode> {
  const { args: jobs, host } = called;
  const report = reporter(host.stderr, levelOf(called.options));
  requireOwnFiles(declared, called);
  const ended: (readonly string[])[] = [];
  const codes: ExitCode[] = [];
  const interruption = sharedInterruption(host);
  const workers = workerPool();
  try {
    for (const [i, job] of jobs.entries()) {
      if (interruption.isAsked()) break;
      report.note(`${i === 0 ? "" : "\n"}job ${i + 1} of ${jobs.length}: ${printable(job)}`);
      const began = performance.now();
      const { code, row, failure } = await attempt(async () =>
        one(
          {
            ...called,
            args: [job],
            options: await ownOptions(declared, called.options, job, host, report),
            host: interruption.host,
          },
          workers,
        ),
      );
      if (failure !== undefined) report.fail(`${job}: ${failure}`, "stillwave");
      codes.push(code);
      ended.push([
        printable(job),
        row?.energy.toFixed(10) ?? "-",
        `${row?.steps ?? "-"}`,
        ((performance.now() - began) / 1000).toFixed(2),
        printable(failure ?? row!.status),
      ]);
    }
  } finally {
    interruption.release();
    await workers.close();
  }
  const left = jobs.slice(ended.length).map((job) => [printable(job), "-", "-", "-", "not begun"]);
  const gap = report.level === "quiet" ? "" : "\n";
  host.stdout.write(`${gap}${table([...ended, ...left], host)}`);
  if (left.length > 0) report.urge(`interrupted: ${plural(left.length, "job")} not begun`);
  if (left.length > 0) codes.push(EXIT.notConverged);
  return WORST_FIRST.find((code) => codes.includes(code)) ?? EXIT.ok;
}

const table = (rows: readonly (readonly string[])[], { stdout }: Host): string => {
  const paint = styled(stdout);
  return textTable(["job", "free energy (Ha)", "steps", "time (s)", "status"], rows, {
    left: [0, 4],
    head: (line) => paint("bold", line),
  });
};

/** Runs a job; how it failed, instead of an error. */
async function attempt(run: () => Promise<EndedJob>): Promise<EndedJob & { readonly failure?: string }> {
  try {
    return await run();
  } catch (error) {
    const { code, text } = failureOf(error);
    return { code, failure: text };
  }
}

/** Checks that each job has files of its own, and what can be asked of several jobs. */
function requireOwnFiles(declared: Options, { args: jobs, options, flag, host }: Call<Options>): void {
  requireInput(
    jobs.filter((job) => job === "-").length <= 1,
    () => "JOB: must be standard input once at most, got - twice",
  );
  requireInput(
    options.json === undefined,
    () => `--json: must stand with one job, got ${jobs.length}; --out ${PLACE}.result.json writes each`,
  );
  const named = fileOptions(declared, options);
  for (const [option, name] of named)
    requireInput(
      name.includes(PLACE),
      () =>
        `${flag(option)}: must hold ${PLACE}, the name of each, where there are several jobs, such as ${join(dirname(name), `${PLACE}.${basename(name)}`)}, got ${name}`,
    );
  const names = jobs.map(jobName);
  const twice = named.length === 0 ? undefined : names.find((name, i) => names.indexOf(name) < i);
  requireInput(
    twice === undefined,
    () => `JOB: must have names of their own where files are named after them, got ${twice} twice`,
  );
  const written = named
    .filter(([option]) => option !== "restart")
    .flatMap(([option, name]) =>
      jobs.map((job) => ({ option, file: resolve(host.cwd, ownName(name, job)) })),
    );
  const owners = new Map<string, string>(jobs.map((job) => [resolve(host.cwd, job), `the job ${job}`]));
  for (const { option, file } of written) {
    const owner = owners.get(file);
    requireInput(
      owner === undefined,
      () => `${flag(option)}: must be files that nothing else is, got ${file}, which is ${owner}`,
    );
    owners.set(file, `also a file of ${flag(option)}`);
  }
}

/** The name of a file of one job. */
const ownName = (name: string, job: string): string => name.replaceAll(PLACE, () => jobName(job));

/** Options that name files. */
const fileOptions = (declared: Options, options: Given<Options>): [option: string, name: string][] =>
  Object.entries(options).flatMap(([option, name]): [string, string][] =>
    typeof name === "string" && (declared[option]?.endings !== undefined || option === "restart")
      ? [[option, name]]
      : [],
  );

/** The options of one job: files of its name, and a state to go on with only if it is there. */
async function ownOptions(
  declared: Options,
  options: Given<Options>,
  job: string,
  { cwd }: Host,
  report: Reporter,
): Promise<Given<Options>> {
  const own = Object.fromEntries(
    fileOptions(declared, options).map(([option, name]) => [option, ownName(name, job)]),
  );
  const { restart, ...rest } = { ...options, ...own };
  if (typeof restart !== "string") return rest;
  if (await isFile(resolve(cwd, restart))) return { ...rest, restart };
  report.note(`${restart} is not there: from the beginning`);
  return rest;
}

/** One interruption for all jobs, also between them. */
function sharedInterruption(host: Host): {
  readonly host: Host;
  isAsked(): boolean;
  release(): void;
} {
  let isAsked = false;
  let running: { readonly ask: () => void; readonly leave: () => void } | undefined;
  const release = host.onInterrupt(
    () => {
      isAsked = true;
      running?.ask();
    },
    () => running?.leave(),
  );
  return {
    host: {
      ...host,
      get cwd() {
        return host.cwd;
      },
      onInterrupt(ask, leave) {
        running = { ask, leave };
        if (isAsked) ask();
        return () => {
          running = undefined;
        };
      },
    },
    isAsked: () => isAsked,
    release,
  };
}
