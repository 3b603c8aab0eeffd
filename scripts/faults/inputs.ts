import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Finding, fuzz } from "../../test/fuzz/fuzz.ts";
import { inputOf } from "../../test/fuzz/inputs.ts";
import { type Case, type Fault, faultsOfRefusal, faultsOfText, type Row, run, type Size, unless } from "./harness.ts"; // biome-ignore format: a list
import { TINY } from "./jobs.ts";

/** How the command line reads each kind of input; others are read by a job that names them. */
const COMMANDS: Readonly<Record<string, (file: string) => readonly string[]>> = {
  job: (file) => ["estimate", file],
  "job-toml": (file) => ["estimate", file],
  run: (file) => ["estimate", file],
  checkpoint: (file) => ["scf", "tiny.json", "--restart", file, "--threads", "1"],
  "checkpoint-forged": (file) => ["scf", "tiny.json", "--restart", file, "--threads", "1"],
  certificate: (file) => ["verify", file, "--threads", "1"],
  upf: (file) => ["estimate", "potential.json", "--set", `pseudopotentials.Si=${file}`],
  psp8: (file) => ["estimate", "potential.json", "--set", `pseudopotentials.Si=${file}`],
  gth: (file) => ["estimate", "potential.json", "--set", `pseudopotentials.Si=${file}`],
  problem: (file) => [
    "bands",
    "tiny.json",
    "--set",
    `hamiltonian.frozen=${file}`,
    "--k",
    "0,0,0",
    "--threads",
    "1",
  ],
};
const convert = (file: string): readonly string[] => ["convert", file, "out.extxyz"];

const spoiled = (seed: number, index: number): Case => ({
  name: `input ${index} of seed ${seed}`,
  async run(folder) {
    const { target, name, text } = await inputOf(seed, index);
    writeFileSync(join(folder, name), text, target.name.startsWith("checkpoint") ? "latin1" : "utf8");
    writeFileSync(join(folder, "tiny.json"), JSON.stringify({ ...TINY, ecut: 2, kgrid: [1, 1, 1], scf: { maxIterations: 3 } })); // biome-ignore format: a job
    writeFileSync(
      join(folder, "potential.json"),
      JSON.stringify({ ...TINY, pseudopotentials: { Si: "gth-lda" } }),
    );
    const ended = await run((COMMANDS[target.name] ?? convert)(name), folder);
    // 3 of a job that does not converge; 1 of a certificate that proves less than it claims.
    const codes = target.name === "certificate" ? [0, 1] : [0, 3];
    const faults =
      ended.code === 2
        ? faultsOfRefusal({ ...ended, err: ended.err.replace(/^warning: .*\n/gm, "") })
        : [
            ...faultsOfText(ended),
            ...unless([
              codes.includes(ended.code!),
              `exit code ${ended.code ?? ended.signal}: ${ended.err.slice(-300)}`,
            ]),
          ];
    return { faults: faults.map((fault) => `${target.name} ${name}: ${fault}`), lost: 0 };
  },
});

/** Wrong inputs given to the command line. */
export const inputs = ({ isShort, seed }: Size): Fault[] => [
  {
    name: "wrong input to the command line",
    how: "files changed in one to three places, read by `estimate`, `convert`, `scf`, `bands`, `verify`",
    cases: Array.from({ length: isShort ? 6 : 400 }, (_, i) => spoiled(seed + 5, 7 * i)),
  },
];

/** The same kinds of inputs given to the library by the thousand, as `npm run fuzz` does. */
export async function fuzzed({ isShort, seed }: Size, tell: (line: string) => void): Promise<Row> {
  const runs = isShort ? 300 : 20000;
  const onFinding = ({ target, index, fault }: Finding) => tell(`${target} ${index}: ${fault.slice(0, 300)}`);
  const { length } = await fuzz({ runs, seed, onFinding });
  return {
    name: "wrong input to the library",
    how: "job files, structures, potentials, checkpoints, problems, certificates: `npm run fuzz`",
    tried: runs,
    kept: runs - length,
    lost: 0,
  };
}
