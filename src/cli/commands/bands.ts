import { resolve } from "node:path";
import { problemText } from "../../bands/frozen-problem.ts";
import { parseKpoints } from "../../bands/k-path.ts";
import { requireInput } from "../../common/failure.ts";
import { aseBandsText } from "../../io/ase-bands.ts";
import { bandsText, writeBands } from "../../io/bands-json.ts";
import { certificateLines } from "../../io/certificate-file.ts";
import { writeAtomically } from "../../io/whole-files.ts";
import { writePicture as writeDrawing } from "../../io/picture.ts";
import { parseJob } from "../../job/schema/schema.ts";
import type { BandsRun, BandsOptions as RunBandsOptions } from "../../job/tasks/bands/run-bands.ts";
import { bandsSvg } from "../../plot/bands.ts";
import { htmlPage } from "../../plot/drawing/html-page.ts";
import { EXIT, type ExitCode, type Host } from "../host.ts";
import {
  bandsSummary,
  enclosedGapText,
  errorBarText,
  essentialBands,
  gapText,
  levelTable,
  zeroLine,
  zeroText,
} from "../output/bands-summary.ts";
import { workDetails } from "../output/details.ts";
import { PICTURE, requireOutputs } from "../output/outputs.ts";
import { printResult } from "../output/print-result.ts";
import { type ComputingOptions, levelOf } from "../terminal/level.ts";
import { type Reporter, reporter } from "../terminal/reporter.ts";
import { type CheckpointOptions, checkpointKeeper } from "../work/checkpoint-keeper.ts";
import { loadJob } from "../work/job-source.ts";
import { work } from "../work/work.ts";

/** Options of `stillwave bands` as they stand on the command line. */
export interface BandsOptions extends CheckpointOptions, ComputingOptions {
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
}

/** Band structure of a job: table and gap, or JSON alone, to stdout; everything else to stderr. */
export async function bandsCommand(jobName: string, options: BandsOptions, host: Host): Promise<ExitCode> {
  const report = reporter(host.stderr, levelOf(options));
  const chosen = checkOptions(options);
  const source = await loadJob(jobName, host);
  const job = parseJob(source.value); // before anything is loaded or touched
  await requireOutputs(host, [
    { option: "--out", name: options.out, endings: [...PICTURE, ".html", ".json"] },
    { option: "--plot", name: options.plot, endings: [...PICTURE, ".html"] },
    { option: "--ase", name: options.ase },
    { option: "--save-problem", name: options.saveProblem },
    { option: "--certificate", name: options.certificate },
    { option: "--checkpoint", name: options.checkpoint },
  ]);
  const keeper = await checkpointKeeper(host, report, source.name, options);
  const runBands = await host.engine.runBands();
  const { run, phases, isInterrupted } = await work(
    { host, report, source, job, options, keeper, rows: host.stderr },
    async ({ run: common, signal, count, phases: soFar }) => ({
      run: await runBands(source.value, {
        ...common,
        ...chosen,
        onBands: count("bands", "k-point"),
        onErrorBars: count("error bars", "k-point"),
      }),
      phases: soFar(),
      isInterrupted: signal.aborted,
    }),
  );

  const title = job.title ?? source.name;
  await writeFiles(run, options, title, { host, report });
  report.warn(run.warnings);
  printResult(host, report, options.json, {
    json: () => bandsText(run.file),
    essential: () => essentialBands(run),
    summary: () => `${title}\n\n${bandsSummary(run, host.stdout)}`,
    details: () => workDetails(phases, run.file.resources),
  });
  const problems = shortcomings(run, chosen.accuracy, isInterrupted);
  for (const problem of problems) report.fail(problem);
  return problems.length === 0 ? EXIT.ok : EXIT.notConverged;
}

async function writeFiles(
  run: BandsRun,
  { out, plot, k, ase, saveProblem, certificate }: BandsOptions,
  title: string,
  { host, report }: { readonly host: Host; readonly report: Reporter },
): Promise<void> {
  const path = (name: string) => resolve(host.cwd, name);
  for (const [what, name] of [
    ["bands", out],
    ["plot", plot],
  ] as const)
    if (name !== undefined) {
      await writePicture(run, path(name), title, k !== undefined);
      report.note(`${what}: ${name}`);
    }
  if (ase !== undefined) {
    await writeAtomically(path(ase), [aseBandsText({ ...run.file, reciprocal: run.reciprocal })]);
    report.note(`bands for ASE: ${ase}`);
  }
  if (saveProblem !== undefined && run.problem !== undefined) {
    await writeAtomically(path(saveProblem), [problemText(run.problem)]);
    report.note(`problem: ${saveProblem}`);
  }
  if (certificate !== undefined && run.errorBars?.certificate !== undefined) {
    const { points, ...rest } = run.errorBars.certificate;
    await writeAtomically(path(certificate), certificateLines({ title, ...rest }, points));
    report.note(`certificate: ${certificate}; check it with stillwave verify ${certificate}`);
  }
}

/** What was asked for and not reached, in one line each. */
function shortcomings(
  { converged, residual, errorBars }: BandsRun,
  accuracy: number | undefined,
  isInterrupted: boolean,
): string[] {
  const found: string[] = [];
  if (!converged) found.push(`the largest residual is ${residual.toExponential(1)} Ha; more bands may help`);
  const [failure] = errorBars?.failures ?? [];
  if (failure !== undefined)
    found.push(
      `no proof at ${errorBars!.failures.length} k-points, the first of them k = [${failure.k.join(", ")}]: ${failure.reason}${
        isInterrupted ? "" : "; a higher ecut may help"
      }`,
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
  const { path, points, k, bands, errorBars, accuracy } = options;
  requireInput(
    k === undefined || (path === undefined && points === undefined),
    () => "--k: must stand without --path and --points, got both; a list of k-points is no path",
  );
  return {
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
