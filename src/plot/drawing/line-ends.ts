import type { Markish } from "@observablehq/plot";
import { inkOf, PAPER, type Plot } from "./theme.ts";

/** Last point of a line, with its name. */
export interface LineEnd {
  readonly label: string;
  readonly colour: string;
  readonly x: number;
  /** Positive, on an axis of powers of ten. */
  readonly y: number;
}

/** Width of names at the ends of lines, to the right of the frame [px]. */
export const NAMES_RIGHT = 120;
/** Height of a line of text [px]. */
const LINE = 15;

/**
 * Draws names in their colours at the ends of lines.
 *
 * @param axis decades and height [px] of the vertical axis.
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
    fill: ({ colour }: LineEnd) => inkOf(colour),
    textAnchor: "start",
    dx: 9,
    fontWeight: 600,
    stroke: PAPER, // other lines may pass below
    strokeWidth: 4,
  });

/** Moves names up, lowest first, so that they are at least `gap` decades apart. */
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
