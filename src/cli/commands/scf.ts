import { word } from "../../common/options.ts";
import { certificateLines } from "../../io/certificate/certificate-file.ts";
import { resultText, writeResult } from "../../io/result-json.ts";
import { writeAtomically } from "../../io/whole-files.ts";
import { resolveStructure } from "../../job/prepare/structure.ts";
import { MIXINGS } from "../../job/schema/mixings.ts";
import { withMixing } from "../../job/schema/with-mixing.ts";
import type { AimedRunOptions } from "../../job/tasks/accuracy/aimed-task.ts";
import { settingsText } from "../../job/tasks/accuracy/rounds.ts";
import type { EnergyCertificate } from "../../job/tasks/scf/energy-bars/energy-bars.ts";
import type { GroundFields } from "../../job/tasks/scf/ground-fields.ts";
import { SCF_OPTIONS } from "../../job/tasks/scf/options.ts";
import type { ResultFile } from "../../job/tasks/scf/result.ts";
import { originOf } from "../../job/tasks/verify/origin.ts";
import { createKernels } from "../../kernels/backends.ts";
import { largestRate } from "../../kernels/work.ts";
import { planeCut } from "../../plot/free-plane.ts";
import { roundText } from "../output/accuracy.ts";
import { checkLine, failedChecks } from "../output/checks.ts";
import { details, rowStatus, verdict } from "../output/details.ts";
import { FIELD_OPTIONS, type FieldFile, fieldFiles } from "../output/field-files.ts";
import { drawGroundState, PICTURE_OPTIONS } from "../output/ground-pictures.ts";
import { output } from "../output/outputs.ts";
import { json } from "../output/print-result.ts";
import { headline, summary } from "../output/summary.ts";
import { jobCommand } from "../work/job-command.ts";

/** A result, and what was made of it while its orbitals were there. */
interface Solved {
  readonly result: ResultFile;
  readonly fields?: GroundFields;
  readonly files: readonly FieldFile[];
  /** What proves the interval of the energy, where there is one. */
  readonly certificate?: EnergyCertificate | undefined;
  /** Operations per second of a large product here, with `--verbose`. */
  readonly rate: number | undefined;
}

/** Tells whether an interval of the energy is asked for: its width and its proof ask for it too. */
const wantsBars = ({
  errorBars,
  barWidth,
  certificate,
}: {
  readonly errorBars?: boolean | undefined;
  readonly barWidth?: number | undefined;
  readonly certificate?: string | undefined;
}): boolean => errorBars === true || barWidth !== undefined || certificate !== undefined;

/** Finds the ground state of a job: table and summary, or JSON alone, to stdout. */
export const scf = jobCommand({
  detail: "the parts of every step, levels of every k-point and where the time went",
  iterates: true,
  options: {
    out: output("write the result file"),
    json: json("print the result file to stdout, and nothing else there"),
    mixing: word(MIXINGS, {
      help: "mixing instead of the job's, such as kerker or ldos (a wrong name lists all)",
      value: "NAME",
      isListed: false,
    }),
    ...SCF_OPTIONS,
    certificate: output("keep what proves the interval of --error-bars, for stillwave verify"),
    ...PICTURE_OPTIONS,
    ...FIELD_OPTIONS,
  },
  examples: [
    ["stillwave scf silicon", "a shipped job"],
    ["stillwave scf job.json --out result.json --plot scf.svg", "result file and picture of the convergence"],
    ["stillwave scf job.toml --mixing kerker --threads 2", "another mixing than the job's"],
    [
      "stillwave scf job.json --ecut 30 --kgrid 6,6,6 --set temperature=0.01",
      "other settings than the job's",
    ],
    [
      "stillwave scf job.json --accuracy 1meV/atom,0.01eV/A",
      "cutoff and k-grid chosen for these errors; exit code 3 if they are not reached",
    ],
    ["stillwave scf quartz.cif --accuracy 5meV/atom", "of a structure file, as new from makes its job"],
    [
      "stillwave scf job.json --errors",
      "energy, forces and stress with estimated errors and corrected values",
    ],
    [
      "stillwave scf job.json --error-bars --certificate energy.jsonl",
      "a proved interval of the energy (functional none), for stillwave verify",
    ],
    ["stillwave scf job.json --density rho.cube", "the density for VESTA and others"],
    ["stillwave scf job.json --check", "check the result; exit code 1 if a check fails"],
    ["stillwave scf job.json --json > result.json", "for another program"],
    [
      "stillwave scf *.json --out results/{job}.json --checkpoint {job}.checkpoint.json",
      "several jobs, each with files of its name",
    ],
    ["stillwave scf job.json --checkpoint job.checkpoint.json", "keep the state, for bands and dos as well"],
    ["stillwave scf job.json --restart job.checkpoint.json", "go on where Ctrl-C stopped"],
  ],
  headline: ({ job, source, options }) => headline(job, source.name, options.accuracy ?? job.accuracy),
  takesStructures: ({ accuracy }) => accuracy !== undefined,
  accuracyOf: ({ accuracy }) => accuracy,
  adapt: (job, { mixing }) => (mixing === undefined ? job : withMixing(job, mixing)),
  load: async () => (await import("../../job/tasks/accuracy/aimed-task.ts")).aimedTask,
  async solve(aimedTask, session, { run, count, show }, { options, job, report }): Promise<Solved> {
    const { slice } = options;
    if (slice !== undefined && !("across" in slice)) {
      const { lattice, atoms } = await resolveStructure(session.job, session.readText, session.platform);
      planeCut(lattice, atoms, slice); // refuses what cannot be drawn before it is computed
    }
    let made: Pick<Solved, "files" | "fields"> = { files: [] };
    let proof: EnergyCertificate | undefined;
    const onFields = async (fields: GroundFields) => {
      // Now, while the orbitals are there.
      made = { fields, files: await fieldFiles(options, fields, job) };
    };
    const onCheck = count("self-checks", "k-point");
    const onErrors: AimedRunOptions["onErrors"] = (stage, done, total) =>
      show(
        "errors",
        `errors: ${stage}, ${total === undefined ? `product ${done}` : `k-point ${done}/${total}`}`,
      );
    const { accuracy, check, plotErrors, barWidth, certificate } = options;
    /** Steps on the way to an accuracy are told in a line, those of the result in the table. */
    let onTheWay: string | undefined;
    const onStep: AimedRunOptions["onStep"] = (row) =>
      onTheWay === undefined
        ? run.onStep(row)
        : show("accuracy", `${onTheWay}: step ${row.step}, residual ${row.densityResidual.toExponential(1)}`);
    const errors = options.errors || plotErrors !== undefined;
    const asked: AimedRunOptions = {
      ...run,
      accuracy,
      onStep,
      onProgress: (progress) => {
        if (onTheWay === undefined) run.onProgress(progress);
      },
      onWarnings: (warnings) => {
        if (onTheWay === undefined) run.onWarnings(warnings);
      },
      onAim: (settings, purpose) => {
        onTheWay = purpose === "result" ? undefined : `${purpose}: ${settingsText(settings)}`;
      },
      onRound: (round) => {
        if (round.purpose !== "result") report.note(roundText(round));
      },
      onFields,
      check,
      errors,
      errorBars: wantsBars(options),
      barWidth,
      onCheck,
      onErrors,
      onErrorBars: count("error bars", "k-point"),
      ...(certificate === undefined
        ? {}
        : {
            onCertificate: (found) => {
              proof = found;
            },
          }),
    };
    const result = await aimedTask(session, asked);
    const rate =
      report.level === "verbose" ? largestRate(await createKernels(result.resources.backend)) : undefined;
    return { result, ...made, certificate: proof, rate };
  },
  row: ({ result }) => ({
    energy: result.energies.total,
    steps: result.iterations,
    status: rowStatus(result),
  }),
  isUnfinished: ({ result }) => result.status === "interrupted",
  // The result file first, because the rest can be made again from it.
  save: ({ result }, { options }, keep) => keep("result", options.out, (path) => writeResult(path, result)),
  tell: ({ result, rate }, { options, host }) => ({
    warnings: [
      ...result.warnings,
      ...(result.status === "interrupted" && options.ldos !== undefined
        ? [`--ldos: ${options.ldos} is not written, the run was interrupted`]
        : []),
    ],
    json: () => resultText(result),
    essential: () => `${verdict(result)}\n`,
    summary: () => summary(result, host.stdout),
    details: () => details(result, rate),
    failures: [
      ...(result.converged ? [] : [result.reason ?? result.status]),
      ...(result.accuracy?.status === "not-reached"
        ? [`accuracy ${result.accuracy.text} not reached: ${result.accuracy.reason}`]
        : []),
      ...(wantsBars(options) && result.converged && result.energyBounds === undefined
        ? ["no interval of the energy could be proved; the warning above says why"]
        : []),
    ],
    failedChecks: failedChecks(result).map(checkLine),
  }),
  async draw({ result, fields, files, certificate }, { options, report, title, job }, keep) {
    if (certificate !== undefined) {
      const { points, ...rest } = certificate;
      const isKept = await keep("certificate", options.certificate, (path) =>
        writeAtomically(path, certificateLines({ title, origin: originOf(job), ...rest }, points)),
      );
      if (isKept) report.note(`check it with stillwave verify ${options.certificate}`);
    }
    for (const { name, what, chunks } of files)
      await keep(what, name, (path) => writeAtomically(path, chunks()));
    await drawGroundState(options, { result, fields, title }, keep, report.note);
  },
});
