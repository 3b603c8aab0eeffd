import { requireInput } from "../../common/failure.ts";
import { above, framed } from "./above.ts";
import type { Drawing } from "./drawing.ts";
import { figureSvg } from "./svg.ts";
import { axisLabel, colourOf, decadeAxis, namedLevel } from "./theme.ts";

/** Function known at points. */
export interface Line {
  readonly label: string;
  /** Points in the order of joining; those outside an axis are left out. */
  readonly points: readonly (readonly [x: number, y: number])[];
  /** Marked points alone, or a curve through them alone. Default both. */
  readonly drawnAs?: "points" | "curve";
}

export interface LinesOptions extends Drawing {
  readonly title?: string | undefined;
  /** Names with units. */
  readonly x: string;
  readonly y: string;
  /** Axes with powers of ten. Default none. */
  readonly log?: "x" | "y" | "xy";
  /** Named horizontal line. */
  readonly level?: { readonly value: number; readonly label: string };
}

const HEIGHT = 360;

/**
 * Draws any quantity against another, as the text of an SVG file.
 *
 * @throws InputError if no point can be shown.
 *
 * @example
 * ```ts
 * import { linesSvg } from "stillwave";
 *
 * const points = [5, 10, 15].map((ecut) => [ecut, Math.exp(-ecut)] as const);
 * const axes = { x: "cutoff (Ha)", y: "error (Ha)", log: "y" } as const;
 * console.log((await linesSvg([{ label: "energy", points }], axes)).length);
 * ```
 */
export async function linesSvg(
  lines: readonly Line[],
  { title, x, y, log, level, ...how }: LinesOptions,
): Promise<string> {
  const [isLogX, isLogY] = [log?.includes("x") === true, log?.includes("y") === true];
  const shows = (value: number, isLog: boolean) => Number.isFinite(value) && (!isLog || value > 0);
  const drawn = lines.map((line) => ({
    ...line,
    points: line.points.filter(([a, b]) => shows(a, isLogX) && shows(b, isLogY)),
  }));
  const all = drawn.flatMap(({ points }) => points);
  requireInput(all.length > 0, () => "linesSvg: must have a point that its axes can show, got none");
  const ys = [...all.map(([, b]) => b), ...(level === undefined ? [] : [level.value])];
  const top = above({ title, key: lines.map(({ label }) => label), width: how.width });
  return figureSvg(
    (plot) => ({
      ...framed(HEIGHT, top),
      x: {
        ...axisLabel(x),
        ...scale(
          all.map(([a]) => a),
          isLogX,
        ),
      },
      y: { ...axisLabel(y), ...scale(ys, isLogY), grid: true },
      marks: [
        ...top.marks(plot),
        ...(level === undefined ? [] : namedLevel(plot, level)),
        ...drawn.flatMap(({ points, drawnAs }, i) => [
          ...(drawnAs === "points" ? [] : [plot.line(points, { stroke: colourOf(i), strokeWidth: 1.8 })]),
          ...(drawnAs === "curve" ? [] : [plot.dot(points, { fill: colourOf(i), r: 2.6 })]),
        ]),
      ],
    }),
    how,
  );
}

/** Returns an axis of whole decades, or of slightly more than the range of the values. */
function scale(values: readonly number[], isLog: boolean) {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  if (!isLog) {
    const pad = 0.04 * (most - least || Math.abs(most) || 1);
    return { domain: [least - pad, most + pad] };
  }
  const low = Math.floor(Math.log10(least) + 1e-9);
  const high = Math.max(Math.ceil(Math.log10(most) - 1e-9), low + 1);
  return decadeAxis(low, high, 10);
}
