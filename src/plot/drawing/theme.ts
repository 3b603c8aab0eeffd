import type { Markish, ScaleOptions } from "@observablehq/plot";

/** Sizes, inks and colours shared by all pictures. */

/** Dark on white; a stylesheet inside the picture inverts them on dark screens. */
export const INK = "#1b1b1b";
export const PAPER = "#ffffff";
/** Ink of secondary lines: zeros, tolerances. */
export const FAINT = "#666666";

/** Colours of Okabe and Ito, distinct with all colour vision deficiencies; then repeated. */
export const PALETTE = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"] as const;

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
/** Returns the margin above the frame, for a title and a line below it [px]. */
export const marginTop = (title: string | undefined, subtitle?: string): number =>
  16 + (title === undefined ? 0 : 26) + (subtitle === undefined ? 0 : 18);

/** Height of a key above the frame [px]. */
export const KEY_ROW = 14;

/** Returns size and margins of a picture with one frame. */
export const framed = (
  height: number,
  title: string | undefined,
  { hasKey = false, right = MARGIN_RIGHT }: { readonly hasKey?: boolean; readonly right?: number } = {},
) => ({
  width: WIDTH,
  height,
  marginTop: marginTop(title) + (hasKey ? KEY_ROW : 0),
  marginLeft: MARGIN_LEFT,
  marginRight: right,
  marginBottom: MARGIN_BOTTOM,
});

export type Plot = typeof import("@observablehq/plot");

/** Labels an axis at its middle with a quantity and its unit, without Plot's arrow. */
export const axisLabel = (label: string) =>
  ({ label, labelAnchor: "center", labelArrow: "none" }) as const satisfies ScaleOptions;

/** Position of a title above a key. */
export const OVER_KEY = { dy: -40 } as const;

/**
 * Draws the title above the frame and the line below it, if given.
 *
 * @param place further options of Plot: a facet, another height.
 */
export function heading(
  plot: Plot,
  title: string | undefined,
  place: object = {},
  subtitle?: string,
): Markish[] {
  const line = (text: string, dy: number, fontSize: number, fontWeight: string): Markish =>
    plot.text([text], { frameAnchor: "top-left", dy, fontSize, fontWeight, ...place });
  return [
    ...(title === undefined ? [] : [line(title, subtitle === undefined ? -30 : -48, 14, "bold")]),
    ...(subtitle === undefined ? [] : [line(subtitle, -28, 12, "normal")]),
  ];
}

/** Draws a key above the frame, in as many rows as it takes: names of series in their colours. */
export const key = (plot: Plot, names: readonly string[]): Markish[] => {
  const last = keyRows(names) - 1;
  return keyPlaces(names).map(({ dx, row }, i) =>
    plot.text([`■ ${names[i]!}`], {
      frameAnchor: "top-left",
      dx,
      dy: -14 - KEY_ROW * (last - row),
      fill: inkOf(colourOf(i)),
      fontWeight: 600,
    }),
  );
};

/** Returns the number of rows of a key. */
export const keyRows = (names: readonly string[]): number =>
  1 + Math.max(0, ...keyPlaces(names).map(({ row }) => row));

function keyPlaces(names: readonly string[]): { readonly dx: number; readonly row: number }[] {
  let [dx, row] = [0, 0];
  return names.map((name) => {
    const width = keyWidth([name]);
    if (dx > 0 && dx + width > WIDTH - MARGIN_LEFT) [dx, row] = [0, row + 1];
    const place = { dx, row };
    dx += width;
    return place;
  });
}

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

/** Returns the width of names in a key, with the space after each [px]. */
export const keyWidth = (names: readonly string[]): number =>
  names.reduce((width, name) => width + 30 + 7.2 * name.length, 0);

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
