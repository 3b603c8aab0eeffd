import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crystalShape, isMetallic } from "../src/build/crystals.ts";
import { bulk, equationOfState, newJob, runScf } from "../src/index.ts";
import { command } from "./harness/command.ts";

const USAGE = `npx tsx bench/lattice-constants.ts [CRYSTAL …] [--functional lda|pbe] [--peer 'COMMAND' [--factor 1.5]]
Lattice constants where the energy is lowest, of crystals as \`stillwave new bulk\` makes them: five energies within
±4 % of the measured constant, Birch's equation of state; c/a of hexagonal crystals stays. COMMAND is another program that
takes a job file as its last argument and prints { "energies": { "total" } } as JSON; its jobs have a cutoff larger by
--factor, so that it says what the suggested cutoff costs.`;

const CRYSTALS = "Na Mg Ag Al C Si AlP AlAs AlSb PbTe NaCl Pb".split(" ");
const STRETCHES = [-0.04, -0.02, 0, 0.02, 0.04];
const BOHR = 0.529177210544;

type Energy = (job: object) => Promise<number> | number;

const ours: Energy = async (job) => {
  const result = await runScf(job);
  if (!result.converged) throw new Error("a run did not converge");
  return result.energies.total;
};

function peerOf(words: string, factor: number, folder: string): Energy {
  const [program = "", ...args] = words.split(/\s+/);
  return (job) => {
    const file = join(folder, "job.json");
    const { ecut } = job as { ecut: number };
    writeFileSync(file, JSON.stringify({ ...job, ecut: Math.round(factor * ecut) }));
    const text = execFileSync(program, [...args, file], {
      encoding: "utf8",
      maxBuffer: 2 ** 30,
      stdio: ["ignore", "pipe", "ignore"],
      env: { ...process.env, OMP_NUM_THREADS: "1" },
    });
    return (JSON.parse(text) as { energies: { total: number } }).energies.total;
  };
}

/** The length at which the energy is lowest; volumes go like its cube, as c/a stays. */
async function lowest(lengths: readonly number[], energies: readonly number[]): Promise<number> {
  const fit = await equationOfState(
    lengths.map((a) => a ** 3),
    energies,
  );
  if (fit === undefined) throw new Error("the energy has no minimum within ±4 % of the measured constant");
  return Math.cbrt(fit.volume);
}

async function main(args: readonly string[]): Promise<void> {
  const option = (flag: string): string | undefined =>
    args.includes(flag) ? args[args.indexOf(flag) + 1] : undefined;
  const names = args.filter((arg, i) => !arg.startsWith("--") && !args[i - 1]?.startsWith("--"));
  if (args.includes("--help")) return console.log(USAGE);
  const functional = option("--functional") === "pbe" ? "pbe" : "lda-pw92";
  const folder = mkdtempSync(join(tmpdir(), "stillwave-lattice-"));
  const programs: Energy[] = [ours];
  const words = option("--peer");
  if (words !== undefined) programs.push(peerOf(words, Number(option("--factor") ?? 1.5), folder));
  console.log(
    `| crystal | pseudopotentials | ecut (Ha) | k-grid | measured (Å) | a (Å) |${words ? " other program (Å) | difference |" : ""}`,
  );
  console.log(`|---|---|---|---|---|---|${words ? "---|---|" : ""}`);
  try {
    for (const name of names.length > 0 ? names : CRYSTALS) {
      const { crystal, a, c } = crystalShape(name);
      const isMetal = isMetallic(crystal, name);
      const settings = newJob(bulk(name), { isMetal, functional });
      const jobs = STRETCHES.map((stretch) => {
        const scale = 1 + stretch;
        const shape = { a: a * scale, ...(c === undefined ? {} : { c: c * scale }) };
        return { ...settings, structure: newJob(bulk(name, shape), { isMetal, functional }).structure };
      });
      const lengths = STRETCHES.map((stretch) => a * (1 + stretch) * BOHR);
      const found: number[] = [];
      for (const energy of programs) {
        const energies: number[] = [];
        for (const job of jobs) energies.push(await energy(job));
        found.push(await lowest(lengths, energies));
      }
      const { pseudopotentials, ecut, kgrid } = settings;
      const entries =
        typeof pseudopotentials === "string" ? pseudopotentials : Object.values(pseudopotentials!).join(" ");
      const [mine, theirs] = found;
      const peer =
        theirs === undefined
          ? ""
          : ` ${theirs.toFixed(4)} | ${((100 * (mine! - theirs)) / theirs).toFixed(2)} % |`;
      console.log(
        `| ${name}, ${crystal} | ${entries} | ${ecut} | ${(kgrid as number[]).join("×")} | ${(a * BOHR).toFixed(3)} | ${mine!.toFixed(4)} |${peer}`,
      );
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

await command(() => main(process.argv.slice(2)));
