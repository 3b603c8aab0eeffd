import type { StepProgress } from "../../scf/scf.ts";
import type { HistoryRow } from "../../scf/state.ts";
import { STEP_PARTS } from "../../scf/stopwatch.ts";
import type { Output } from "../host.ts";
import type { Reporter } from "./reporter.ts";
import { type ScfTolerance, scfLeft, stepsLeftText } from "./steps-left.ts";
import { styled } from "./style.ts";

/** A table that grows by a row for each SCF step, with a line on stderr meanwhile. */
export interface LiveTable {
  row(row: HistoryRow): void;
  progress(progress: StepProgress): void;
}

const COLUMNS = [
  { title: "step", width: 4 },
  { title: "free energy (Ha)", width: 18 },
  { title: "log10 |dE|", width: 10 },
  { title: "log10 resid.", width: 12 },
  { title: "damping", width: 7 },
  { title: "H applied", width: 9 },
  { title: "time (s)", width: 8 },
] as const;
/** Spin-polarised runs have one more. */
const MOMENT = { title: "moment (muB)", width: 12 } as const;

/**
 * @param rows where the table goes; nowhere for a quiet command.
 * @param tolerance of the job, to tell how much is left.
 */
export function liveTable(rows: Output, { level, line }: Reporter, tolerance: ScfTolerance): LiveTable {
  const paint = styled(rows);
  const history: HistoryRow[] = [];
  const isVerbose = level === "verbose";
  return {
    row(row) {
      if (row.step <= (history.at(-1)?.step ?? 0)) history.length = 0; // another run
      const last = history.at(-1);
      history.push(row);
      if (level === "quiet") return;
      line.clear();
      if (last === undefined) rows.write(`${paint("bold", headings(row, isVerbose))}\n`);
      rows.write(`${tableRow(row, last, isVerbose)}\n`);
    },
    progress(progress) {
      line.show(`${progressText(progress)}${stepsLeftText(scfLeft(history, tolerance))}`);
    },
  };
}

const columnsOf = ({ magnetisation, parts }: HistoryRow, isVerbose: boolean) => [
  ...COLUMNS,
  ...(magnetisation === undefined ? [] : [MOMENT]),
  ...(isVerbose && parts !== undefined
    ? STEP_PARTS.map((part) => ({ title: part, width: part.length }))
    : []),
];

const headings = (row: HistoryRow, isVerbose: boolean): string =>
  columnsOf(row, isVerbose)
    .map(({ title, width }) => title.padStart(width))
    .join("  ");

/** One line of the table, with the change of energy since `before`; verbose ones have seconds. */
export function tableRow(row: HistoryRow, before: HistoryRow | undefined, isVerbose = false): string {
  const cells = [
    `${row.step}`,
    row.energy.toFixed(10),
    before === undefined ? "" : logarithm(Math.abs(row.energy - before.energy)),
    logarithm(row.densityResidual),
    row.damping.toPrecision(2),
    `${row.hamiltonianApplications}`,
    row.seconds.toFixed(2),
    ...(row.magnetisation === undefined ? [] : [unsignedZero(row.magnetisation.toFixed(4))]),
    ...(isVerbose && row.parts !== undefined ? STEP_PARTS.map((part) => row.parts![part].toFixed(2)) : []),
  ];
  const columns = columnsOf(row, isVerbose);
  return cells.map((cell, i) => cell.padStart(columns[i]!.width)).join("  ");
}

/** What rounds to zero has no sign. */
export const unsignedZero = (digits: string): string => digits.replace(/^-(0\.0+)$/, "$1");

/** Zero has no logarithm; it is shown for what it is. */
const logarithm = (value: number): string => (value === 0 ? "exactly 0" : Math.log10(value).toFixed(2));

export function progressText({ step, phase, done, total }: StepProgress): string {
  const doing = phase === "diagonalise" ? "diagonalising, k-point" : "density, k-point";
  return `step ${step}: ${doing} ${done}/${total}`;
}
