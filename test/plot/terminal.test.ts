import { expect, test } from "vitest";
import { type TerminalPlot, terminalPlot } from "../../src/plot/drawing/terminal.ts";

const plotOf = (values: readonly number[], more: Partial<TerminalPlot> = {}): string[] =>
  terminalPlot({
    points: values.map((y, i) => ({ x: i + 1, y })),
    xLabel: "step",
    yLabel: "log10",
    width: 20,
    height: 6,
    ...more,
  }).split("\n");

/** Drawn dots of a plot as [column, row] in dots, columns and rows counted from the top left of the drawing area. */
function dotsOf(lines: readonly string[]): [number, number][] {
  const bits = [0x01, 0x02, 0x04, 0x40, 0x08, 0x10, 0x20, 0x80];
  return lines.slice(1, -2).flatMap((line, row) => {
    const cells = [...line].slice([...line].findIndex((c) => c === "┤" || c === "│") + 1);
    return cells.flatMap((cell, column) => {
      const code = cell === " " ? 0 : cell.codePointAt(0)! - 0x2800;
      return bits.flatMap((bit, i): [number, number][] =>
        code & bit ? [[2 * column + (i >> 2), 4 * row + (i & 3)]] : [],
      );
    });
  });
}

test("a straight descent is a line from the top left to the bottom right", () => {
  const dots = dotsOf(plotOf([0, -1, -2, -3, -4, -5, -6]));
  expect(dots).toContainEqual([0, 0]);
  expect(dots).toContainEqual([39, 23]);
  for (const [column, row] of dots) expect(Math.abs(row - (23 * column) / 39)).toBeLessThanOrEqual(1);
  expect(new Set(dots.map(([column]) => column)).size).toBe(40); // no gaps
});

test("a picture has as many lines as asked for, none wider than the area and its labels", () => {
  const lines = plotOf([3, -12], { width: 30, height: 8 });
  expect(lines.length).toBe(1 + 8 + 2);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual("-12 ┤".length + 30);
});

test("labels are whole numbers at the height of their value", () => {
  const lines = plotOf([0, -6], { height: 12 });
  const labels = lines.flatMap((line, row) => {
    const label = /^ *(-?\d+) ┤/.exec(line);
    return label ? [[Number(label[1]), row - 1] as const] : [];
  });
  expect(labels.length).toBeGreaterThan(3);
  for (const [value, row] of labels) expect(row).toBe(Math.round((-value / 6) * 47) >> 2);
});

test("a level is drawn across the picture at its own height", () => {
  const dots = dotsOf(plotOf([0, 0], { level: -6 }));
  expect(dots.filter(([, row]) => row === 23).length).toBe(10);
  expect(dots.filter(([, row]) => row === 0).length).toBe(40);
});

test("values that are not finite leave a gap and do not set the scale", () => {
  const dots = dotsOf(plotOf([0, -1, Number.NEGATIVE_INFINITY, -3, Number.NaN, -5, -6]));
  const columns = new Set(dots.map(([column]) => column));
  const at = (step: number) => Math.round(((step - 1) / 6) * 39);
  expect(columns.has(at(2))).toBe(true);
  expect(columns.has(at(4))).toBe(true);
  for (let column = at(2) + 1; column < at(4); column++) expect(columns.has(column)).toBe(false);
});

test("fewer than two values give no picture", () => {
  expect(plotOf([1])).toEqual([""]);
  expect(plotOf([1, Number.NaN])).toEqual([""]);
});

test("equal values are drawn", () => {
  expect(dotsOf(plotOf([2, 2, 2])).length).toBe(40);
});
