import { EV_PER_HARTREE } from "../../common/units.ts";
import type { ResultFile } from "../../job/tasks/scf/result.ts";
import { addedWork } from "../../kernels/work.ts";
import { STEP_PARTS } from "../../scf/stopwatch.ts";
import type { PhaseTime } from "../terminal/phases.ts";
import { checksTable, failedText } from "./checks.ts";
import { resourceText } from "./summary.ts";
import { textTable } from "./text-table.ts";

/** All that `--quiet` leaves: whether it converged, in how many steps, to what. */
export function verdict(result: ResultFile): string {
  const { converged, iterations, energies, status, reason } = result;
  const failed = failedText(result);
  const steps = `${iterations} step${iterations === 1 ? "" : "s"}`;
  const energy = `free energy ${energies.total.toFixed(10)} Ha`;
  return converged
    ? `converged in ${steps}${failed && `, but ${failed}`}, ${energy}`
    : `NOT converged: ${reason ?? status}, ${energy}`;
}

/** How a run ended, in a table of several jobs. */
export function rowStatus(result: ResultFile): string {
  const failed = failedText(result);
  if (!result.converged) return `NOT converged: ${result.reason ?? result.status}`;
  return failed === "" ? "converged" : `converged, but ${failed}`;
}

/**
 * What `--verbose` adds to the summary: levels of every k-point, and where the time went.
 *
 * @param largest operations per second of a large product here, if it is known.
 */
export const details = (result: ResultFile, largest?: number): string =>
  `${[levels(result), checksTable(result), times(result), work(result, largest)].filter((block) => block !== "").join("\n\n")}\n`;

const FIRST_LEFT = { left: [0] };
const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;

/** Text of `--verbose` elsewhere: time of each phase and of the whole. */
export function workDetails(phases: readonly PhaseTime[], resources: ResultFile["resources"]): string {
  const rows = phases.map(({ name, seconds }) => [name, seconds.toFixed(2)]);
  return `${textTable(["phase", "s"], rows, FIRST_LEFT)}in all: ${resourceText(resources)}\n`;
}

/** Levels in a line of this many. */
const PER_LINE = 8;

function levels({ kpoints, fermiLevel }: ResultFile): string {
  const zero = fermiLevel ?? 0;
  const heading = `levels (eV${fermiLevel === undefined ? "" : ", from the Fermi level"}), occupied by (electrons)`;
  const blocks = kpoints.map(({ k, weight, spin, eigenvalues, occupations }) => {
    const name = `k = [${k.map((x) => Number(x.toFixed(6))).join(", ")}], weight ${weight.toFixed(6)}${spin === undefined ? "" : `, spin ${spin === 0 ? "up" : "down"}`}`;
    const cells = eigenvalues.map(
      (energy, i) =>
        `${((energy - zero) * EV_PER_HARTREE).toFixed(3).padStart(9)} (${occupations[i]!.toFixed(2)})`,
    );
    const lines: string[] = [];
    for (let from = 0; from < cells.length; from += PER_LINE)
      lines.push(`  ${cells.slice(from, from + PER_LINE).join("")}`);
    return [name, ...lines].join("\n");
  });
  return [heading, ...blocks].join("\n");
}

function times({ history }: ResultFile): string {
  const timed = history.flatMap(({ parts }) => (parts === undefined ? [] : [parts]));
  if (timed.length === 0) return "";
  const total = history.reduce((sum, { seconds }) => sum + seconds, 0);
  const rows = STEP_PARTS.map((part) => {
    const seconds = timed.reduce((sum, parts) => sum + parts[part], 0);
    return [part, seconds.toFixed(2), percent(seconds / total)];
  });
  return textTable(["part of the steps", "s", "share"], rows, FIRST_LEFT).trimEnd();
}

/** What all threads did in the steps, and how fast. */
function work({ history }: ResultFile, largest: number | undefined): string {
  const steps = history.flatMap(({ work }) => (work === undefined ? [] : [work]));
  if (steps.length === 0) return "";
  const sum = steps.reduce((total, step) => addedWork(total, step));
  const all = Object.values(sum).reduce((total, { seconds }) => total + seconds, 0);
  const rows = Object.entries(sum).map(([kind, { seconds, operations }]) => {
    const rate = operations > 0 && seconds > 0 ? (operations / seconds / 1e9).toFixed(1) : "";
    return [kind, seconds.toFixed(2), percent(seconds / (all || 1)), rate];
  });
  const table = textTable(["work of threads", "s", "share", "Gflop/s"], rows, FIRST_LEFT);
  const known =
    largest === undefined
      ? ""
      : `a large product of real matrices runs at ${(largest / 1e9).toFixed(1)} Gflop/s here`;
  return `${table}${known}`.trimEnd();
}
