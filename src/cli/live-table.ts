import type { StepProgress } from "../scf/scf.ts";
import type { HistoryRow } from "../scf/state.ts";
import type { Output } from "./host.ts";
import { stepsLeft } from "./steps-left.ts";
import { styled } from "./style.ts";

/** A table that grows by a row for each SCF step, with a line below it that is rewritten in place meanwhile. */
export interface LiveTable {
  row(row: HistoryRow): void;
  progress(progress: StepProgress): void;
  /** A line beside the table, for instance a warning. */
  note(text: string): void;
  /** Takes away the line below. */
  end(): void;
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
 * @param rows where the table goes.
 * @param live where the line below goes, if that is a terminal.
 * @param tolerance of the density residual, to tell how much is left.
 */
export function liveTable(rows: Output, live: Output, tolerance?: number): LiveTable {
  const paint = styled(rows);
  const history: HistoryRow[] = [];
  let shown = false;
  let last: HistoryRow | undefined;
  const clear = () => {
    if (shown) live.write("\r\u001b[2K");
    shown = false;
  };
  return {
    row(row) {
      clear();
      if (last === undefined) rows.write(`${paint("bold", headings(row))}\n`);
      rows.write(`${tableRow(row, last)}\n`);
      last = row;
      history.push(row);
    },
    progress(progress) {
      if (!live.isTerminal) return;
      const left = tolerance === undefined ? "" : stepsLeft(history, tolerance);
      const text = `${progressText(progress)}${left}`.slice(0, Math.max(0, live.columns - 1));
      live.write(`\r\u001b[2K${styled(live)("dim", text)}`);
      shown = true;
    },
    note(text) {
      clear();
      live.write(`${text}\n`);
    },
    end: clear,
  };
}

const columnsOf = ({ magnetisation }: HistoryRow) =>
  magnetisation === undefined ? COLUMNS : [...COLUMNS, MOMENT];

const headings = (row: HistoryRow): string =>
  columnsOf(row)
    .map(({ title, width }) => title.padStart(width))
    .join("  ");

/** One line of the table; the change of energy needs the row `before`. */
export function tableRow(row: HistoryRow, before: HistoryRow | undefined): string {
  const cells = [
    `${row.step}`,
    row.energy.toFixed(10),
    before === undefined ? "" : logarithm(Math.abs(row.energy - before.energy)),
    logarithm(row.densityResidual),
    row.damping.toPrecision(2),
    `${row.hamiltonianApplications}`,
    row.seconds.toFixed(2),
    ...(row.magnetisation === undefined ? [] : [unsignedZero(row.magnetisation.toFixed(4))]),
  ];
  const columns = columnsOf(row);
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
