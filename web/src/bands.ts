import { scfLeft, stepsLeftText } from "../../src/cli/terminal/steps-left.ts";
import { timeLeft } from "../../src/cli/terminal/time-left.ts";
import type { DrawnBands } from "../../src/plot/bands.ts";
import type { HistoryRow } from "../../src/scf/state.ts";
import { lastCrystal, source } from "./job.ts";
import { byId, picture, runButtons, save, saveJson, says, scientific } from "./page.ts";
import type { EnclosedBands } from "./worker.ts";
import { CORES, compute, inBackground, newest, Stopped } from "./workshop.ts";

/** Bands with proved intervals, growing along the path, and the check of their certificate. */
export function begin(): void {
  const message = byId("bands-message", HTMLElement);
  const drawn = picture(
    "bands",
    "bands along the path with their proved intervals, and the intervals' widths",
    message,
  );
  byId("bands-picture", HTMLElement).append(drawn.element);
  const meter = byId("bands-progress", HTMLProgressElement);
  const keep = byId("bands-save", HTMLButtonElement);
  const keepProof = byId("certificate-save", HTMLButtonElement);
  const check = byId("certificate-run", HTMLButtonElement);
  let found: EnclosedBands | undefined;
  let proof: string | undefined;
  let growing: DrawnBands | undefined;

  const grow = newest(async () => {
    if (growing === undefined || growing.kpoints.every(({ bands }) => bands.length === 0)) return;
    const svg = await inBackground("drawBands", { bands: growing, title: lastCrystal()?.title ?? "Bands" });
    if (growing !== undefined) drawn.show(svg);
  });

  runButtons(
    byId("bands-run", HTMLButtonElement),
    byId("bands-stop", HTMLButtonElement),
    message,
    async (signal) => {
      const path = byId("bands-path", HTMLInputElement).value.trim();
      const points = Number(byId("bands-points", HTMLInputElement).value);
      for (const button of [keep, keepProof, check]) button.disabled = true;
      [found, proof, growing] = [undefined, undefined, undefined];
      drawn.clear();
      meter.hidden = false;
      meter.removeAttribute("value");
      const errorBars = byId("bands-prove", HTMLInputElement).checked;
      says(message, `Computing bands${errorBars ? " and proving their intervals" : ""}.`);
      const left = timeLeft();
      const history: HistoryRow[] = [];
      const crystal = lastCrystal();
      try {
        found = await compute(
          "bands",
          { source: source(), path, points, threads: CORES, errorBars },
          {
            signal,
            onEvent(event) {
              if (event.kind === "path") growing = event.bands;
              else if (event.kind === "scf") {
                history.push(event.row);
                const { step, densityResidual } = event.row;
                const toGo = crystal && stepsLeftText(scfLeft(history, crystal.tolerance));
                counted(`Ground state: step ${step}, residual ${scientific(densityResidual)}${toGo ?? ""}`);
              } else if (event.kind === "count") {
                meter.max = event.total;
                meter.value = event.done;
                counted(`${event.done} of ${event.total} k-points proved${left(event.done, event.total)}`);
              } else if (growing !== undefined) {
                const { index, levels } = event;
                growing = {
                  ...growing,
                  kpoints: growing.kpoints.map((at, i) => (i === index ? { ...at, bands: levels } : at)),
                };
                void grow();
              }
            },
          },
        );
      } finally {
        meter.hidden = true;
        counted("");
      }
      growing = undefined; // what is still being drawn is older
      drawn.show(found.svg);
      proof = found.certificate;
      keep.disabled = false;
      for (const button of [keepProof, check]) button.disabled = proof === undefined;
      says(message, sentence(found), found.failures.length > 0 ? "error" : "plain");
    },
  );
  const counter = byId("bands-count", HTMLElement);
  const counted = (text: string): void => {
    counter.textContent = text;
  };
  keep.addEventListener("click", () => found && saveJson("bands.json", found.file));
  keepProof.addEventListener("click", () => proof && save("bands.jsonl", proof));

  const report = byId("certificate-message", HTMLElement);
  const verify = async (signal: AbortSignal): Promise<void> => {
    if (proof === undefined) throw new Error("certificate: must be computed above or opened first, got none");
    says(report, "Proving every interval again from the certificate alone.");
    const result = await compute(
      "verify",
      { text: proof },
      {
        signal,
        onEvent: ({ done, total }) => verifying(`${done} of ${total} k-points`),
      },
    ).finally(() => verifying(""));
    if (signal.aborted) throw new Stopped("stopped");
    const { enclosures, points, failures, widest, assumptions, title } = result;
    if (failures.length > 0) says(report, `Not valid: ${failures.join("; ")}`, "error");
    else
      says(
        report,
        `Valid: all ${enclosures} intervals at ${points} k-points${title === undefined ? "" : ` of ${title}`} are proved again. The widest has ${scientific(widest)} Ha. Assumed: ${assumptions.join("; ")}.`,
      );
  };
  const checked = byId("certificate-count", HTMLElement);
  const verifying = (text: string): void => {
    checked.textContent = text;
  };
  runButtons(check, byId("certificate-stop", HTMLButtonElement), report, verify);
  const opened = byId("certificate-file", HTMLInputElement);
  opened.addEventListener("change", async () => {
    const [file] = opened.files ?? [];
    if (file === undefined) return;
    proof = await file.text();
    check.disabled = false;
    check.click();
  });
}

function sentence({ widest, gap, failures, warnings }: EnclosedBands): string {
  const bar =
    widest === undefined ? "Bands without intervals." : `The widest interval has ${scientific(widest)} Ha.`;
  const enclosed = gap === "" ? "" : ` G${gap.slice(1)}.`;
  const failed = failures.length === 0 ? "" : ` No proof at ${failures.length} k-points: ${failures[0]}.`;
  return [`${bar}${enclosed}${failed}`, ...warnings].join(" ");
}
