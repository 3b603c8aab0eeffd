import { conditionSettling } from "../../src/cli/terminal/steps-left.ts";
import { timeLeft } from "../../src/cli/terminal/time-left.ts";
import { DIELECTRIC_ANALYSIS_OPTIONS } from "../../src/ground/dielectric-options.ts";
import type { DielectricFile } from "../../src/job/tasks/dielectric/dielectric-result.ts";
import { source } from "./job.ts";
import { byId, make, picture, runButtons, saveJson, says, table } from "./page.ts";
import type { Mixing, Source } from "./worker.ts";
import { CORES, compute, inBackground, newest, Stopped, share } from "./workshop.ts";

/** Spectra of the dielectric operator beside the iterations whose rate they predict. */

/** Steps of the damped iteration at most. */
const DAMPED = DIELECTRIC_ANALYSIS_OPTIONS.observedSteps.default;

interface Analysis {
  readonly mixing: Mixing;
  readonly residuals: number[];
  state: string;
  file?: DielectricFile;
}

export function begin(): void {
  const message = byId("dielectric-message", HTMLElement);
  const places = byId("dielectric-tables", HTMLElement);
  const spectra = picture(
    "spectra",
    "eigenvalues of the preconditioned dielectric operator for each mixing",
    message,
  );
  const damped = picture("damped", "density residual of the damped iteration with each mixing", message);
  byId("dielectric-pictures", HTMLElement).append(spectra.element, damped.element);
  const keep = byId("dielectric-save", HTMLButtonElement);
  let all: Analysis[] = [];
  keep.addEventListener("click", () =>
    saveJson(
      "dielectric.json",
      all.flatMap(({ file }) => (file === undefined ? [] : [file])),
    ),
  );

  const draw = newest(async () => {
    const known = all.flatMap(({ mixing, file }) =>
      file?.arnoldi === undefined ? [] : [{ label: mixing, eigenvalues: file.arnoldi.ritzValues }],
    );
    if (known.length > 0)
      spectra.show(await inBackground("drawSpectra", { spectra: known, title: "Spectrum of P⁻¹ε†" }));
    const series = all.flatMap(({ mixing, residuals }, colour) =>
      residuals.length === 0
        ? []
        : [
            {
              label: mixing,
              colour,
              history: residuals.map((densityResidual, i) => ({ step: i + 1, densityResidual })),
            },
          ],
    );
    if (series.length > 0)
      damped.show(await inBackground("drawConvergence", { series, title: "Damped iteration, best damping" }));
  });
  const tell = (): void => {
    const rows = all.map(({ mixing, state, file }) => [
      mixing,
      file?.predicted?.condition.toFixed(2) ?? "",
      file?.predicted?.optimalDamping.toFixed(3) ?? "",
      file?.predicted?.dampedRate.toFixed(3) ?? "",
      file?.observed?.rate?.toFixed(3) ?? "",
      state,
    ]);
    const head = ["mixing", "κ", "best damping", "predicted rate", "observed rate", "state"];
    places.replaceChildren(make("div", { class: "scroll" }, table("Estimates", head, rows)));
  };

  async function analyse(one: Analysis, asked: Source, threads: number, signal: AbortSignal): Promise<void> {
    const settling = conditionSettling();
    const left = timeLeft();
    try {
      one.file = await compute(
        "dielectric",
        { source: asked, mixing: one.mixing, threads },
        {
          signal,
          onEvent(event) {
            if (event.kind === "step") one.state = `ground state, step ${event.row.step}`;
            else if (event.kind === "product")
              one.state = `product ${event.step}, eigenvalues from ${event.smallest.toFixed(3)} to ${event.largest.toFixed(3)}${settling(event.largest / event.smallest)}`;
            else {
              one.state = `damped step ${event.row.step} of ${DAMPED}${left(event.row.step, DAMPED)}`;
              one.residuals.push(event.row.densityResidual);
              void draw();
            }
            tell();
          },
        },
      );
      one.state = one.file.converged ? "done" : (one.file.reason ?? "not settled");
    } catch (error) {
      one.state =
        error instanceof Stopped ? "stopped" : error instanceof Error ? error.message : String(error);
      if (!(error instanceof Stopped)) throw error;
    } finally {
      tell();
      void draw();
    }
  }

  runButtons(
    byId("dielectric-run", HTMLButtonElement),
    byId("dielectric-stop", HTMLButtonElement),
    message,
    async (signal) => {
      const asked = source();
      const { title, mixings } = await inBackground("look", asked);
      all = mixings.map((mixing) => ({ mixing, residuals: [], state: "waiting" }));
      for (const each of [spectra, damped]) each.clear();
      keep.disabled = false;
      says(message, `Analysing ${title}.`);
      tell();
      const threads = Math.max(1, Math.floor(CORES / all.length));
      await share(all, (one) => analyse(one, asked, threads, signal));
      if (signal.aborted) throw new Stopped("stopped");
      says(
        message,
        "Done. A spectrum that is narrow around one converges fast; the predicted rate is the error after a step over that before it.",
      );
    },
  );
}
