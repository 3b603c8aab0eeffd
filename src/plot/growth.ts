import { requireInput } from "../common/failure.ts";
import { figureSvg } from "./svg.ts";
import {
  axisLabel,
  colourOf,
  heading,
  MARGIN_BOTTOM,
  MARGIN_LEFT,
  marginTop,
  powerOfTen,
  WIDTH,
} from "./theme.ts";

/** A condition number against the length of the cell. */
export interface GrowthSeries {
  readonly label: string;
  /** Length [bohr] and κ. */
  readonly points: readonly { readonly length: number; readonly condition: number }[];
}

/** Height of a line of label text [px]. */
const LINE = 15;
const HEIGHT = 320;

/**
 * Condition numbers against the length of the cell, both logarithmic, as the text of an SVG file.
 *
 * @throws InputError if a value is not positive or there is none.
 */
export async function growthSvg(
  series: readonly GrowthSeries[],
  { title, domain }: { readonly title?: string; readonly domain?: readonly [number, number] } = {},
): Promise<string> {
  const all = series.flatMap(({ points }) => points);
  requireInput(
    all.length > 0 && all.every(({ length, condition }) => length > 0 && condition > 0),
    () => "growthSvg: must have positive lengths and condition numbers, got none or others",
  );
  const conditions = all.map(({ condition }) => condition);
  const [low, high] = domain ?? [1, 1.2 * Math.max(...conditions)];
  const decades = Array.from(
    { length: Math.ceil(Math.log10(high / low)) + 1 },
    (_, i) => 10 ** (Math.ceil(Math.log10(low)) + i),
  ).filter((x) => x <= high);
  const lengths = [...new Set(all.map(({ length }) => length))].sort((a, b) => a - b);
  const lines = series.map(({ label, points }, i) => ({ label, points, colour: colourOf(i) }));
  // Names at the ends of the lines, moved up where they would lie on each other.
  let floor = Number.NEGATIVE_INFINITY;
  const gap = (Math.log10(high / low) * LINE) / (HEIGHT - MARGIN_BOTTOM - marginTop(title));
  const names = lines
    .map(({ label, points, colour }) => ({ label, colour, ...points.at(-1)! }))
    .sort((a, b) => a.condition - b.condition)
    .map((name) => {
      const height = Math.max(Math.log10(name.condition), floor);
      floor = height + gap;
      return { ...name, condition: 10 ** height };
    });
  return figureSvg((plot) => ({
    width: WIDTH,
    height: HEIGHT,
    marginTop: marginTop(title),
    marginLeft: MARGIN_LEFT,
    marginRight: 120,
    marginBottom: MARGIN_BOTTOM,
    x: { type: "log", ...axisLabel("length of the cell (bohr)"), ticks: lengths, tickFormat: "d" },
    y: {
      type: "log",
      domain: [low, high],
      ...axisLabel("condition number κ"),
      ticks: decades,
      tickFormat: (x: number) => powerOfTen(Math.round(Math.log10(x))),
      grid: true,
    },
    marks: [
      ...heading(plot, title),
      ...lines.flatMap(({ points, colour }) => [
        plot.line(points, { x: "length", y: "condition", stroke: colour, strokeWidth: 1.8 }),
        plot.dot(points, { x: "length", y: "condition", fill: colour, r: 2.6 }),
      ]),
      plot.text(names, {
        x: "length",
        y: "condition",
        text: "label",
        fill: "colour",
        textAnchor: "start",
        dx: 9,
        fontWeight: 600,
      }),
    ],
  }));
}
