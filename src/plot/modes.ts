import { requireInput } from "../common/failure.ts";
import { above } from "./drawing/above.ts";
import type { Drawing } from "./drawing/drawing.ts";
import { figureSvg } from "./drawing/svg.ts";
import { axisLabel, colourOf, FAINT, MARGIN_BOTTOM, MARGIN_RIGHT, WIDTH } from "./drawing/theme.ts";

/** Function along an axis of the cell, at equal distances from 0 to just before `length`. */
export interface PlaneProfile {
  readonly label: string;
  readonly values: readonly number[];
}

export interface ModesSvgOptions extends Drawing {
  readonly title?: string;
  /** Length of the axis [bohr]. */
  readonly length: number;
}

/** Margin for the vertical axes, without a label [px]. */
const LEFT = 56;

/**
 * Draws plane averages of densities along the long axis, in one panel each, as the text of an SVG
 * file. Each is scaled to its maximum, as the norm of an eigenvector is arbitrary.
 *
 * @throws InputError if there is nothing to draw.
 */
export async function modesSvg(
  profiles: readonly PlaneProfile[],
  { title, length, ...how }: ModesSvgOptions,
): Promise<string> {
  requireInput(
    profiles.length > 0 && profiles.every(({ values }) => values.length > 0),
    () => "modesSvg: must have profiles with values, got none",
  );
  const names = profiles.map(({ label }) => label);
  const points = profiles.flatMap(({ label, values }, i) => {
    const most = Math.max(...values.map(Math.abs)) || 1;
    // The cell is periodic: the first plane closes the line.
    return [...values, values[0]!].map((value, z) => ({
      label,
      z: (z * length) / values.length,
      value: value / most,
      colour: colourOf(i),
    }));
  });
  const top = above({ title, width: how.width, left: LEFT });
  return figureSvg(
    (plot) => ({
      width: WIDTH,
      height: 60 + 190 * profiles.length + top.more,
      marginTop: top.height,
      marginLeft: LEFT,
      marginBottom: MARGIN_BOTTOM,
      marginRight: MARGIN_RIGHT,
      x: { ...axisLabel("position along the long axis (bohr)"), domain: [0, length] },
      y: { label: null, domain: [-1.15, 1.7], ticks: [-1, 0, 1], grid: true },
      fy: { domain: names, label: null, axis: null, padding: 0.08 },
      marks: [
        ...top.marks(plot, { fy: () => names[0]! }),
        plot.ruleY([0], { stroke: FAINT }),
        plot.line(points, {
          x: "z",
          y: "value",
          fy: "label",
          z: "label",
          stroke: (d: { colour: string }) => d.colour,
          strokeWidth: 1.8,
        }),
        plot.text(names, {
          fy: (name: string) => name,
          text: (name: string) => name,
          frameAnchor: "top-left",
          dx: 6,
          dy: 4,
          fontWeight: 600,
        }),
      ],
    }),
    { ...how, keepsHeight: true },
  );
}
