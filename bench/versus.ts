import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { command } from "./harness/command.ts";
import { commit, machine } from "./harness/machine.ts";

const USAGE = `npx tsx bench/versus.ts JOB 'PEER COMMAND' [rounds]
Runs JOB with stillwave (built, one thread) and with another program in turn, and prints each run's time and the ratios.
PEER COMMAND is a program that takes the job file as its last argument and prints { "wallSeconds", "iterations",
"energies": { "total" } } as JSON. Example:
npx tsx bench/versus.ts examples/aluminium-slab-10.json 'python3 run-abinit.py'`;

interface Run {
  readonly seconds: number;
  readonly iterations: number;
  readonly total: number;
}

const parse = (text: string): Omit<Run, "seconds"> => {
  const { iterations, energies } = JSON.parse(text) as { iterations: number; energies: { total: number } };
  return { iterations, total: energies.total };
};

/** Whole process, start to end, for both: nothing is left out of either. */
function timed(program: string, args: readonly string[]): Run {
  const began = performance.now();
  const text = execFileSync(program, args, {
    encoding: "utf8",
    maxBuffer: 2 ** 30,
    stdio: ["ignore", "pipe", "ignore"],
    env: { ...process.env, OMP_NUM_THREADS: "1" },
  });
  return { seconds: (performance.now() - began) / 1000, ...parse(text) };
}

async function main(args: readonly string[]): Promise<void> {
  const [job, peer, rounds = "1"] = args;
  if (job === undefined || peer === undefined) {
    console.log(USAGE);
    process.exitCode = 2;
    return;
  }
  const cli = fileURLToPath(new URL("../dist/cli/bin/main.js", import.meta.url));
  const [program, ...words] = peer.split(/\s+/);
  const { cpu, node, load } = machine();
  console.log(`${cpu}, Node ${node}, load ${load}, commit ${commit().hash}`);
  console.log(`${job}: ${(JSON.parse(readFileSync(job, "utf8")) as { title?: string }).title ?? ""}`);
  const ratios: number[] = [];
  for (let round = 1; round <= Number(rounds); round++) {
    const ours = timed(process.execPath, [cli, "scf", job, "--json", "--threads", "1"]);
    const theirs = timed(program!, [...words, job]);
    for (const [name, run] of Object.entries({ stillwave: ours, peer: theirs }))
      console.log(
        `round ${round} ${name.padEnd(10)} ${run.seconds.toFixed(1).padStart(8)} s  ${String(run.iterations).padStart(4)} steps  ${run.total.toFixed(10)} Ha`,
      );
    ratios.push(ours.seconds / theirs.seconds);
    console.log(
      `round ${round} time ratio ${ratios.at(-1)!.toFixed(3)}, energy difference ${(ours.total - theirs.total).toExponential(1)} Ha`,
    );
  }
}

await command(() => main(process.argv.slice(2)));
