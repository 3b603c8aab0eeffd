import { word } from "../../common/options.ts";
import { DIELECTRIC_ANALYSIS_OPTIONS } from "../../ground/dielectric-options.ts";
import { writePicture } from "../../io/picture.ts";
import { resultText, writeResult } from "../../io/result-json.ts";
import { MIXINGS } from "../../job/schema/mixings.ts";
import { withMixing } from "../../job/schema/with-mixing.ts";
import type { DielectricFile } from "../../job/tasks/dielectric/dielectric-result.ts";
import { modesSvg } from "../../plot/modes.ts";
import { workDetails } from "../output/details.ts";
import { dielectricDetails, dielectricSummary, essentialDielectric } from "../output/dielectric-summary.ts";
import { output, PICTURE, PICTURE_WIDTH } from "../output/outputs.ts";
import { json } from "../output/print-result.ts";
import { headline } from "../output/summary.ts";
import { conditionSettling } from "../terminal/steps-left.ts";
import { jobCommand } from "../work/job-command.ts";

/** Finds extreme eigenvalues of a job's dielectric operator: table or JSON to stdout. */
export const dielectric = jobCommand({
  detail: "every product, all Ritz values and how long each phase took",
  iterates: true,
  options: {
    mixing: word(MIXINGS, { help: "mixing to analyse instead of the job's", value: "NAME", isListed: false }),
    ...DIELECTRIC_ANALYSIS_OPTIONS,
    out: output("write the numbers as JSON"),
    json: json("print the numbers to stdout, and nothing else there"),
    ...PICTURE_WIDTH,
    plot: output("draw the slowest densities along the long axis: .svg, .png or .pdf", PICTURE),
  },
  examples: [
    ["stillwave dielectric aluminium-slab", "eigenvalues, condition number, best damping, rate"],
    [
      "stillwave dielectric aluminium-slab --mixing simple --plot modes.svg",
      "the slowest densities without a preconditioner",
    ],
  ],
  load: async () => (await import("../../job/tasks/dielectric/run-dielectric.ts")).dielectricTask,
  solve(dielectricTask, session, { run, show, count }, { options, job, report }) {
    const { mixing, observedSteps = DIELECTRIC_ANALYSIS_OPTIONS.observedSteps.default } = options;
    const settling = conditionSettling();
    const damped = count("damped iteration", "step");
    return dielectricTask(session, {
      ...run,
      mixing: mixing === undefined ? job.scf.mixing : withMixing(job, mixing).scf.mixing,
      observedSteps,
      onProduct: ({ step, lambdaMin, lambdaMax }) => {
        const text = `product ${step}: eigenvalues from ${lambdaMin.toFixed(4)} to ${lambdaMax.toFixed(4)}`;
        report.detail(text);
        show("products", text + settling(lambdaMax / lambdaMin));
      },
      onDampedStep: ({ step, densityResidual }) => {
        damped(step, observedSteps, `, residual ${densityResidual.toExponential(1)}`);
      },
    });
  },
  isUnfinished: ({ converged, observed }) => !converged || observed?.interrupted === true,
  async save(file, { options, title }, keep) {
    await keep("result", options.out, (path) => writeResult(path, file));
    if (file.modes !== undefined)
      await keep("plot", options.plot, async (path) =>
        writePicture(path, await picture(file, title, options.pictureWidth)),
      );
  },
  tell: (file, { job, source, host }, phases) => ({
    warnings: file.warnings,
    json: () => resultText(file),
    essential: () => essentialDielectric(file),
    summary: () => `${headline(job, source.name)}\n\n${dielectricSummary(file, host.stdout)}`,
    details: () => `${dielectricDetails(file)}${workDetails(phases, file.resources)}`,
    isIncomplete: file.observed?.interrupted === true,
    failures: file.converged ? [] : [file.reason ?? "unknown"],
  }),
});

const picture = (
  { modes, smallest, largest, preconditioner }: DielectricFile,
  title: string,
  width: number | undefined,
) =>
  modesSvg(
    [
      { label: `largest eigenvalue ${largest!.value.toFixed(3)}`, values: modes!.largest },
      { label: `smallest eigenvalue ${smallest!.value.toFixed(3)}`, values: modes!.smallest },
    ],
    { title: `${title}: slowest densities with ${preconditioner}`, length: modes!.length, width },
  );
