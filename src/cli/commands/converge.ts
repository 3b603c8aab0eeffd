import { text } from "../../common/options.ts";
import { plural } from "../../common/plural.ts";
import { BOHR_PER_ANGSTROM, GIGAPASCAL_PER_ATOMIC, MEV_PER_HARTREE } from "../../common/units.ts";
import { requireWritable } from "../../io/node-files.ts";
import { writePicture } from "../../io/picture.ts";
import { writeResult } from "../../io/result-json.ts";
import { openSession } from "../../job/prepare/session.ts";
import type { ConvergenceFile, Settings, SettingsRun } from "../../job/tasks/converge/converge-result.ts";
import { CONVERGE_OPTIONS } from "../../job/tasks/converge/options.ts";
import { settingsSvg } from "../../plot/settings.ts";
import { tellGrowing } from "../output/growing-file.ts";
import { output, PICTURE, PICTURE_WIDTH } from "../output/outputs.ts";
import { json } from "../output/print-result.ts";
import { textTable } from "../output/text-table.ts";
import { jobCommand } from "../work/job-command.ts";
import { readBefore } from "../work/job-source.ts";

/** Tests convergence with cutoff and k-grid: table to stdout, numbers to a file after every run. */
export const converge = jobCommand({
  detail: "the steps of every run and how long all took",
  options: {
    ...CONVERGE_OPTIONS,
    out: output("the numbers, written after every run (default NAME.converge.json)"),
    json: json("print the numbers to stdout, and nothing else there"),
    ...PICTURE_WIDTH,
    plot: output("draw the errors: .svg, .png or .pdf", PICTURE),
    restart: text({ help: "go on with a file of before: its runs are not made again", value: "FILE" }),
  },
  examples: [
    ["stillwave converge silicon --ecut 10,15,20,30 --kgrid 2,4,6", "which cutoff and k-grid silicon needs"],
    ["stillwave converge job.json --ecut 20,30,40 --accuracy 0.1meV --plot errors.svg", "the cutoff alone"],
    [
      "stillwave converge job.json --ecut 10,20,40 --errors",
      "beside them what each run estimates of its own error",
    ],
    ["stillwave converge job.json --kgrid 2x2x1,4x4x1,6x6x1", "k-grids of a slab"],
    ["stillwave converge job.json --kgrid 4,8,12 --restart job.converge.json", "go on where Ctrl-C stopped"],
  ],
  load: async () => (await import("../../job/tasks/converge/run-converge.ts")).convergeTask,
  alwaysWrites: true,
  async solve(convergeTask, session, { run: { onProgress, onStep, onWarnings, ...run }, show }, call) {
    const { options, report, path, host, source } = call;
    const out = options.out ?? `${source.name}.converge.json`;
    await requireWritable("--out", path(out));
    const scfTask = await host.engine(
      "scf",
      async () => (await import("../../job/tasks/scf/scf-task.ts")).scfTask,
    );
    let name = "run 1";
    const found = await convergeTask(session, {
      ...run,
      ecut: options.ecut,
      kgrid: options.kgrid,
      accuracy: options.accuracy,
      errors: options.errors,
      restart: await readBefore(options.restart, host),
      run: async (job, own) => scfTask(await openSession(job, own), own),
      onStep: (settings, row) => {
        if (report.level === "verbose") onStep(row);
        show(
          "runs",
          `${name}: ${settingsText(settings)}, step ${row.step}, residual ${row.densityResidual.toExponential(1)}`,
        );
      },
      onRun: async (file, planned) => {
        const { status, iterations, ...settings } = file.runs.at(-1)!;
        report.note(`${settingsText(settings)}: ${status} after ${plural(iterations, "step")}`);
        name = `run ${Math.min(file.runs.length + 1, planned)}/${planned}`;
        await writeResult(path(out), file).catch((error: Error) => report.warn([error.message]));
      },
    });
    return found;
  },
  save: (file, { options, source }, keep) =>
    keep("convergence", options.out ?? `${source.name}.converge.json`, (path) => writeResult(path, file)),
  tell: (file, { options, source }, phases) =>
    tellGrowing(file, phases, options.out ?? `${source.name}.converge.json`, {
      tables: () => table(file),
      verdict: () => verdict(file),
      missing: file.complete ? undefined : "the test is not complete",
    }),
  async draw({ runs, accuracy }, { options, title, report }, keep) {
    if (options.plot === undefined) return;
    const points = runs.flatMap(({ ecut, kgrid, error }) =>
      error === undefined ? [] : [{ ecut, kgrid, energyError: error.energy }],
    );
    if (points.filter(({ energyError }) => energyError > 0).length < 2)
      return report.note(`plot: not drawn, ${options.plot} would have no line in it`);
    await keep("plot", options.plot, async (path) =>
      writePicture(path, await settingsSvg(points, { title, accuracy, width: options.pictureWidth })),
    );
  },
});

const settingsText = ({ ecut, kgrid }: Settings): string => `ecut ${ecut} Ha, k-grid ${kgrid.join("x")}`;

const MEV_PER_ANGSTROM = MEV_PER_HARTREE * BOHR_PER_ANGSTROM;

/** One row for each run, by cutoff and k-grid; a dash where there is nothing to compare. */
function table({ runs }: ConvergenceFile): string {
  const columns: readonly (readonly [string, (run: SettingsRun) => string])[] = [
    ["ecut (Ha)", ({ ecut }) => `${ecut}`],
    ["k-grid", ({ kgrid }) => kgrid.join("x")],
    ["k-points", ({ kpoints }) => `${kpoints}`],
    ["waves", ({ planeWaves }) => `${planeWaves}`],
    ["energy (Ha/atom)", ({ energy }) => energy.toFixed(8)],
    ["error (meV/atom)", ({ error }) => digits(error && MEV_PER_HARTREE * error.energy)],
    ...(runs.some(({ estimate }) => estimate !== undefined) ? [ESTIMATE] : []),
    ["force (meV/A)", ({ error }) => digits(error && MEV_PER_ANGSTROM * error.force)],
    ["stress (GPa)", ({ error }) => digits(error && GIGAPASCAL_PER_ATOMIC * error.stress)],
    ["steps", ({ iterations, status }) => (status === "converged" ? `${iterations}` : status)],
    ["time (s)", ({ seconds }) => seconds.toFixed(1)],
  ];
  const size = ([a, b, c]: Settings["kgrid"]) => a * b * c;
  const rows = [...runs].sort((a, b) => a.ecut - b.ecut || size(a.kgrid) - size(b.kgrid));
  return textTable(
    columns.map(([title]) => title),
    rows.map((run) => columns.map(([, cell]) => cell(run))),
  );
}

/** What a run says of itself, beside what the finest says of it. */
const ESTIMATE = [
  "estimated (meV/atom)",
  ({ estimate }: SettingsRun) => digits(estimate && MEV_PER_HARTREE * estimate),
] as const;

/** Three digits at least. */
function digits(value: number | undefined): string {
  if (value === undefined) return "-";
  if (value < 1e-3) return value === 0 ? "0" : value.toExponential(1);
  return value < 999.5 ? value.toPrecision(3) : value.toFixed(0);
}

/** What follows from the table, in a line. */
function verdict({ cheapest, accuracy, ecuts, kgrids, complete, runs }: ConvergenceFile): string {
  const meV = Number((MEV_PER_HARTREE * accuracy).toPrecision(3));
  const finest: Settings = { ecut: ecuts.at(-1)!, kgrid: kgrids.at(-1)! };
  if (!complete) return "interrupted or not converged: nothing follows from the table yet";
  if (cheapest === undefined)
    return `no settings agree within ${meV} meV per atom with the finest, ${settingsText(finest)}: compare finer ones`;
  const { error } = runs.find((run) => settingsText(run) === settingsText(cheapest))!;
  return `cheapest within ${meV} meV per atom of the finest: ${settingsText(cheapest)} (${digits(MEV_PER_HARTREE * error!.energy)} meV)`;
}
