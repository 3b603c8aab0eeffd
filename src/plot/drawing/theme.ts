import type { Markish, ScaleOptions } from "@observablehq/plot";

/** What every picture shares: sizes, inks, and the colours that tell series apart. */

/** Dark on white; a stylesheet inside the picture turns both round on dark screens. */
export const INK = "#1b1b1b";
export const PAPER = "#ffffff";
/** For what the eye may pass over: zero lines, tolerances. */
export const FAINT = "#666666";

/**
 * The colours of Okabe and Ito that are legible on white, which eyes with any common deficiency tell apart; series
 * beyond the last start again.
 */
export const PALETTE = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"] as const;

/** Colour of series number `i`. */
export const colourOf = (i: number): string => PALETTE[i % PALETTE.length]!;

export const WIDTH = 680;
/** Room for a vertical axis with its label [px]. */
export const MARGIN_LEFT = 68;
export const MARGIN_RIGHT = 24;
export const MARGIN_BOTTOM = 44;
/** Above the frame, with a title, a line below it, and without [px]. */
export const marginTop = (title: string | undefined, subtitle?: string): number =>
  16 + (title === undefined ? 0 : 26) + (subtitle === undefined ? 0 : 18);

/** A key above the frame takes so much more [px]. */
const KEY_ROW = 14;

/** Size and margins of a picture of one frame. */
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

/** Name of a quantity with its unit beside the middle of its axis, without the arrow that Plot would add. */
export const axisLabel = (label: string) =>
  ({ label, labelAnchor: "center", labelArrow: "none" }) as const satisfies ScaleOptions;

/** Where a title stands that has a key below it. */
export const OVER_KEY = { dy: -40 } as const;

/**
 * The title above the frame and the line below it, where there are such.
 *
 * @param place what Plot should know beside: a facet, another height.
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

/** A key in one row above the frame: names of series in their colours. */
export const key = (plot: Plot, names: readonly string[]): Markish[] => {
  let dx = 0;
  return names.map((name, i) => {
    const mark = plot.text([`■ ${name}`], {
      frameAnchor: "top-left",
      dx,
      dy: -14,
      fill: colourOf(i),
      fontWeight: 600,
    });
    dx += keyWidth([name]);
    return mark;
  });
};

/** A dashed horizontal line with its name at one side, inside the frame. */
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

/** What names take in a key, with the room after each [px]. */
export const keyWidth = (names: readonly string[]): number =>
  names.reduce((width, name) => width + 30 + 7.2 * name.length, 0);

/** An axis of powers of ten. */
export const POWERS_OF_TEN = {
  type: "log",
  tickFormat: (value: number) => powerOfTen(Math.round(Math.log10(value))),
} as const satisfies ScaleOptions;

/** 10⁻⁶ for −6. */
export function powerOfTen(exponent: number): string {
  const superscript = "⁰¹²³⁴⁵⁶⁷⁸⁹";
  const digits = [...String(Math.abs(exponent))].map((digit) => superscript[Number(digit)]).join("");
  return `10${exponent < 0 ? "⁻" : ""}${digits}`;
}
