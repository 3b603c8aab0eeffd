import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { InputError } from "../src/common/failure.ts";
import { command } from "./harness/command.ts";
import { commit, machine } from "./harness/machine.ts";

const USAGE = `npx tsx bench/versus.ts 'PEER COMMAND' JOB … [--rounds N]
Runs each JOB with stillwave (built, one thread) and with another program in turn, and prints a table: steps, applications
of H, processor seconds and largest memory of the whole processes, energies, ratios. PEER COMMAND is a program that takes
the job file as its last argument and prints { "iterations", "energies": { "total" } } or { "iterations", "total" } as JSON.
Needs python3, which measures children of both. Example:
npx tsx bench/versus.ts 'python3 run-abinit.py' bench/versus/*.json`;

interface Run {
  readonly iterations: number;
  readonly total: number;
  readonly applications?: number;
  /** Processor time of the process and its children [s]. */
  readonly seconds: number;
  readonly mebibytes: number;
}

/** Runs a command and prints what it used, then what it said. */
const MEASURE = `
import json, resource, subprocess, sys
said = subprocess.run(sys.argv[1:], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout.decode()
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps({"seconds": used.ru_utime + used.ru_stime, "mebibytes": used.ru_maxrss / 1024, "said": said}))
`;

interface Said {
  readonly iterations: number;
  readonly total?: number;
  readonly energies?: { readonly total: number };
  readonly history?: readonly { readonly hamiltonianApplications?: number }[];
}

/** Whole process, start to end, for both: nothing is left out of either. */
function measured(words: readonly string[]): Run {
  const { stdout, stderr, status } = spawnSync("python3", ["-c", MEASURE, ...words], {
    encoding: "utf8",
    maxBuffer: 2 ** 30,
    env: { ...process.env, OMP_NUM_THREADS: "1" },
  });
  if (status !== 0) throw new InputError(`${words.join(" ")}: failed: ${stderr.trim().split("\n").at(-1)}`);
  const { seconds, mebibytes, said } = JSON.parse(stdout) as Pick<Run, "seconds" | "mebibytes"> & {
    said: string;
  };
  const { iterations, total, energies, history } = JSON.parse(said) as Said;
  const each = history?.flatMap((row) => row.hamiltonianApplications ?? []) ?? [];
  return {
    seconds,
    mebibytes,
    iterations,
    total: energies?.total ?? total ?? Number.NaN,
    ...(each.length > 0 ? { applications: each.reduce((sum, x) => sum + x, 0) } : {}),
  };
}

async function main(args: readonly string[]): Promise<void> {
  const at = args.indexOf("--rounds");
  const rounds = at < 0 ? 1 : Number(args[at + 1]);
  const [peer, ...jobs] = at < 0 ? args : args.filter((_, i) => i !== at && i !== at + 1);
  if (peer === undefined || jobs.length === 0) {
    console.log(USAGE);
    process.exitCode = 2;
    return;
  }
  const cli = fileURLToPath(new URL("../dist/cli/bin/main.js", import.meta.url));
  const { cpu, node, load } = machine();
  console.log(`${cpu}, Node ${node}, load ${load}, commit ${commit().hash}\n`);
  console.log("| job | steps | H applied | time [s] | memory [MiB] | energy [Ha] | time ratio |");
  console.log("|---|---|---|---|---|---|---|");
  for (const job of jobs) {
    const title = (JSON.parse(readFileSync(job, "utf8")) as { title?: string }).title ?? basename(job);
    for (let round = 0; round < rounds; round++) {
      const ours = measured([process.execPath, cli, "scf", job, "--json", "--threads", "1"]);
      const theirs = measured([...peer.split(/\s+/), job]);
      const rows: [string, Run, string][] = [
        [title, ours, (ours.seconds / theirs.seconds).toFixed(2)],
        ["the other program", theirs, ""],
      ];
      for (const [name, run, ratio] of rows) {
        const { iterations, applications = "", seconds, mebibytes, total } = run;
        const cells = [iterations, applications, seconds.toFixed(2), mebibytes.toFixed(0), total.toFixed(9)];
        console.log(`| ${[name, ...cells, ratio].join(" | ")} |`);
      }
    }
  }
}

await command(() => main(process.argv.slice(2)));
