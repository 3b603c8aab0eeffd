import { Worker } from "node:worker_threads";
import { inputOf } from "./inputs.ts";
import type { Share } from "./worker.ts";

/** An input that was neither read nor refused in one clear line. */
export interface Finding {
  readonly index: number;
  readonly target: string;
  readonly name: string;
  readonly text: string;
  readonly fault: string;
}

export interface FuzzOptions {
  /** Inputs to try. */
  readonly runs: number;
  /** Of the random numbers. */
  readonly seed: number;
  /** Name of the one target that is tried. */
  readonly only?: string | undefined;
  readonly from?: number;
  readonly workers?: number;
  readonly onFinding?: (finding: Finding) => void;
}

/** One input may take so long [s], on a busy machine. */
const GUARD = 30;
/** [MB] */
const MEMORY = 1500;

/** Tries wrong inputs, each read as the commands read it, and returns what was neither accepted nor refused. */
export async function fuzz({
  runs,
  seed,
  only,
  from = 0,
  workers = 2,
  onFinding,
}: FuzzOptions): Promise<Finding[]> {
  const findings: Finding[] = [];
  const found = async (index: number, fault: string) => {
    const { target, name, text } = await inputOf(seed, index, only);
    const finding = { index, target: target.name, name, text, fault };
    findings.push(finding);
    onFinding?.(finding);
  };
  const to = from + runs;
  await Promise.all(
    Array.from({ length: workers }, async (_, w) => {
      for (let at = from + w; at < to; ) {
        const stopped = await share({ seed, from: at, to, stride: workers, only }, found);
        at = stopped + workers;
      }
    }),
  );
  return findings;
}

/** Runs one worker until its inputs are tried or one of them ends it, and returns the last that it tried. */
async function share(
  part: Omit<Share, "at">,
  found: (index: number, fault: string) => Promise<void>,
): Promise<number> {
  const at = new Int32Array(new SharedArrayBuffer(4));
  at[0] = part.from;
  const worker = new Worker(
    `import(${JSON.stringify(import.meta.resolve("tsx/esm/api"))}).then(({ register }) => { register(); return import(${JSON.stringify(new URL("./worker.ts", import.meta.url).href)}); })`,
    {
      eval: true,
      workerData: { ...part, at } satisfies Share,
      resourceLimits: { maxOldGenerationSizeMb: MEMORY },
    },
  );
  const told: Promise<void>[] = [];
  worker.on("message", ({ index, fault }: { index: number; fault: string }) =>
    told.push(found(index, fault)),
  );
  let [last, since] = [at[0], performance.now()];
  let why = "";
  const watch = setInterval(() => {
    const now = Atomics.load(at, 0);
    if (now !== last) [last, since] = [now, performance.now()];
    else if (performance.now() - since > 1000 * GUARD) {
      why = `no end within ${GUARD} s`;
      void worker.terminate();
    }
  }, 250);
  worker.on("error", (error: Error) => {
    why ||= `the thread ended: ${error.stack ?? error.message}`;
  });
  await new Promise((done) => worker.once("exit", done));
  clearInterval(watch);
  const index = Atomics.load(at, 0);
  if (index < part.to) told.push(found(index, why || "the thread ended without a word"));
  await Promise.all(told);
  return index;
}
