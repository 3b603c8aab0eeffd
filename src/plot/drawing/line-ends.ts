import type { Markish } from "@observablehq/plot";
import { PAPER, type Plot } from "./theme.ts";

/** The last point of a line, and what it is called. */
export interface LineEnd {
  readonly label: string;
  readonly colour: string;
  readonly x: number;
  /** Positive: its axis has powers of ten. */
  readonly y: number;
}

/** Room that names at the ends of lines take at the right of the frame [px]. */
export const NAMES_RIGHT = 120;
/** Height of a line of text [px]. */
const LINE = 15;

/**
 * Names in their colours at the ends of lines.
 *
 * @param decades of the vertical axis, and its `height` [px].
 */
export const namesAtEnds = (
  plot: Plot,
  ends: readonly LineEnd[],
  { decades, height }: { readonly decades: number; readonly height: number },
): Markish =>
  plot.text(apart(ends, (decades * LINE) / height), {
    x: "x",
    y: "y",
    text: "label",
    fill: "colour",
    textAnchor: "start",
    dx: 9,
    fontWeight: 600,
    stroke: PAPER, // lines of others may pass below
    strokeWidth: 4,
  });

/** Moves names up so that no two are nearer than `gap` decades, lowest first. */
function apart(ends: readonly LineEnd[], gap: number): LineEnd[] {
  let floor = Number.NEGATIVE_INFINITY;
  return [...ends]
    .sort((a, b) => a.y - b.y)
    .map((end) => {
      const height = Math.max(Math.log10(end.y), floor);
      floor = height + gap;
      return { ...end, y: 10 ** height };
    });
}
