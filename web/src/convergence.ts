import { scfLeft, stepsLeftText } from "../../src/cli/terminal/steps-left.ts";
import type { ResultFile } from "../../src/job/tasks/scf/result.ts";
import type { HistoryRow } from "../../src/scf/state.ts";
import { lastCrystal, onCrystal, source } from "./job.ts";
import { byId, make, picture, runButtons, saveJson, says, scientific, table } from "./page.ts";
import type { Mixing, Source } from "./worker.ts";
import { CORES, compute, inBackground, newest, Stopped, share } from "./workshop.ts";

/** Iterations of one job under several mixings, side by side. */

/** Those to choose from; a job may name another. */
const MIXINGS: readonly Mixing[] = [
  "simple",
  "kerker",
  "kerker-dos",
  "dielectric",
  "local-tf",
  "ldos",
  "auto",
];

interface Run {
  readonly mixing: Mixing;
  readonly history: HistoryRow[];
  state: string;
  result?: ResultFile;
  density?: string | undefined;
}

const LABELS: Readonly<Record<string, string>> = {
  pspCorrection: "psp correction",
  entropy: "entropy (−TS)",
  total: "free energy",
};

export function begin(): void {
  const message = byId("scf-message", HTMLElement);
  const runTable = byId("scf-runs", HTMLElement);
  const energyTable = byId("scf-energies", HTMLElement);
  const drawn = picture("convergence", "density residual of each mixing against the step", message);
  const density = picture("density", "slice through the valence density, and its plane average", message);
  const keep = byId("scf-save", HTMLButtonElement);
  byId("scf-picture", HTMLElement).append(drawn.element);
  byId("scf-density", HTMLElement).append(density.element);
  let offered: readonly Mixing[] = [];
  const offer = (mixings: readonly Mixing[]): void => {
    offered = [...new Set([...MIXINGS, ...mixings])];
    byId("mixings", HTMLElement).replaceChildren(
      ...offered.map((name) => {
        const box = make("input", { type: "checkbox", name: "mixing", value: name });
        box.checked = mixings.includes(name);
        return make("label", { class: "choice" }, box, name);
      }),
    );
  };
  let usual = "";
  offer([]);
  onCrystal(({ mixings }) => {
    if (mixings.join() === usual) return; // what somebody has ticked stays
    usual = mixings.join();
    offer(mixings);
  });

  let runs: Run[] = [];
  keep.addEventListener("click", () =>
    saveJson(
      "stillwave-results.json",
      runs.map(({ mixing, state, history, result }) => ({ mixing, state, ...(result ?? { history }) })),
    ),
  );

  const drawConvergence = newest(async () => {
    const series = runs
      .map(({ mixing, history }, colour) => ({ label: mixing, history: [...history], colour }))
      .filter(({ history }) => history.length > 0);
    if (series.length === 0) return;
    const tolerance = lastCrystal()?.tolerance.density;
    drawn.show(await inBackground("drawConvergence", { series, tolerance }));
  });
  const tell = (): void => {
    const rows = runs.map(({ mixing, history, state }) => {
      const last = history.at(-1);
      return [
        mixing,
        last === undefined ? "" : String(last.step),
        last === undefined ? "" : scientific(last.densityResidual),
        last === undefined ? "" : last.energy.toFixed(9),
        state,
      ];
    });
    const head = ["mixing", "steps", "residual", "free energy (Ha)", "state"];
    runTable.replaceChildren(make("div", { class: "scroll" }, table("Runs", head, rows)));
    energyTable.replaceChildren(...energies(runs));
  };

  async function solve(run: Run, asked: Source, threads: number, signal: AbortSignal): Promise<void> {
    run.state = "starting";
    const crystal = lastCrystal();
    try {
      const { result, density: svg } = await compute(
        "scf",
        { source: asked, mixing: run.mixing, threads },
        {
          signal,
          onEvent(event) {
            if (event.kind === "step") {
              run.history.push(event.row);
              void drawConvergence();
            }
            const left = crystal && stepsLeftText(scfLeft(run.history, crystal.tolerance));
            run.state =
              event.kind === "step"
                ? `step ${event.row.step}${left}`
                : `step ${event.progress.step}, k-point ${event.progress.done} of ${event.progress.total}${left}`;
            tell();
          },
        },
      );
      run.result = result;
      run.density = svg;
      run.state = result.converged ? "converged" : (result.reason ?? result.status);
    } catch (error) {
      run.state =
        error instanceof Stopped ? "stopped" : error instanceof Error ? error.message : String(error);
      if (!(error instanceof Stopped)) throw error;
    } finally {
      tell();
    }
  }

  runButtons(
    byId("scf-run", HTMLButtonElement),
    byId("scf-stop", HTMLButtonElement),
    message,
    async (signal) => {
      const boxes = document.querySelectorAll<HTMLInputElement>("#mixings input:checked");
      const chosen = offered.filter((name) => [...boxes].some(({ value }) => value === name));
      if (chosen.length === 0) throw new Error("mixings: must have at least one chosen, got none; tick one");
      runs = chosen.map((mixing) => ({ mixing, history: [], state: "waiting" }));
      for (const each of [drawn, density]) each.clear();
      keep.disabled = false;
      says(message, `Computing with ${chosen.join(", ")}.`);
      tell();
      const asked = source();
      const threads = Math.max(1, Math.floor(CORES / chosen.length));
      await share(runs, (run) => solve(run, asked, threads, signal)).finally(drawConvergence);
      if (signal.aborted) throw new Stopped("stopped");
      const best = quickest(runs);
      if (best?.density !== undefined) density.show(best.density);
      says(
        message,
        best === undefined
          ? "No mixing converged; the table says why."
          : `${best.mixing} took the fewest steps, ${best.history.length}. Free energy ${best.result!.energies.total.toFixed(9)} Ha.`,
      );
    },
  );
}

/** The converged run of the fewest steps. */
const quickest = (runs: readonly Run[]): Run | undefined =>
  runs.filter(({ result }) => result?.converged).sort((a, b) => a.history.length - b.history.length)[0];

/** Parts of the energy, of the run that took the fewest steps. */
function energies(runs: readonly Run[]): HTMLElement[] {
  const best = quickest(runs);
  if (best === undefined) return [];
  const { total, ...parts } = best.result!.energies;
  const rows = [...Object.entries(parts), ["total", total] as const]
    .filter(([, value]) => value !== undefined)
    .map(([term, value]) => [LABELS[term] ?? term, (value as number).toFixed(9)]);
  const { fermiLevel } = best.result!;
  if (fermiLevel !== undefined) rows.push(["Fermi level", fermiLevel.toFixed(9)]);
  return [make("div", { class: "scroll" }, table(`Energies with ${best.mixing}`, ["term", "Ha"], rows))];
}
