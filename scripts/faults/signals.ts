import { WATCHED } from "./commands.ts";
import { type Case, type Fault, faultsOfText, jsonOf, leftovers, once, run, type Size, stepsKept, stepsTold, unless, writeJob } from "./harness.ts"; // biome-ignore format: a list
import { HEAVY, PATIENT } from "./jobs.ts";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
type Signal = (typeof SIGNALS)[number];
const THIRD_STEP = /\n +3 +-/;

/** A signal ends a run after its step, with a result that says so and a state to go on with. */
const single = (signal: Signal, threads: number): Case => ({
  name: `${signal} once, ${threads} threads`,
  async run(folder) {
    writeJob(folder, PATIENT);
    const ended = await run(
      ["scf", "job.json", "--out", "result.json", "--threads", String(threads)],
      folder,
      { onText: once(THIRD_STEP, (child) => child.kill(signal)) },
    );
    const kept = (await stepsKept(folder, "result.checkpoint.json")) ?? 0;
    const result = jsonOf<{ status: string; iterations: number }>(folder, "result.json");
    const faults = [
      ...faultsOfText(ended),
      ...leftovers(folder),
      ...unless(
        [ended.code === 3, `exit code ${ended.code ?? ended.signal}, not 3`],
        [result?.status === "interrupted", `the result says ${result?.status}`],
        [result?.iterations === kept, `${kept} steps kept, ${result?.iterations} in the result`],
      ),
    ];
    return { faults, lost: Math.max(0, stepsTold(ended.out) - kept) };
  },
});

/** A second signal ends it at once, with the last whole step in a file. */
const twice = (signal: Signal, threads: number): Case => ({
  name: `${signal} twice, ${threads} threads`,
  async run(folder) {
    writeJob(folder, HEAVY);
    const [first, second] = [
      once(/\n +2 +-/, (child) => child.kill(signal)),
      once(/again to quit/, (child) => child.kill(signal)),
    ];
    const ended = await run(["scf", "job.json", "--threads", String(threads)], folder, {
      onText: (text, child) => {
        first(text, child);
        second(text, child);
      },
    });
    const found = await stepsKept(folder, "job.checkpoint.json");
    const kept = found ?? 0;
    // A step that is done between the two leaves nothing to be cut short.
    const isDocumented = ended.signal === signal || ended.code === 3;
    const faults = [
      ...faultsOfText(ended),
      ...leftovers(folder),
      ...unless(
        [isDocumented, `ended with ${ended.code ?? ended.signal}`],
        [found !== undefined, "the checkpoint is damaged"],
      ),
    ];
    return { faults, lost: Math.max(0, stepsTold(ended.out) - kept) };
  },
});

/** Other commands end at a signal as well, and the next run goes on. */
const ofCommand = (name: string, signal: Signal, threads: number): Case => ({
  name: `${signal} to ${name}, ${threads} threads`,
  async run(folder) {
    const { job, words, state, told, kept } = WATCHED.find((each) => each.name === name)!;
    writeJob(folder, job);
    const all = [...words, "--threads", String(threads)];
    let isSent = false;
    const ended = await run(all, folder, {
      onText: (text, child) => {
        if (!isSent && told(text) >= 2) isSent = child.kill(signal);
      },
    });
    const before = (await kept(folder)) ?? 0;
    const next = await run([...all, ...(before === 0 ? [] : ["--restart", state])], folder);
    const faults = [
      ...faultsOfText(ended),
      ...faultsOfText(next),
      ...leftovers(folder),
      ...unless(
        [ended.code === 3 || ended.code === 0 || ended.signal === signal, `ended with ${ended.code}`],
        [next.code === 0, `the next run ended with ${next.code}: ${next.err.slice(-300)}`],
      ),
    ];
    return { faults, lost: Math.max(0, told(ended.out + ended.err) - before) };
  },
});

/** SIGINT, SIGTERM, SIGHUP: once, twice, with and without workers. */
export const signals = ({ isShort }: Size): Fault[] => [
  {
    name: "signal once",
    how: "SIGINT, SIGTERM, SIGHUP at the third step of `scf`, 1 and 2 threads",
    cases: SIGNALS.flatMap((signal) => (isShort ? [2] : [1, 2]).map((n) => single(signal, n))),
  },
  {
    name: "signal twice",
    how: "the same again while it stops, 1 and 2 threads",
    cases: (isShort ? (["SIGTERM"] as const) : SIGNALS).flatMap((signal) =>
      (isShort ? [2] : [1, 2]).map((n) => twice(signal, n)),
    ),
  },
  ...(isShort
    ? []
    : [
        {
          name: "signal to other commands",
          how: "SIGTERM, SIGINT after the second step, run or geometry, 1 and 2 threads; then `--restart`",
          cases: ["bands", "dos", "dielectric", "compare", "relax"].flatMap(
            (name) =>
            ([["SIGTERM", 1], ["SIGINT", 2]] as const).map(([signal, n]) => ofCommand(name, signal, n)), // biome-ignore format: pairs
          ),
        },
      ]),
];
