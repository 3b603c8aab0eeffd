import { requireInput } from "../common/failure.ts";
import { above, framed } from "./drawing/above.ts";
import type { Drawing } from "./drawing/drawing.ts";
import { figureSvg } from "./drawing/svg.ts";
import { axisLabel, colourOf, FAINT, namedLevel } from "./drawing/theme.ts";

/** Function along a periodic axis, at equal distances from 0 to just before the end. */
export interface Profile {
  readonly label: string;
  readonly values: ArrayLike<number>;
}

export interface ProfileOptions extends Drawing {
  readonly title?: string | undefined;
  /** Length of the axis [bohr]. */
  readonly length: number;
  /** Quantity with its unit. */
  readonly quantity: string;
  /** Name of the direction. Default `position along the long axis`. */
  readonly axis?: string;
  /** Positions of atomic layers, marked below the lines [bohr]. */
  readonly layers?: readonly number[];
  /** Named level, such as the Fermi level. */
  readonly level?: { readonly value: number; readonly label: string };
}

const HEIGHT = 300;
/** Widths and dashes of the lines, in order: first the function itself, then its averages. */
const STYLES = [
  { strokeWidth: 1.4 },
  { strokeWidth: 2.4 },
  { strokeWidth: 1.8, strokeDasharray: "6 3" },
  { strokeWidth: 1.8, strokeDasharray: "2 3" },
] as const;

/**
 * Draws plane averages and further averages of them along an axis, as the text of an SVG file.
 *
 * @throws InputError if there is nothing to draw.
 *
 * @example
 * ```ts
 * import { profileSvg } from "stillwave";
 *
 * const values = Float64Array.from({ length: 50 }, (_, i) => Math.cos(i / 8) ** 2);
 * const profile = { label: "density", values };
 * const svg = await profileSvg([profile], { length: 30, quantity: "ρ (bohr⁻³)" });
 * console.log(svg.length);
 * ```
 */
export async function profileSvg(
  profiles: readonly Profile[],
  {
    title,
    length,
    quantity,
    axis = "position along the long axis",
    layers = [],
    level,
    ...how
  }: ProfileOptions,
): Promise<string> {
  requireInput(
    profiles.length > 0 && profiles.every(({ values }) => values.length > 0),
    () => "profileSvg: must have profiles with values, got none",
  );
  const lines = profiles.map(({ values }) =>
    // The cell is periodic: the first plane closes the line.
    [...Array.from(values), values[0]!].map((value, i) => ({ z: (i * length) / values.length, value })),
  );
  const all = [...lines.flatMap((line) => line.map(({ value }) => value)), ...(level ? [level.value] : [])];
  const [least, most] = [Math.min(...all), Math.max(...all)];
  const pad = 0.06 * (most - least || Math.abs(most) || 1);
  const top = above({ title, key: profiles.map(({ label }) => label), width: how.width });
  return figureSvg(
    (plot) => ({
      ...framed(HEIGHT, top),
      x: { ...axisLabel(`${axis} (bohr)`), domain: [0, length] },
      y: { ...axisLabel(quantity), domain: [least - pad, most + pad], grid: true },
      marks: [
        ...top.marks(plot),
        plot.ruleX(layers, {
          x: (z: number) => z,
          y1: () => least - pad,
          y2: () => least - 0.4 * pad,
          stroke: FAINT,
          strokeWidth: 2,
        }),
        ...(level === undefined ? [] : namedLevel(plot, level)),
        ...lines.map((line, i) =>
          plot.line(line, {
            x: "z",
            y: "value",
            stroke: colourOf(i),
            curve: "catmull-rom",
            clip: true,
            ...STYLES[i % STYLES.length]!,
          }),
        ),
      ],
    }),
    how,
  );
}
