import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { readCheckpoint } from "../../src/io/checkpoint.ts";
import { faultOfLine } from "../../test/fuzz/judge.ts";

/** What became of one try. */
export interface Outcome {
  /** Everything that should not have happened; empty where all was kept. */
  readonly faults: readonly string[];
  /** Finished steps, geometries, runs and results that are nowhere. */
  readonly lost: number;
}

/** One try of a fault. */
export interface Case {
  readonly name: string;
  /** @param folder empty and its own, removed afterwards. */
  run(folder: string): Promise<Outcome>;
}

/** A kind of fault, a row of the table. */
export interface Fault {
  readonly name: string;
  /** How it is injected, as the table says it. */
  readonly how: string;
  readonly cases: readonly Case[];
}

/** How much is tried. */
export interface Size {
  readonly isShort: boolean;
  readonly seed: number;
}

/** The end of a process. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
  /** That it had to be ended, or left others behind. */
  readonly faults: readonly string[];
  readonly seconds: number;
}

export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

export interface StartOptions {
  /** Of `bash`, in front of the command: `ulimit -n 24;`. */
  readonly before?: string;
  /** Of `bash`, behind it: `> /dev/full`. */
  readonly after?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Hears all that was written so far. */
  readonly onText?: (text: string, child: ChildProcess) => void;
}

const MAIN = resolve("dist/cli/bin/main.js");
/** A process that takes longer hangs [s]. */
const GUARD = 120;

/** Starts the built command line as a process group of its own. */
export function start(
  words: readonly string[],
  cwd: string,
  { before = "", after = "", env = {}, onText }: StartOptions = {},
): Started {
  const began = performance.now();
  const program = [process.execPath, MAIN, ...words];
  const [command, ...args] =
    before + after === "" ? program : ["bash", "-c", `${before} "$@" ${after}`, "bash", ...program];
  const child = spawn(command!, args, {
    cwd,
    detached: true,
    env: { ...process.env, NO_COLOR: "1", ...env },
  });
  const written = { out: "", err: "" };
  for (const [stream, name] of [[child.stdout, "out"], [child.stderr, "err"]] as const) // biome-ignore format: pairs
    stream.on("data", (chunk: Buffer) => {
      written[name] += chunk.toString();
      onText?.(written.out + written.err, child);
    });
  child.stdin.end();
  const ended = new Promise<Ended>((done) => {
    const faults: string[] = [];
    const guard = setTimeout(() => {
      faults.push(`no end within ${GUARD} s`);
      killGroup(child);
    }, 1000 * GUARD);
    child.on("close", (code, signal) => {
      clearTimeout(guard);
      if (killGroup(child)) faults.push("a process was left behind");
      done({ code, signal, ...written, faults, seconds: (performance.now() - began) / 1000 });
    });
  });
  return { child, ended };
}

/** Runs the built command line to its end. */
export const run = (words: readonly string[], cwd: string, options: StartOptions = {}): Promise<Ended> =>
  start(words, cwd, options).ended;

/** Ends all processes of a group. @returns whether there were any. */
function killGroup({ pid }: ChildProcess): boolean {
  try {
    process.kill(-pid!, "SIGKILL");
    return true;
  } catch {
    return false;
  }
}

/** Calls `then` once, when the text has the pattern for the first time. */
export function once(
  pattern: RegExp,
  then: (child: ChildProcess) => void,
): NonNullable<StartOptions["onText"]> {
  let isDone = false;
  return (text, child) => {
    if (isDone || !pattern.test(text)) return;
    isDone = true;
    then(child);
  };
}

/** What no run may write, whatever happens to it: traces of a stack, words of the engine. */
export function faultsOfText({ out, err, faults }: Ended): string[] {
  const trace = /\n +at .*[:(]\d+|Node\.js v\d+|Assertion failed/.exec(out + err)?.[0];
  const lines = err
    .split("\n")
    .filter((line) => /^(stillwave|warning|not converged):/.test(line))
    .map((line) => faultOfLine(line));
  return [
    ...faults,
    ...(trace === undefined ? [] : [`a trace of the stack: ${trace.trim()}`]),
    ...lines,
  ].filter((each) => each !== undefined);
}

/** What is wrong with a refusal: it is one line, after warnings of the job, and exit code 2 or the code asked for. */
export function faultsOfRefusal(ended: Ended, code = 2, pattern = /./): string[] {
  const lines = ended.err
    .trim()
    .split("\n")
    .filter((line) => !line.startsWith("warning: "));
  return [
    ...faultsOfText(ended),
    ...(ended.code === code ? [] : [`exit code ${ended.code ?? ended.signal}, not ${code}`]),
    ...(lines.length === 1 ? [] : [`${lines.length} lines: ${ended.err.slice(0, 300)}`]),
    ...(pattern.test(ended.err) ? [] : [`no word of ${pattern} in ${ended.err.slice(0, 300)}`]),
  ];
}

/** Says what does not hold. @param all pairs of what should, and whether it does. */
export const unless = (...all: readonly (readonly [holds: boolean, what: string])[]): string[] =>
  all.filter(([holds]) => !holds).map(([, what]) => what);

/** Temporary and lock files that a run left. */
export const leftovers = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => /\.(tmp|lock)$/.test(name))
    .map((name) => `${name} was left behind`);

/** The numbers of a JSON file; undefined where there is none, or none that is whole. */
export function jsonOf<T>(folder: string, name: string): T | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, name), "utf8")) as T;
  } catch {
    return undefined;
  }
}

/** Steps in a checkpoint: 0 where there is none, undefined where it is damaged. */
export async function stepsKept(folder: string, name: string): Promise<number | undefined> {
  if (!existsSync(join(folder, name))) return 0;
  const state = await readCheckpoint(join(folder, name)).catch(() => undefined);
  return (state as { history: unknown[] } | undefined)?.history.length;
}

/** Steps that a run has told of. */
export const stepsTold = (text: string): number => [...text.matchAll(/^ +\d+ +-\d+\.\d{10} /gm)].length;

export const writeJob = (folder: string, job: object, name = "job.json"): void =>
  writeFileSync(join(folder, name), JSON.stringify(job));

/** A row of the table. */
export interface Row {
  readonly name: string;
  readonly how: string;
  readonly tried: number;
  readonly kept: number;
  readonly lost: number;
}

/** Runs `task` on every item, several at a time. */
async function inLanes<T>(
  items: readonly T[],
  lanes: number,
  task: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      for (const item of queue) await task(item);
    }),
  );
}

/** Tries all cases of a fault and tells of those that lost something. */
export async function tried(
  { name, how, cases }: Fault,
  lanes: number,
  tell: (line: string) => void,
): Promise<Row> {
  let [kept, lost] = [0, 0];
  await inLanes(cases, lanes, async (each) => {
    const folder = mkdtempSync(join(tmpdir(), "stillwave-faults-"));
    try {
      const outcome = await each.run(folder);
      lost += outcome.lost;
      if (outcome.faults.length === 0 && outcome.lost === 0) kept++;
      else tell(`${name}, ${each.name}: lost ${outcome.lost}; ${outcome.faults.join("; ")}`);
    } catch (error) {
      tell(`${name}, ${each.name}: ${(error as Error).stack}`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
  return { name, how, tried: cases.length, kept, lost };
}
