import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { command } from "../harness/command.ts";
import { commit, machine } from "../harness/machine.ts";
import { structure } from "./aluminium-slab/structure.ts";

const USAGE = `npx tsx bench/systems/peers.ts 'NAME=COMMAND' … [--layers 4,8,10,16,20] [--ecut HA] [--kgrid A,B,C] [--rounds 3]
Steps and seconds of the aluminium slabs of aluminium-slab/config.json with stillwave (built; one thread, default mixing)
and with other programs in turn. COMMAND takes a job file as its last argument and prints { "iterations",
"wallSeconds" } as JSON: the seconds of the other program alone. Ours are those of the whole process. Of each the
shortest of the rounds is shown.`;

interface Run {
  /** null: not converged. */
  readonly iterations: number | null;
  readonly seconds: number;
}

const option = (args: readonly string[], flag: string, otherwise: string): string =>
  args.includes(flag) ? (args[args.indexOf(flag) + 1] ?? otherwise) : otherwise;

function json(program: string, args: readonly string[]): { iterations: number | null; wallSeconds: number } {
  const text = execFileSync(program, args, {
    encoding: "utf8",
    maxBuffer: 2 ** 30,
    stdio: ["ignore", "pipe", "ignore"],
    env: { ...process.env, OMP_NUM_THREADS: "1" },
  });
  return JSON.parse(text);
}

const cli = fileURLToPath(new URL("../../dist/cli/bin/main.js", import.meta.url));

function ours(job: string): Run {
  const began = performance.now();
  const { iterations } = json(process.execPath, [cli, "scf", job, "--json", "--threads", "1"]);
  return { iterations, seconds: (performance.now() - began) / 1000 };
}

function peer(words: string, job: string): Run {
  const [program = "", ...args] = words.split(/\s+/);
  const { iterations, wallSeconds } = json(program, [...args, job]);
  return { iterations, seconds: wallSeconds };
}

const cell = ({ iterations, seconds }: Run): string =>
  `${iterations === null ? "not converged" : `${iterations} steps`}, ${seconds.toFixed(2)} s`;

function main(args: readonly string[]): void {
  const peers = args
    .filter((arg) => /^[^-].*=/.test(arg))
    .map((arg) => [arg.slice(0, arg.indexOf("=")), arg.slice(arg.indexOf("=") + 1)] as const);
  if (peers.length === 0) {
    console.log(USAGE);
    process.exitCode = 2;
    return;
  }
  const { job } = JSON.parse(
    readFileSync(new URL("aluminium-slab/config.json", import.meta.url), "utf8"),
  ) as { readonly job: { readonly ecut: number; readonly kgrid: readonly number[] } };
  const ecut = Number(option(args, "--ecut", `${job.ecut}`));
  const kgrid = option(args, "--kgrid", job.kgrid.join()).split(",").map(Number);
  const programs = new Map<string, (file: string) => Run>([
    ["stillwave", ours],
    ...peers.map(([name, words]) => [name, (file: string) => peer(words, file)] as const),
  ]);

  const { cpu, node, load } = machine();
  console.log(`${cpu}, Node ${node}, load ${load.toFixed(1)}, commit ${commit().hash}`);
  console.log(`ecut ${ecut} Ha, kgrid ${kgrid.join("×")}\n`);
  console.log(`| layers | ${[...programs.keys()].join(" | ")} |\n|---${"|---".repeat(programs.size)}|`);
  const folder = mkdtempSync(join(tmpdir(), "stillwave-peers-"));
  try {
    for (const layers of option(args, "--layers", "4,8,10,16,20").split(",").map(Number)) {
      const file = join(folder, `${layers}.json`);
      writeFileSync(file, JSON.stringify({ ...job, ecut, kgrid, structure: structure(layers) }));
      const best = new Map<string, Run>();
      for (let round = Number(option(args, "--rounds", "3")); round > 0; round--)
        for (const [name, run] of programs) {
          const now = run(file);
          if (now.seconds < (best.get(name)?.seconds ?? Infinity)) best.set(name, now);
        }
      console.log(`| ${layers} | ${[...best.values()].map(cell).join(" | ")} |`);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

await command(() => main(process.argv.slice(2)));
