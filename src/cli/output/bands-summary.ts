import type { Edge, ZeroOfEnergy } from "../../bands/gap.ts";
import { EV_PER_HARTREE, MEV_PER_HARTREE } from "../../common/units.ts";
import { atomsOf } from "../../errors/problem/exact-problem.ts";
import { aboveText, outwardText } from "../../interval/decimal.ts";
import { interval, scale } from "../../interval/interval.ts";
import type { BandsFile } from "../../job/tasks/bands/bands-result.ts";
import type { BandsRun } from "../../job/tasks/bands/run-bands.ts";
import { terminalPlot } from "../../plot/drawing/terminal.ts";
import type { Output } from "../host.ts";
import { claimLines } from "./certificate-summary.ts";
import { digits } from "./error-estimates.ts";

/** Columns and rows that a table on a terminal may have. */
const MOST_COLUMNS = 8;

/** What energies are measured from, as in "energy above …". */
export function zeroText({ kind, band }: ZeroOfEnergy): string {
  if (kind === "band-top") return `the top of band ${band}`;
  return kind === "valence-maximum" ? "the valence maximum" : "the Fermi level";
}

/** The same as a sentence, with where that level is and its value. */
export function zeroLine({ zero, file }: BandsRun): string {
  const { kind, energy, index } = zero;
  const value = `${energy.toFixed(8)} Ha`;
  if (kind === "fermi-level") return `energies in eV above the Fermi level at ${value}`;
  const at = index === undefined ? undefined : file.kpoints[index];
  const where =
    at === undefined
      ? "a k-point of the self-consistent run"
      : place(file, { k: at.k, index: index! % pointsOf(file) }); // spins share k-points
  return `energies in eV above ${zeroText(zero)}, at ${where}: ${value}`;
}

const pointsOf = ({ kpoints }: BandsFile): number => kpoints.filter(({ spin = 0 }) => spin === 0).length;

/** A band structure as text for a person; with a picture on a terminal. */
export function bandsSummary(run: BandsRun, out: Output): string {
  const { file } = run;
  const { head, rows } = levelTable(run, MOST_COLUMNS);
  const widths = head.map((text, i) =>
    Math.max(...[text, ...rows.map((row) => row[i]!)].map(({ length }) => length)),
  );
  const line = (cells: readonly string[]) =>
    cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join("  ");
  const blocks = [
    zeroLine(run),
    [head, ...rows].map(line).join("\n"),
    ...(file.kpoints.some(({ spin }) => spin === 1) ? ["levels of spin up; file and picture have both"] : []),
    gapText(run),
    enclosedGapText(run),
    errorBarText(run),
    levelErrorText(run),
    ...(out.isTerminal ? [picture(file)] : []),
    `${pointsOf(file)} k-point${pointsOf(file) === 1 ? "" : "s"}, ${run.residual > 0 ? `largest residual ${run.residual.toExponential(1)} Ha, ` : ""}${file.resources.wallSeconds.toFixed(1)} s`,
  ];
  return `${blocks.filter((block) => block !== "").join("\n\n")}\n`;
}

/** Text for `--quiet`: the gap, or else the zero of energy, and the width of the intervals. */
export function essentialBands(run: BandsRun): string {
  const { file, errorBars } = run;
  const gap = [enclosedGapText(run) || gapText(run) || zeroLine(run)];
  const bars = errorBars === undefined ? [] : [`intervals of at most ${aboveText(errorBars.widest)} Ha`];
  const points = pointsOf(file);
  const lines = [...gap, ...bars, `${points} k-point${points === 1 ? "" : "s"}`];
  return `${lines.join("; ")}\n`;
}

/** Levels [eV] at the named k-points, each name once; at the first ones where none has a name. */
export function levelTable({ file }: BandsRun, most: number): { head: string[]; rows: string[][] } {
  const named = [
    ...new Map(file.path.map(({ label }) => [label, file.path.find((at) => at.label === label)!.index])),
  ];
  const listed = file.kpoints.map(({ k }, index) => [coordinates(k), index] as const);
  const columns = (named.length > 0 && named.length < file.kpoints.length ? named : listed).slice(0, most);
  const bands = Math.max(...file.kpoints.map(({ bands: { length } }) => length));
  const rows = Array.from({ length: bands }, (_, band) => [
    `band ${band + 1}`,
    ...columns.map(([, index]) => electronvolts(file, file.kpoints[index]!.bands[band]!.energy)),
  ]);
  return { head: ["", ...columns.map(([label]) => label)], rows };
}

/** Three decimals; what rounds to zero has no sign. */
const electronvolts = ({ zero }: BandsFile, energy: number): string =>
  ((energy - zero) * EV_PER_HARTREE).toFixed(3).replace(/^-(0\.0+)$/, "$1");

/** An estimate: the extremes may lie at k-points that were not looked at. */
export function gapText({ gap, file, filled }: BandsRun): string {
  if (gap === undefined) return "";
  const eV = (hartree: number) => `${(hartree * EV_PER_HARTREE).toFixed(3)} eV`;
  const of = `bands ${filled} and ${filled! + 1}`;
  if (gap.gap <= 0) return `${of} overlap by ${eV(-gap.gap)} along these k-points: no gap`;
  const isDirect = gap.direct.energy - gap.gap < 1e-7;
  const where = isDirect
    ? `direct at ${place(file, gap.direct)}`
    : `indirect, from ${place(file, gap.top)} to ${place(file, gap.bottom)}; the smallest direct one is ${eV(gap.direct.energy)} at ${place(file, gap.direct)}`;
  return `gap between ${of}, estimated from these k-points: ${eV(gap.gap)}, ${where}`;
}

/** The gap as an interval that certainly holds it, where every k-point has error bars. */
export function enclosedGapText({ file: { gap } }: BandsRun): string {
  if (gap === undefined) return "";
  const eV = scale(EV_PER_HARTREE, interval(gap.lower, gap.upper));
  return `gap ${gap.filled} to ${gap.filled + 1} at these k-points, guaranteed: within ${outwardText(eV)} eV`;
}

/** The estimated errors of the levels in a line or two. */
export function levelErrorText({ errors, gap }: BandsRun): string {
  if (errors === undefined) return "";
  const { largest, cutoff } = errors;
  const meV = (hartree: number) => `${digits(MEV_PER_HARTREE * hartree)} meV`;
  const corrected =
    gap && errors.gap ? `\ncorrected gap ${(errors.gap.gap * EV_PER_HARTREE).toFixed(3)} eV` : "";
  return `estimated errors of levels, at most: basis against ${Number(cutoff.toPrecision(6))} Ha ${meV(largest.basis)}, SCF ${meV(largest.scf)}; of each in the file${corrected}`;
}

/** How wide the intervals are and what they rest on. */
export function errorBarText({ file, errorBars }: BandsRun): string {
  if (errorBars === undefined) return "";
  const widths = file.kpoints.flatMap(({ bands }) =>
    bands.flatMap(({ lower, upper }) => (lower === undefined || upper === undefined ? [] : [upper - lower])),
  );
  if (widths.length === 0) return "no interval could be proved";
  const [least, most] = [Math.min(...widths), Math.max(...widths)].map((width) => aboveText(width));
  return [
    `each level has an interval that holds the exact level of the infinite basis, ${least} to ${most} Ha wide, guaranteed if`,
    ...errorBars.assumptions.map((assumption) => `- ${assumption}`),
    ...(atomsOf(errorBars.problem).some(({ potential }) => potential.kind === "tabulated")
      ? [
          "of a potential on a mesh the operator is that of a table of its file; what that leaves out is in no interval",
        ]
      : []),
    ...(errorBars.certificate === undefined
      ? []
      : ["the certificate claims of bands 1, 2, …", ...claimLines(errorBars.certificate.points)]),
  ].join("\n");
}

/** Names a k-point: its label, or the two labels that it lies between, with coordinates. */
function place({ path }: BandsFile, { k, index }: Pick<Edge, "k" | "index">): string {
  const at = path.find((label) => label.index === index);
  if (at !== undefined) return at.label;
  const [before, after] = [
    path.findLast((label) => label.index < index),
    path.find((label) => label.index > index),
  ];
  const between = before && after ? ` between ${before.label} and ${after.label}` : "";
  return `[${coordinates(k)}]${between}`;
}

const coordinates = (k: readonly number[]): string => k.map((x) => Number(x.toFixed(4))).join(", ");

function picture({ kpoints, path, zero }: BandsFile): string {
  const once = kpoints.filter(({ spin = 0 }) => spin === 0);
  if (once.length < 8) return "";
  const gap = { x: Number.NaN, y: Number.NaN };
  const jumps = new Set(
    path.filter(({ index }) => path.some((other) => other.index === index - 1)).map(({ index }) => index),
  );
  const points = once[0]!.bands.flatMap((_, band) => [
    gap,
    ...once.flatMap(({ bands }, i) => [
      ...(jumps.has(i) ? [gap] : []),
      { x: i + 1, y: (bands[band]!.energy - zero) * EV_PER_HARTREE },
    ]),
  ]);
  const names = path
    .map(({ label }, i) => (i === 0 ? label : `${jumps.has(path[i]!.index) ? "|" : "-"}${label}`))
    .join("");
  return terminalPlot({ points, xLabel: names, yLabel: "energy (eV)", level: 0, height: 16 });
}
