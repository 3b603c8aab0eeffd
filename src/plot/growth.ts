import { requireInput } from "../common/failure.ts";
import { above, framed } from "./drawing/above.ts";
import type { Drawing } from "./drawing/drawing.ts";
import { namesAtEnds, namesRoom } from "./drawing/line-ends.ts";
import { figureSvg, frameHeight } from "./drawing/svg.ts";
import { axisLabel, colourOf, POWERS_OF_TEN } from "./drawing/theme.ts";

/** Condition numbers against the length of the cell. */
export interface GrowthSeries {
  readonly label: string;
  /** Length [bohr] and κ. */
  readonly points: readonly { readonly length: number; readonly condition: number }[];
}

const HEIGHT = 320;

/**
 * Draws condition numbers against the length of the cell, both logarithmic, as the text of an SVG
 * file.
 *
 * @throws InputError if a value is not positive or there is none.
 */
export async function growthSvg(
  series: readonly GrowthSeries[],
  {
    title,
    domain,
    ...how
  }: { readonly title?: string; readonly domain?: readonly [number, number] } & Drawing = {},
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
  const ends = lines.map(({ label, points, colour }) => {
    const last = points.at(-1)!;
    return { label, colour, x: last.length, y: last.condition };
  });
  const top = above({ title, width: how.width });
  const room = namesRoom(ends, how.width);
  return figureSvg(
    (plot) => ({
      ...framed(HEIGHT, top, room),
      x: { type: "log", ...axisLabel("length of the cell (bohr)"), ticks: lengths, tickFormat: "d" },
      y: {
        ...POWERS_OF_TEN,
        domain: [low, high],
        ...axisLabel("condition number κ"),
        ticks: decades,
        grid: true,
      },
      marks: [
        ...top.marks(plot),
        ...lines.flatMap(({ points, colour }) => [
          plot.line(points, { x: "length", y: "condition", stroke: colour, strokeWidth: 1.8 }),
          plot.dot(points, { x: "length", y: "condition", fill: colour, r: 2.6 }),
        ]),
        namesAtEnds(plot, ends, {
          decades: Math.log10(high / low),
          height: frameHeight(HEIGHT, top, how.width),
          room,
        }),
      ],
    }),
    how,
  );
}
