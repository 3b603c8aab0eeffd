import { problemText } from "../../bands/frozen-problem.ts";
import { BANDS_OPTIONS } from "../../ground/bands-options.ts";
import { aboveText } from "../../interval/decimal.ts";
import { aseBandsText } from "../../io/ase-bands.ts";
import { certificateLines } from "../../io/certificate/certificate-file.ts";
import { writePicture as writeDrawing } from "../../io/picture.ts";
import { bandsText, writeBands } from "../../io/result-json.ts";
import { writeAtomically } from "../../io/whole-files.ts";
import type { BandsRun } from "../../job/tasks/bands/run-bands.ts";
import { originOf } from "../../job/tasks/verify/origin.ts";
import { bandsSvg } from "../../plot/bands.ts";
import { htmlPage } from "../../plot/drawing/html-page.ts";
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
import { placeText } from "../output/certificate-summary.ts";
import { workDetails } from "../output/details.ts";
import { output, PICTURE, PICTURE_WIDTH } from "../output/outputs.ts";
import { json } from "../output/print-result.ts";
import { type JobCall, jobCommand, type Keep } from "../work/job-command.ts";

const { path, points, kpoints, bands: count, errors, errorBars, accuracy } = BANDS_OPTIONS;
const OPTIONS = {
  path,
  points,
  kpoints,
  bands: count,
  errors,
  errorBars,
  accuracy,
  ...PICTURE_WIDTH,
  out: output("write a picture or the numbers: .svg, .png, .pdf, .html or .json", [
    ...PICTURE,
    ".html",
    ".json",
  ]),
  plot: output("draw it, beside what --out writes: .svg, .png, .pdf or .html", [...PICTURE, ".html"]),
  json: json("print the numbers to stdout, and nothing else there"),
  certificate: output("keep what proves the intervals, for stillwave verify"),
  ase: output("write the bands as JSON that ASE reads"),
  saveProblem: output('keep the potential for { "hamiltonian": { "frozen": FILE } }'),
};

/** Band structure of a job: table and gap, or JSON alone, to stdout; everything else to stderr. */
export const bands = jobCommand({
  detail: "how long each phase took and the memory",
  iterates: true,
  options: OPTIONS,
  examples: [
    ["stillwave bands silicon --out bands.svg", "along the usual path of the lattice"],
    ["stillwave bands silicon --path GXWKGL --points 100", "along another path"],
    ["stillwave bands cohen-bergstresser --error-bars --out bars.svg", "with proved intervals"],
    [
      "stillwave bands job.json --errors",
      "with estimated errors by basis and SCF, metals and magnets as well",
    ],
    ['stillwave bands silicon --k "0,0,0;0.5,0,0.5"', "at two k-points"],
    ["stillwave bands silicon --ase bands.json", "for ASE's BandStructure.read"],
    [
      "stillwave bands job.json --restart job.checkpoint.json",
      "with the ground state that scf --checkpoint kept",
    ],
  ],
  load: async () => (await import("../../job/tasks/bands/run-bands.ts")).bandsTask,
  solve(bandsTask, session, { run: common, count: counted }, { options }): Promise<BandsRun> {
    const { path, points, kpoints, bands, errors, errorBars, accuracy, certificate, saveProblem } = options;
    return bandsTask(session, {
      ...common,
      path,
      points,
      kpoints,
      bands,
      accuracy,
      errors,
      errorBars: errorBars === true || accuracy !== undefined || certificate !== undefined,
      certificate: certificate !== undefined,
      saveProblem: saveProblem !== undefined,
      onBands: counted("bands", "k-point"),
      onErrorBars: counted("error bars", "k-point"),
    });
  },
  save: writeFiles,
  tell: (run, { host, title }, phases) => ({
    warnings: run.warnings,
    json: () => bandsText(run.file),
    essential: () => essentialBands(run),
    summary: () => `${title}\n\n${bandsSummary(run, host.stdout)}`,
    details: () => workDetails(phases, run.file.resources),
    failures: shortcomings(run),
  }),
});

async function writeFiles(
  run: BandsRun,
  { options, title, report }: JobCall<typeof OPTIONS>,
  keep: Keep,
): Promise<void> {
  const { out, plot, ase, saveProblem, certificate } = options;
  for (const [what, name] of [
    ["bands", out],
    ["plot", plot],
  ] as const)
    await keep(what, name, (path) => writePicture(run, path, title, options));
  await keep("bands for ASE", ase, (path) =>
    writeAtomically(path, [aseBandsText({ ...run.file, reciprocal: run.reciprocal })]),
  );
  const { problem } = run;
  if (problem !== undefined)
    await keep("problem", saveProblem, (path) => writeAtomically(path, [problemText(problem)]));
  const proof = run.errorBars?.certificate;
  if (proof === undefined) return;
  const { points, ...rest } = proof;
  const origin = originOf(run.file.job);
  const isKept = await keep("certificate", certificate, (path) =>
    writeAtomically(path, certificateLines({ title, origin, ...rest }, points)),
  );
  if (isKept) report.note(`check it with stillwave verify ${certificate}`);
}

/** What was asked for and not reached, in one line each. */
function shortcomings({ converged, residual, errorBars }: BandsRun): string[] {
  const found: string[] = [];
  if (!converged) found.push(`the largest residual is ${residual.toExponential(1)} Ha; more bands may help`);
  const [failure] = errorBars?.failures ?? [];
  if (failure !== undefined)
    found.push(
      `no proof at ${errorBars!.failures.length} k-points, the first of them ${placeText(failure)}: ${failure.reason}${failure.remedy === undefined ? "" : `; ${failure.remedy}`}`,
    );
  if (errorBars !== undefined && errorBars.widest > errorBars.accuracy)
    found.push(
      `the widest interval has ${aboveText(errorBars.widest)} Ha, more than ${errorBars.accuracy}: ${
        errorBars.rounding > errorBars.accuracy / 2
          ? `${errorBars.rounding.toExponential(1)} Ha of it by rounding; less is not to be had in double precision`
          : "a higher ecut may help"
      }`,
    );
  return found;
}

async function writePicture(
  run: BandsRun,
  path: string,
  title: string,
  { kpoints, pictureWidth: width }: JobCall<typeof OPTIONS>["options"],
): Promise<void> {
  if (path.endsWith(".json")) return writeBands(path, run.file);
  const zeroName = zeroText(run.zero);
  const { reciprocal } = run;
  const isList = kpoints !== undefined;
  // In a metal no band is full.
  const filled = run.zero.kind === "fermi-level" ? undefined : run.filled;
  const subtitle = enclosedGapText(run) || undefined;
  const svg = await bandsSvg(run.file, { title, subtitle, reciprocal, zeroName, filled, isList, width });
  if (/\.(svg|png|pdf)$/.test(path)) return writeDrawing(path, svg);
  const notes = [
    gapText(run),
    enclosedGapText(run),
    errorBarText(run),
    `${zeroLine(run).replace("energies", "Energies")}.`,
  ];
  const table = levelTable(run, 24);
  return writeAtomically(path, [htmlPage({ title, svg, notes: notes.filter((note) => note !== ""), table })]);
}
