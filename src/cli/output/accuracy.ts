import { BOHR_PER_ANGSTROM, GIGAPASCAL_PER_ATOMIC, MEV_PER_HARTREE } from "../../common/units.ts";
import {
  type AccuracyReport,
  type AccuracyRound,
  AIMED_PARTS,
  type AimedPart,
} from "../../job/tasks/accuracy/accuracy-result.ts";
import { settingsText } from "../../job/tasks/accuracy/rounds.ts";
import type { ResultFile } from "../../job/tasks/scf/result.ts";
import { ERROR_QUANTITIES, type ErrorQuantity } from "../../refine/parts.ts";
import { digits } from "./error-estimates.ts";
import { textTable } from "./text-table.ts";

const UNITS: Readonly<Record<ErrorQuantity, { readonly title: string; readonly factor: number }>> = {
  energy: { title: "energy (meV/atom)", factor: MEV_PER_HARTREE },
  forces: { title: "largest force (meV/A)", factor: MEV_PER_HARTREE * BOHR_PER_ANGSTROM },
  stress: { title: "stress, row (GPa)", factor: GIGAPASCAL_PER_ATOMIC },
};
const PART_NAMES: Readonly<Record<AimedPart, string>> = {
  basis: "basis",
  kpoints: "k-points",
  coupling: "basis with k-points",
  scf: "SCF, eigensolver",
  smearing: "smearing width",
};

const inUnits = (quantity: ErrorQuantity, error: number | undefined): string =>
  error === undefined ? "-" : digits(UNITS[quantity].factor * error);

/** A run on the way, in a line. */
export function roundText(round: AccuracyRound): string {
  const { purpose, iterations, seconds, basis, energy, doubt } = round;
  const found =
    basis === undefined
      ? `${energy.toFixed(8)} Ha`
      : `error of the energy by the basis ${inUnits("energy", basis.energy)} meV/atom`;
  return `${purpose}: ${settingsText(round)}: ${found}, ${iterations} steps, ${seconds.toFixed(1)} s${doubt === undefined ? "" : `; in doubt: ${doubt}`}`;
}

/** How an accuracy was reached, as a block for a person; nothing where none was asked for. */
export function accuracyText({ accuracy }: Pick<ResultFile, "accuracy">): string {
  if (accuracy === undefined) return "";
  const { text, status, settings, reason, bands } = accuracy;
  const verdict =
    status === "reached"
      ? `accuracy ${text} reached with ${settingsText(settings)}, density residual ${settings.densityTolerance}, ${bands.held} bands, of which ${bands.filled} hold electrons`
      : `accuracy ${text} NOT reached (${status}): ${reason}`;
  return [verdict, "", roundTable(accuracy), errorTable(accuracy), ...smearingLine(accuracy)].join("\n").trimEnd(); // biome-ignore format: a list
}

function roundTable({ rounds }: AccuracyReport): string {
  const columns: readonly (readonly [string, (round: AccuracyRound) => string])[] = [
    ["run for", ({ purpose }) => purpose],
    ["ecut (Ha)", ({ ecut }) => `${ecut}`],
    ["k-grid", ({ kgrid }) => kgrid.join("x")],
    ["k-points", ({ kpoints }) => `${kpoints}`],
    ["energy (Ha)", ({ energy }) => energy.toFixed(8)],
    ["basis (meV/atom)", ({ basis, doubt }) => `${inUnits("energy", basis?.energy)}${doubt ? "?" : ""}`],
    ["steps", ({ iterations, status }) => (status === "converged" ? `${iterations}` : status)],
    ["H products", ({ hamiltonianApplications }) => `${hamiltonianApplications}`],
    ["time (s)", ({ seconds }) => seconds.toFixed(1)],
  ];
  return textTable(
    columns.map(([title]) => title),
    rounds.map((round) => columns.map(([, cell]) => cell(round))),
    { left: [0] },
  );
}

function errorTable({ errors }: AccuracyReport): string {
  if (Object.keys(errors).length === 0) return "";
  const row = (name: string, of: (quantity: ErrorQuantity) => number | undefined) => [
    name,
    ...ERROR_QUANTITIES.map((quantity) => inUnits(quantity, of(quantity))),
  ];
  return textTable(
    ["estimated errors", ...ERROR_QUANTITIES.map((quantity) => UNITS[quantity].title)],
    [
      ...AIMED_PARTS.map((part) => row(PART_NAMES[part], (quantity) => errors[quantity]?.parts[part])),
      row("sum of what counts", (quantity) => errors[quantity]?.error),
      row("asked for", (quantity) => errors[quantity]?.asked),
    ],
    { left: [0] },
  );
}

function smearingLine({ asked, errors }: AccuracyReport): string[] {
  const { smearing = 0 } = errors.energy?.parts ?? {};
  return smearing === 0 || asked.countsSmearing
    ? []
    : ["the smearing width is the job's and does not count; the energy at width 0 is asked for with T=0"];
}
