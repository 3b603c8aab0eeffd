import { readFileSync } from "node:fs";
import type { RunOptions } from "../../../src/job/prepare/prepare-scf.ts";
import { type MixingChoice, mixingSchema, preconditionerOf } from "../../../src/job/schema/mixings.ts";
import { ENERGY_ERROR, firstWithin } from "../../../src/job/tasks/compare/compare.ts";
import { runScf } from "../../../src/job/tasks/scf/run-scf.ts";
import type { BackendName } from "../../../src/kernels/kernels.ts";
import { ldos } from "../../../src/precond/ldos.ts";
import type { HistoryRow } from "../../../src/scf/state.ts";
import { type Condition, conditions } from "./condition.ts";

const USAGE = `npx tsx bench/systems/published/run.ts CASE [METHOD,…] [--ecut HA] [--kgrid A,B,C] [--fft A,B,C] [--condition] [--native] [--threads N]
Runs a case of the published table with the published structure, cutoff, grids, smearing and damping, and prints our steps,
highest and final energies beside the published ones. A lower --ecut or a smaller --kgrid gives the trend at less cost; with --ecut
the FFT grid is ours, unless --fft names one. --condition prints the condition numbers of P⁻¹ε† instead, all at one ground
state: a product with ε† costs about as much as three steps, and a method takes 11 to 15. --native: OpenBLAS. Threads: 2.`;

interface Method {
  readonly method: string;
  readonly mixing: MixingChoice;
  /** The optimal one, known to the authors from the converged answer. */
  readonly damping: number;
  /** Published: steps (null: more than 50), highest energy above the lowest [Ha], condition number. */
  readonly steps: number | null;
  readonly highest: number;
  readonly conditionNumber: number;
}

interface Config {
  readonly job: { readonly functional: string; readonly scf: object };
  readonly cases: Readonly<
    Record<
      string,
      {
        readonly kgrid: readonly number[];
        readonly fftSize: readonly number[];
        /** [Ha], where it is not that of `job`: insulators have none. */
        readonly temperature?: 0;
        readonly lowestEnergy: number;
        readonly methods: readonly Method[];
      }
    >
  >;
}

const folder = new URL("./", import.meta.url);
const structures = new URL("../../../test/fixtures/published/structures/", import.meta.url);
const config = JSON.parse(readFileSync(new URL("config.json", folder), "utf8")) as Config;

const option = (args: readonly string[], flag: string): string | undefined =>
  args.includes(flag) ? args[args.indexOf(flag) + 1] : undefined;

async function main(args: readonly string[]): Promise<void> {
  const [name = "", wanted = ""] = args;
  const chosen = config.cases[name];
  if (chosen === undefined) {
    console.log(`${USAGE}\nCASE is one of ${Object.keys(config.cases).join(", ")}`);
    process.exitCode = 2;
    return;
  }
  const [ecut, kgrid, fft] = [option(args, "--ecut"), option(args, "--kgrid"), option(args, "--fft")];
  const isReduced = ecut !== undefined;
  const backend: BackendName = args.includes("--native") ? "native" : "wasm";
  const options = {
    threads: Number(option(args, "--threads") ?? 2),
    backend,
    readText: async (path: string) => readFileSync(new URL(path, structures), "utf8"),
  } satisfies RunOptions;
  const jobOf = ({ mixing, damping }: Method) => ({
    ...config.job,
    structure: { file: `${name}.extxyz` },
    ...(chosen.temperature === 0 ? { temperature: 0, smearing: "none" } : {}),
    kgrid: kgrid?.split(",").map(Number) ?? chosen.kgrid,
    ...(isReduced ? { ecut: Number(ecut) } : { fftSize: chosen.fftSize }),
    ...(fft === undefined ? {} : { fftSize: fft.split(",").map(Number) }),
    scf: { ...config.job.scf, mixing, damping },
  });
  const methods = chosen.methods.filter(
    ({ mixing }) => wanted === "" || wanted.startsWith("--") || wanted.split(",").includes(mixing.name),
  );

  const where = `${name}, ${isReduced ? `ecut ${ecut} Ha, ` : ""}kgrid ${jobOf(methods[0]!).kgrid.join("×")}`;
  if (args.includes("--condition")) {
    console.log(`${where}: eigenvalues of P⁻¹ε† at the ground state`);
    await printConditions(
      jobOf({ ...methods[0]!, mixing: { name: "ldos" }, damping: 0.8 }),
      methods,
      options,
    );
    return;
  }

  const runs: { readonly method: Method; readonly history: readonly HistoryRow[] }[] = [];
  for (const method of methods) {
    const { history, status, resources } = await runScf(jobOf(method), {
      ...options,
      onStep: ({ step, energy, densityResidual }) =>
        process.stderr.write(
          `${method.mixing.name} ${step} ${energy.toFixed(11)} ${densityResidual.toExponential(1)}\n`,
        ),
    });
    process.stderr.write(`${method.mixing.name}: ${status}, ${resources.wallSeconds.toFixed(0)} s\n`);
    runs.push({ method, history });
  }
  const ourLowest = Math.min(...runs.flatMap(({ history }) => history.map(({ energy }) => energy)));
  console.log(
    `${where}: lowest energy ${ourLowest.toFixed(10)} Ha, published ${chosen.lowestEnergy.toFixed(10)}`,
  );
  console.log(`steps to ${ENERGY_ERROR} Ha; energies above the lowest in Ha`);
  console.log("| method | damping | steps | published | highest | published | final |");
  console.log("|---|---|---|---|---|---|---|");
  for (const { method, history } of runs)
    console.log(
      `| ${[
        method.method,
        method.damping,
        firstWithin(history, ourLowest) ?? `> ${history.length}`,
        method.steps ?? "> 50",
        (Math.max(...history.map(({ energy }) => energy)) - ourLowest).toPrecision(2),
        method.highest.toPrecision(2),
        (history.at(-1)!.energy - ourLowest).toExponential(0),
      ].join(" | ")} |`,
    );
}

/** Our `ldos` counts levels in a wider window than the authors', so theirs comes beside it. */
async function printConditions(
  job: unknown,
  methods: readonly Method[],
  options: RunOptions & { readonly threads: number; readonly backend: BackendName },
): Promise<void> {
  const asked = methods.flatMap(({ method, mixing, conditionNumber }) => [
    {
      method,
      conditionNumber,
      preconditioner: preconditionerOf(mixingSchema.parse(mixing)),
    },
    ...(mixing.name === "ldos"
      ? [{ method: "LDOS, states within 0.001 Ha", conditionNumber, preconditioner: ldos({ width: 0.001 }) }]
      : []),
  ]);
  const found: Condition[] = [];
  const products = conditions(
    job,
    asked.map(({ preconditioner }) => preconditioner),
    {
      ...options,
      onProduct: (preconditioner, { step, lambdaMin, lambdaMax }) =>
        process.stderr.write(`${preconditioner} ${step} ${lambdaMin.toFixed(4)} ${lambdaMax.toFixed(3)}\n`),
    },
  );
  console.log("| method | λmin | λmax | κ | published | products |\n|---|---|---|---|---|---|");
  for await (const condition of products) {
    const { method, conditionNumber } = asked[found.push(condition) - 1]!;
    const { smallest, largest, products: count, settled } = condition;
    console.log(
      `| ${method} | ${smallest.toFixed(4)} | ${largest.toFixed(3)} | ${(largest / smallest).toFixed(2)} | ${conditionNumber} | ${settled ? "" : "> "}${count} |`,
    );
  }
}

await main(process.argv.slice(2));
