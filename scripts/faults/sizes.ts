import { readFileSync } from "node:fs";
import { type Case, type Fault, faultsOfText, type Size, start, unless, writeJob } from "./harness.ts";
import { TINY } from "./jobs.ts";

/** Calls that ask for far too much, or for what takes hours. */
const CALLS: readonly (readonly string[])[] = [
  ["scf", "silicon", "--kgrid", "1000,1000,1000"],
  ["scf", "silicon", "--ecut", "9000"],
  ["scf", "silicon", "--ecut", "1000"],
  ["scf", "silicon", "--errors", "--ecut", "600"],
  ["scf", "silicon", "--set", "bands=100000"],
  ["scf", "silicon", "--kgrid", "8,8000,8"],
  ["bands", "silicon", "--ecut", "1000"],
  ["bands", "silicon", "--points", "100000", "--bands", "100"],
  ["dos", "silicon", "--kgrid", "90,90,90", "--local"],
  ["dos", "silicon", "--kgrid", "100,100,100"],
  ["dos", "silicon", "--kgrid", "200,200,200"],
  ["dielectric", "silicon", "--ecut", "1000"],
  ["converge", "silicon", "--ecut", "10,9000"],
  ["compare", "silicon", "--sizes", "1,300"],
  ["estimate", "silicon", "--kgrid", "1000,1000,1000"],
  ["new", "slab", "Al", "--layers", "100000000", "--vacuum", "20", "--out", "slab.json"],
];

/** Processor time until an answer [s]: two, and half as much again where others use the machine. */
const SOON = 3;

/** Processor seconds of a process so far, as Linux counts them. */
const secondsOf = (pid: number): number => {
  const [user, system] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ").slice(11, 13);
  return (Number(user) + Number(system)) / 100;
};

/** An answer is a refusal, or how long it takes; then nothing is waited for. */
const asked = (words: readonly string[], tell: (line: string) => void): Case => ({
  name: words.join(" "),
  async run(folder) {
    writeJob(folder, TINY);
    let used: number | undefined;
    const answer = /^(stillwave|estimate): /m;
    const { ended } = start(words, folder, {
      onText: (text, child) => {
        if (used !== undefined || !answer.test(text)) return;
        used = secondsOf(child.pid!);
        child.kill("SIGKILL");
      },
    });
    const end = await ended;
    if (used !== undefined) tell(`${words.join(" ")}: answered after ${used.toFixed(1)} s of processor time`);
    return {
      faults: [
        ...faultsOfText(end),
        ...unless(
          [used !== undefined, `no answer: ${end.code ?? end.signal}, ${end.err.slice(-200)}`],
          [(used ?? 0) < SOON, `answered after ${used} s of processor time`],
        ),
      ],
      lost: 0,
    };
  },
});

/** What is far too much is refused, or foretold, before any work. */
export const sizes = ({ isShort }: Size): Fault[] => [
  {
    name: "absurd sizes",
    how: `calls for k-points, cutoffs, bands and cells that are far too many; answered within ${SOON} s of processor time, by a refusal or an estimate`,
    cases: CALLS.filter((_, i) => !isShort || i % 4 === 0).map((words) => asked(words, console.log)),
  },
];
