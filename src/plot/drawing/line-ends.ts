import type { Markish } from "@observablehq/plot";
import { brokenInto, widthOf } from "./above.ts";
import { inkOf, PAPER, type Plot, WIDTH } from "./theme.ts";

/** Last point of a line, with its name. */
export interface LineEnd {
  readonly label: string;
  readonly colour: string;
  readonly x: number;
  /** Positive, on an axis of powers of ten. */
  readonly y: number;
}

/** Space before names at the ends of lines and a usual width [px]; largest share of a picture. */
const BEFORE = 9;
const USUAL = 120;
const LARGEST = 0.4;
/** Height of a line of text [px]. */
const LINE = 15;

/** Returns the margin for names at the ends of lines, to the right of the frame [px]. */
export const namesRoom = (ends: readonly LineEnd[], width = WIDTH): number => {
  const longest = BEFORE + Math.max(0, ...ends.map(({ label }) => widthOf(label, 12)));
  return width === WIDTH ? Math.max(USUAL, longest) : Math.min(longest, LARGEST * width);
};

/**
 * Draws names in their colours at the ends of lines.
 *
 * @param axis decades and height [px] of the vertical axis, and the margin for the names.
 */
export const namesAtEnds = (
  plot: Plot,
  ends: readonly LineEnd[],
  { decades, height, room }: { readonly decades: number; readonly height: number; readonly room: number },
): Markish =>
  plot.text(apart(ends, (decades * LINE) / height), {
    x: "x",
    y: "y",
    text: ({ label }: LineEnd) => brokenInto(label, room - BEFORE, 12).join("\n"),
    fill: ({ colour }: LineEnd) => inkOf(colour),
    textAnchor: "start",
    dx: BEFORE,
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
