import type { Markish, ScaleOptions } from "@observablehq/plot";

/** Sizes, inks and colours shared by all pictures. */

/** Dark on white; a stylesheet inside the picture inverts them on dark screens. */
export const INK = "#1b1b1b";
export const PAPER = "#ffffff";
/** Ink of secondary lines: zeros, tolerances. */
export const FAINT = "#666666";

/**
 * Colours of Okabe and Ito, distinct with all colour vision deficiencies, orange and sky blue as
 * much darker as marks must be: 3 to 1 on white and, inverted, on black. Then repeated.
 */
export const PALETTE = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#c68600", "#3d9bd6", "#000000"] as const;

/** Returns the colour of series `i`. */
export const colourOf = (i: number): string => PALETTE[i % PALETTE.length]!;

/** The same hues as dark as words must be: 4.5 to 1 on white and, inverted, on black. */
const WORDS = ["#0072b2", "#b84e00", "#00735a", "#a8467d", "#8a6000", "#1b6d9e", "#000000"] as const;

/** Returns the colour of words about what is drawn in a colour of the palette. */
export const inkOf = (colour: string): string => WORDS[PALETTE.indexOf(colour as "#000000")] ?? colour;

export const WIDTH = 680;
/** Margin for a vertical axis with its label [px]. */
export const MARGIN_LEFT = 68;
export const MARGIN_RIGHT = 24;
export const MARGIN_BOTTOM = 44;
export type Plot = typeof import("@observablehq/plot");

/** Labels an axis at its middle with a quantity and its unit, without Plot's arrow. */
export const axisLabel = (label: string) =>
  ({ label, labelAnchor: "center", labelArrow: "none" }) as const satisfies ScaleOptions;

/** Draws a dashed horizontal line with its name at one side, inside the frame. */
export function namedLevel(
  plot: Plot,
  { value, label }: { readonly value: number; readonly label: string },
  side: "left" | "right" = "right",
): Markish[] {
  const isLeft = side === "left";
  return [
    plot.ruleY([value], { strokeDasharray: "5 4", stroke: FAINT }),
    plot.text([label], {
      y: () => value,
      text: (name: string) => name,
      frameAnchor: side,
      textAnchor: isLeft ? "start" : "end",
      dx: isLeft ? 6 : -6,
      dy: -8,
      fill: FAINT,
    }),
  ];
}

/** Axis of powers of ten. */
export const POWERS_OF_TEN = {
  type: "log",
  tickFormat: (value: number) => powerOfTen(Math.round(Math.log10(value))),
} as const satisfies ScaleOptions;

/** Returns an axis from 10^low to 10^high with about `most` ticks. */
export function decadeAxis(low: number, high: number, most = Number.POSITIVE_INFINITY) {
  const spacing = Math.max(1, Math.ceil((high - low) / most));
  const count = Math.floor((high - low) / spacing) + 1;
  const ticks = Array.from({ length: count }, (_, i) => 10 ** (low + spacing * i));
  return { ...POWERS_OF_TEN, domain: [10 ** low, 10 ** high], ticks } as const;
}

/** Returns 10⁻⁶ for −6. */
export function powerOfTen(exponent: number): string {
  const superscript = "⁰¹²³⁴⁵⁶⁷⁸⁹";
  const digits = [...String(Math.abs(exponent))].map((digit) => superscript[Number(digit)]).join("");
  return `10${exponent < 0 ? "⁻" : ""}${digits}`;
}
