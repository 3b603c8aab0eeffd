import { resolve } from "node:path";
import { requireInput } from "../../common/failure.ts";
import { EV_PER_HARTREE } from "../../common/units.ts";
import type { Vec3 } from "../../common/vec3.ts";
import { writePicture } from "../../io/picture.ts";
import { resultText, writeResult } from "../../io/result-json.ts";
import { parseJob } from "../../job/schema/schema.ts";
import type { DosFile } from "../../job/tasks/dos/dos-result.ts";
import type { DosOptions } from "../../job/tasks/dos/run-dos.ts";
import { dosSvg } from "../../plot/dos.ts";
import { terminalPlot } from "../../plot/drawing/terminal.ts";
import { EXIT, type ExitCode, type Host, type Output } from "../host.ts";
import { workDetails } from "../output/details.ts";
import { PICTURE, requireOutputs } from "../output/outputs.ts";
import { printResult } from "../output/print-result.ts";
import { type ComputingOptions, levelOf } from "../terminal/level.ts";
import { reporter } from "../terminal/reporter.ts";
import { type CheckpointOptions, checkpointKeeper } from "../work/checkpoint-keeper.ts";
import { loadJob } from "../work/job-source.ts";
import { work } from "../work/work.ts";

/** Options of `stillwave dos` as they stand on the command line. */
export interface DosCommandOptions extends CheckpointOptions, ComputingOptions {
  readonly kgrid?: string;
  readonly method?: DosFile["method"];
  readonly width?: string;
  readonly window?: string;
  readonly bands?: string;
  readonly points?: string;
  readonly local?: boolean;
  readonly out?: string;
  readonly json?: boolean;
  readonly plot?: string;
}

/** Density of states of a job: summary, or JSON alone, to stdout; everything else to stderr. */
export async function dosCommand(jobName: string, options: DosCommandOptions, host: Host): Promise<ExitCode> {
  const report = reporter(host.stderr, levelOf(options));
  const chosen = chosenOptions(options);
  const source = await loadJob(jobName, host);
  const job = parseJob(source.value); // before anything is loaded or touched
  await requireOutputs(host, [
    { option: "--out", name: options.out },
    { option: "--plot", name: options.plot, endings: PICTURE },
    { option: "--checkpoint", name: options.checkpoint },
  ]);
  const keeper = await checkpointKeeper(host, report, source.name, options);
  const runDos = await host.engine.runDos();
  const { dos, phases } = await work(
    { host, report, source, job, options, keeper, rows: host.stderr },
    async ({ run, count, phases: soFar }) => ({
      dos: await runDos(source.value, {
        ...run,
        ...chosen,
        onBands: count("levels", "k-point"),
        onLocal: count("local density of states", "energy"),
      }),
      phases: soFar(),
    }),
  );

  const title = job.title ?? source.name;
  const path = (name: string) => resolve(host.cwd, name);
  if (options.out !== undefined) {
    await writeResult(path(options.out), dos);
    report.note(`dos: ${options.out}`);
  }
  if (options.plot !== undefined) {
    await writePicture(path(options.plot), await dosSvg(dos, { title, zeroName: zeroName(dos) }));
    report.note(`plot: ${options.plot}`);
  }
  report.warn(dos.warnings);
  printResult(host, report, options.json, {
    json: () => resultText(dos),
    essential: () => essential(dos),
    summary: () => `${title}\n\n${summary(dos, host.stdout)}`,
    details: () => workDetails(phases, dos.resources),
  });
  return EXIT.ok;
}

/** All that `--quiet` leaves. */
function essential(dos: DosFile): string {
  const states = statesAtFermiLevel(dos);
  const there = states === undefined ? "" : `, ${states.toFixed(4)} states per eV and cell there`;
  return `${zeroName(dos).replace("the ", "")} ${dos.fermiLevel.toFixed(8)} Ha${there}\n`;
}

/** [1/eV], both spins; undefined where the window ends before. */
function statesAtFermiLevel({ fermiLevel, energies, spins }: DosFile): number | undefined {
  const [first, last] = [energies[0]!, energies.at(-1)!];
  const at = Math.round(((fermiLevel - first) / (last - first)) * (energies.length - 1));
  if (!(at >= 0 && at < energies.length)) return undefined;
  return spins.reduce((sum, { density }) => sum + density[at]!, 0) / EV_PER_HARTREE;
}

const zeroName = ({ job }: DosFile): string =>
  job.temperature > 0 ? "the Fermi level" : "the highest filled level";

/** What a person wants to know: where levels are, how many states there are at the Fermi level. */
function summary(dos: DosFile, out: Output): string {
  const { fermiLevel, energies, spins, completeBelow, kgrid, kpoints, method, width, resources } = dos;
  const eV = (energy: number) => (energy - fermiLevel) * EV_PER_HARTREE;
  const total = energies.map(
    (_, i) => spins.reduce((sum, { density }) => sum + density[i]!, 0) / EV_PER_HARTREE,
  );
  const there = statesAtFermiLevel(dos);
  const rows: [string, string][] = [
    [
      zeroName(dos).replace("the ", ""),
      `${fermiLevel.toFixed(8)} Ha = ${(fermiLevel * EV_PER_HARTREE).toFixed(6)} eV`,
    ],
    ["energies", `${eV(energies[0]!).toFixed(3)} to ${eV(energies.at(-1)!).toFixed(3)} eV from there`],
    ["complete", `below ${eV(completeBelow).toFixed(3)} eV; more --bands reach higher`],
    ...(there === undefined
      ? []
      : [["states there", `${there.toFixed(4)} per eV and cell`] as [string, string]]),
    [
      "method",
      `${method}${method === "gaussian" ? ` of width ${width} Ha` : ""}, ${kgrid === undefined ? "the job's list" : `k-grid ${kgrid.join("x")}`}, ${kpoints} k-points`,
    ],
    ["took", `${resources.wallSeconds.toFixed(1)} s`],
  ];
  const pad = Math.max(...rows.map(([name]) => name.length)) + 2;
  const picture = out.isTerminal
    ? terminalPlot({
        points: energies.map((energy, i) => ({ x: Number(eV(energy).toFixed(2)), y: total[i]! })),
        xLabel: "energy (eV)",
        yLabel: "states per eV and cell",
      })
    : "";
  return `${[rows.map(([name, text]) => name.padEnd(pad) + text).join("\n"), picture].filter((block) => block !== "").join("\n\n")}\n`;
}

function chosenOptions(options: DosCommandOptions): DosOptions {
  const { kgrid, method, width, window, bands, points, local = false } = options;
  const numbers = (option: string, text: string, count: number, example: string): number[] => {
    const found = text.split(",").map((word) => (word.trim() === "" ? Number.NaN : Number(word)));
    requireInput(
      found.length === count && found.every(Number.isFinite),
      () =>
        `${option}: must be ${count === 1 ? "a number" : `${count} numbers`}, got ${text}; such as ${example}`,
    );
    return found;
  };
  const [low, high] = window === undefined ? [] : numbers("--window", window, 2, "-10,5");
  return {
    local,
    ...(method === undefined ? {} : { method }),
    ...(kgrid === undefined ? {} : { kgrid: numbers("--kgrid", kgrid, 3, "8,8,8") as unknown as Vec3 }),
    ...(width === undefined ? {} : { width: numbers("--width", width, 1, "0.005")[0]! }),
    ...(window === undefined ? {} : { window: [low! / EV_PER_HARTREE, high! / EV_PER_HARTREE] }),
    ...(bands === undefined ? {} : { bands: numbers("--bands", bands, 1, "12")[0]! }),
    ...(points === undefined ? {} : { points: numbers("--points", points, 1, "400")[0]! }),
  };
}
