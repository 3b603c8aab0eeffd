import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { problemText } from "../bands/frozen-problem.ts";
import { parseKpoints } from "../bands/k-path.ts";
import { NotConvergedError, requireInput } from "../common/failure.ts";
import { aseBandsText } from "../io/ase-bands.ts";
import { bandsText, writeBands } from "../io/bands-json.ts";
import { certificateLines } from "../io/certificate-file.ts";
import { readTextFrom, requireWritable, writeAtomically } from "../io/node-files.ts";
import { requirePicture, writePicture as writeDrawing } from "../io/picture.ts";
import type { BandsRun, BandsOptions as RunBandsOptions } from "../job/run-bands.ts";
import { parseJob } from "../job/schema.ts";
import type { BackendName } from "../kernels/kernels.ts";
import { bandsSvg } from "../plot/bands.ts";
import { htmlPage } from "../plot/html-page.ts";
import {
  bandsSummary,
  enclosedGapText,
  errorBarText,
  gapText,
  levelTable,
  zeroLine,
  zeroText,
} from "./bands-summary.ts";
import { EXIT, type ExitCode, type Host } from "./host.ts";
import { loadJob } from "./job-source.ts";
import { liveTable } from "./live-table.ts";
import { progressLine } from "./progress-line.ts";
import { styled } from "./style.ts";
import { timeLeft } from "./time-left.ts";

/** Options of `stillwave bands` as they stand on the command line. */
export interface BandsOptions {
  readonly path?: string;
  readonly points?: string;
  readonly k?: string;
  readonly bands?: string;
  readonly errorBars?: boolean;
  readonly accuracy?: string;
  readonly out?: string;
  readonly plot?: string;
  readonly json?: boolean;
  readonly ase?: string;
  readonly saveProblem?: string;
  readonly certificate?: string;
  readonly threads?: string;
  readonly backend?: BackendName;
}

/** Band structure of a job: table and gap, or JSON alone, to stdout; everything else to stderr. */
export async function bandsCommand(jobName: string, options: BandsOptions, host: Host): Promise<ExitCode> {
  const chosen = checkOptions(options);
  const source = await loadJob(jobName, host);
  const job = parseJob(source.value); // before anything is loaded or touched
  const path = (name: string) => resolve(host.cwd, name);
  for (const [option, name] of [
    ["--out", options.out],
    ["--plot", options.plot],
    ["--ase", options.ase],
    ["--save-problem", options.saveProblem],
    ["--certificate", options.certificate],
  ] as const)
    if (name !== undefined) await requireWritable(option, path(name));
  for (const [option, name] of [
    ["--out", options.out],
    ["--plot", options.plot],
  ] as const)
    if (name?.endsWith(".png")) await requirePicture(option, path(name));
  const runBands = await host.engine.runBands();

  const say = (text: string) => host.stderr.write(`${text}\n`);
  const table = liveTable(host.stderr, host.stderr);
  const line = progressLine(host.stderr);
  const interruption = new AbortController();
  const release = host.onInterrupt(() => {
    line.clear();
    table.note("interrupted: stopping at the next safe point; press Ctrl-C again to quit at once");
    interruption.abort();
  });
  const progress = (what: string) => {
    const left = timeLeft();
    return (done: number, total: number) => {
      if (interruption.signal.aborted && done < total)
        throw new NotConvergedError(`interrupted after ${done} of ${total} k-points of the ${what}`);
      line.show(`${what}: k-point ${done}/${total}${left(done, total)}`);
    };
  };
  let run: BandsRun;
  try {
    run = await runBands(source.value, {
      ...chosen,
      signal: interruption.signal,
      readText: readTextFrom(source.folder),
      onProgress: table.progress,
      onStep: table.row,
      onBands: progress("bands"),
      onErrorBars: progress("error bars"),
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
  for (const [what, name] of [
    ["bands", options.out],
    ["plot", options.plot],
  ] as const)
    if (name !== undefined) {
      await writePicture(run, path(name), title, options.k !== undefined);
      say(`${what}: ${name}`);
    }
  if (options.ase !== undefined) {
    await writeAtomically(path(options.ase), [aseBandsText({ ...run.file, reciprocal: run.reciprocal })]);
    say(`bands for ASE: ${options.ase}`);
  }
  if (options.saveProblem !== undefined && run.problem !== undefined) {
    await writeAtomically(path(options.saveProblem), [problemText(run.problem)]);
    say(`problem: ${options.saveProblem}`);
  }
  if (options.certificate !== undefined && run.errorBars?.certificate !== undefined) {
    const { points, ...rest } = run.errorBars.certificate;
    await writeAtomically(path(options.certificate), certificateLines({ title, ...rest }, points));
    say(`certificate: ${options.certificate}; check it with stillwave verify ${options.certificate}`);
  }
  for (const warning of run.warnings) say(`${styled(host.stderr)("yellow", "warning:")} ${warning}`);
  host.stdout.write(options.json ? bandsText(run.file) : `${title}\n\n${bandsSummary(run, host.stdout)}`);
  const problems = shortcomings(run, chosen.accuracy);
  for (const problem of problems) say(`${styled(host.stderr)("red", "not converged:")} ${problem}`);
  return problems.length === 0 ? EXIT.ok : EXIT.notConverged;
}

/** What was asked for and not reached, in one line each. */
function shortcomings({ converged, residual, errorBars }: BandsRun, accuracy: number | undefined): string[] {
  const found: string[] = [];
  if (!converged) found.push(`the largest residual is ${residual.toExponential(1)} Ha; more bands may help`);
  const [failure] = errorBars?.failures ?? [];
  if (failure !== undefined)
    found.push(
      `no proof at ${errorBars!.failures.length} k-points, the first of them k = [${failure.k.join(", ")}]: ${failure.reason}; a higher ecut may help`,
    );
  if (errorBars !== undefined && accuracy !== undefined && errorBars.widest > accuracy)
    found.push(
      `the widest interval has ${errorBars.widest.toExponential(1)} Ha, ${
        errorBars.rounding > accuracy / 2
          ? `${errorBars.rounding.toExponential(1)} Ha of it by rounding: more is not to be had in double precision`
          : "a higher ecut may help"
      }`,
    );
  return found;
}

function checkOptions(options: BandsOptions): RunBandsOptions {
  const { path, points, k, bands, errorBars, accuracy, out, plot, threads, backend } = options;
  requireInput(
    out === undefined || /\.(svg|png|html|json)$/.test(out),
    () => `--out: must end in .svg, .png, .html or .json, got ${out}; the ending chooses what is written`,
  );
  requireInput(
    plot === undefined || /\.(svg|png|html)$/.test(plot),
    () => `--plot: must end in .svg, .png or .html, got ${plot}; the ending chooses what is written`,
  );
  requireInput(
    k === undefined || (path === undefined && points === undefined),
    () => "--k: must stand without --path and --points, got both; a list of k-points is no path",
  );
  return {
    threads:
      threads === undefined
        ? availableParallelism()
        : wholeNumber("--threads", threads, 1024, "leave it out to use the machine's"),
    ...(backend === undefined ? {} : { backend }),
    ...(path === undefined ? {} : { path }),
    ...(points === undefined ? {} : { points: wholeNumber("--points", points, 100_000, "60 is usual") }),
    ...(k === undefined ? {} : { kpoints: parseKpoints(k) }),
    ...(bands === undefined ? {} : { bands: wholeNumber("--bands", bands, 100_000, "8 is usual") }),
    saveProblem: options.saveProblem !== undefined,
    errorBars: errorBars === true || accuracy !== undefined || options.certificate !== undefined,
    certificate: options.certificate !== undefined,
    ...(accuracy === undefined ? {} : { accuracy: energy("--accuracy", accuracy) }),
  };
}

function energy(option: string, text: string): number {
  const value = Number(text.trim() === "" ? Number.NaN : text);
  requireInput(
    Number.isFinite(value) && value > 0,
    () => `${option}: must be a positive width in Ha, got ${text}; such as 1e-4`,
  );
  return value;
}

function wholeNumber(option: string, text: string, most: number, remedy: string): number {
  const value = Number(text);
  requireInput(
    Number.isInteger(value) && value >= 1 && value <= most,
    () => `${option}: must be a whole number from 1 to ${most}, got ${text}; ${remedy}`,
  );
  return value;
}

async function writePicture(run: BandsRun, path: string, title: string, isList: boolean): Promise<void> {
  if (path.endsWith(".json")) return writeBands(path, run.file);
  const zeroName = zeroText(run.zero);
  const { reciprocal } = run;
  const filled = run.zero.kind === "fermi-level" ? undefined : run.filled; // in a metal no band is full
  const subtitle = enclosedGapText(run) || undefined;
  const svg = await bandsSvg(run.file, { title, subtitle, reciprocal, zeroName, filled, isList });
  if (/\.(svg|png)$/.test(path)) return writeDrawing(path, svg);
  const notes = [
    gapText(run),
    enclosedGapText(run),
    errorBarText(run),
    `${zeroLine(run).replace("energies", "Energies")}.`,
  ];
  const table = levelTable(run, 24);
  return writeAtomically(path, [htmlPage({ title, svg, notes: notes.filter((note) => note !== ""), table })]);
}
