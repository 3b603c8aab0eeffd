import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { NotConvergedError, requireInput } from "../common/failure.ts";
import { EV_PER_HARTREE } from "../common/units.ts";
import type { Vec3 } from "../common/vec3.ts";
import { readTextFrom, requireWritable } from "../io/node-files.ts";
import { requirePicture, writePicture } from "../io/picture.ts";
import { resultText, writeResult } from "../io/result-json.ts";
import type { DosFile } from "../job/dos-result.ts";
import type { DosOptions } from "../job/run-dos.ts";
import { parseJob } from "../job/schema.ts";
import type { BackendName } from "../kernels/kernels.ts";
import { dosSvg } from "../plot/dos.ts";
import { terminalPlot } from "../plot/terminal.ts";
import { EXIT, type ExitCode, type Host, type Output } from "./host.ts";
import { loadJob } from "./job-source.ts";
import { liveTable } from "./live-table.ts";
import { progressLine } from "./progress-line.ts";
import { threadCount } from "./scf.ts";
import { styled } from "./style.ts";

/** Options of `stillwave dos` as they stand on the command line. */
export interface DosCommandOptions {
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
  readonly threads?: string;
  readonly backend?: BackendName;
}

/** Density of states of a job: summary, or JSON alone, to stdout; everything else to stderr. */
export async function dosCommand(jobName: string, options: DosCommandOptions, host: Host): Promise<ExitCode> {
  const chosen = chosenOptions(options);
  const source = await loadJob(jobName, host);
  const job = parseJob(source.value); // before anything is loaded or touched
  const path = (name: string) => resolve(host.cwd, name);
  if (options.out !== undefined) await requireWritable("--out", path(options.out));
  if (options.plot !== undefined) await requirePicture("--plot", path(options.plot));
  const runDos = await host.engine.runDos();

  const say = (text: string) => host.stderr.write(`${text}\n`);
  const table = liveTable(host.stderr, host.stderr);
  const line = progressLine(host.stderr);
  const interruption = new AbortController();
  const release = host.onInterrupt(() => {
    line.clear();
    table.note("interrupted: stopping at the next safe point; press Ctrl-C again to quit at once");
    interruption.abort();
  });
  let dos: DosFile;
  try {
    dos = await runDos(source.value, {
      ...chosen,
      signal: interruption.signal,
      readText: readTextFrom(source.folder),
      onProgress: table.progress,
      onStep: table.row,
      onBands: (done, total) => {
        if (interruption.signal.aborted && done < total)
          throw new NotConvergedError(`interrupted after ${done} of ${total} k-points`);
        line.show(`levels: k-point ${done}/${total}`);
      },
    });
  } catch (error) {
    if (!(error instanceof NotConvergedError)) throw error;
    table.end();
    line.clear();
    say(`${styled(host.stderr)("red", "not converged:")} ${error.message}`);
    return EXIT.notConverged;
  } finally {
    release();
    table.end();
    line.clear();
  }

  const title = job.title ?? source.name;
  if (options.out !== undefined) {
    await writeResult(path(options.out), dos);
    say(`dos: ${options.out}`);
  }
  if (options.plot !== undefined) {
    await writePicture(path(options.plot), await dosSvg(dos, { title, zeroName: zeroName(dos) }));
    say(`plot: ${options.plot}`);
  }
  for (const warning of dos.warnings) say(`${styled(host.stderr)("yellow", "warning:")} ${warning}`);
  host.stdout.write(options.json ? resultText(dos) : `${title}\n\n${summary(dos, host.stdout)}`);
  return EXIT.ok;
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
  const at = Math.round(
    ((fermiLevel - energies[0]!) / (energies.at(-1)! - energies[0]!)) * (energies.length - 1),
  );
  const rows: [string, string][] = [
    [
      zeroName(dos).replace("the ", ""),
      `${fermiLevel.toFixed(8)} Ha = ${(fermiLevel * EV_PER_HARTREE).toFixed(6)} eV`,
    ],
    ["energies", `${eV(energies[0]!).toFixed(3)} to ${eV(energies.at(-1)!).toFixed(3)} eV from there`],
    ["complete", `below ${eV(completeBelow).toFixed(3)} eV; more --bands reach higher`],
    ...(at >= 0 && at < total.length
      ? [["states there", `${total[at]!.toFixed(4)} per eV and cell`] as [string, string]]
      : []),
    [
      "method",
      `${method}${method === "gaussian" ? ` of width ${width} Ha` : ""}, k-grid ${kgrid.join("x")}, ${kpoints} k-points`,
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
  const { kgrid, method, width, window, bands, points, local = false, threads, backend } = options;
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
    threads: threads === undefined ? availableParallelism() : threadCount(threads),
    local,
    ...(backend === undefined ? {} : { backend }),
    ...(method === undefined ? {} : { method }),
    ...(kgrid === undefined ? {} : { kgrid: numbers("--kgrid", kgrid, 3, "8,8,8") as unknown as Vec3 }),
    ...(width === undefined ? {} : { width: numbers("--width", width, 1, "0.005")[0]! }),
    ...(window === undefined ? {} : { window: [low! / EV_PER_HARTREE, high! / EV_PER_HARTREE] }),
    ...(bands === undefined ? {} : { bands: numbers("--bands", bands, 1, "12")[0]! }),
    ...(points === undefined ? {} : { points: numbers("--points", points, 1, "400")[0]! }),
  };
}
