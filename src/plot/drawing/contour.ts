import { requireInput } from "../../common/failure.ts";
import { above } from "./above.ts";
import type { Drawing } from "./drawing.ts";
import { figureSvg } from "./svg.ts";
import { axisLabel, INK, MARGIN_BOTTOM, MARGIN_LEFT, PAPER, WIDTH } from "./theme.ts";
import { beside } from "./together.ts";

/** Values on a rectangle, x fastest, both ends of each side included. */
export interface DrawnSlice {
  /** Sides [bohr, or the unit of the axes]. */
  readonly width: number;
  readonly height: number;
  /** First corner. Default the origin. */
  readonly from?: readonly [number, number];
  readonly columns: number;
  readonly rows: number;
  readonly values: ArrayLike<number>;
}

export interface ContourOptions extends Drawing {
  readonly title?: string | undefined;
  /** Symbol with its unit, beside the colour key. */
  readonly quantity: string;
  /** Names of the two directions with their units. Defaults `x (bohr)` and `y (bohr)`. */
  readonly axes?: readonly [string, string];
  /** Atoms to mark [bohr]; faint ones lie off the plane. */
  readonly atoms?: readonly {
    readonly x: number;
    readonly y: number;
    readonly label: string;
    readonly isFaint: boolean;
  }[];
  /** Colour scale; `diverging` is lightest at zero. Default `sequential`. */
  readonly colours?: "sequential" | "diverging";
  /** Quantiles of the values at the ends of the colour scale. Default 0 and 1. */
  readonly range?: readonly [number, number];
  /** Height of the map [px]. Default to scale with its width. */
  readonly tall?: number;
  /** Positions of horizontal lines. */
  readonly rules?: readonly number[];
  /** Number of colour bands. Default 12. */
  readonly levels?: number;
}

/** Width of the colour key, least and greatest height of the map [px]. */
const KEY = 96;
const LEAST = 150;
const GREATEST = 560;

/**
 * Draws a slice through a field as bands of colour with contour lines, to scale, as the text of an
 * SVG file. Lightness runs evenly, so that colours differ in grey as well.
 *
 * @throws InputError if the values do not fill the rectangle or are not finite.
 */
export async function contourSvg(
  { width, height, from: [left, base] = [0, 0], columns, rows, values }: DrawnSlice,
  {
    title,
    quantity,
    axes = ["x (bohr)", "y (bohr)"],
    atoms = [],
    colours = "sequential",
    levels = 12,
    range = [0, 1],
    rules = [],
    tall: given,
    width: across = WIDTH,
    adapt,
  }: ContourOptions,
): Promise<string> {
  const sorted = Float64Array.from(values).sort();
  requireInput(
    sorted.length === columns * rows && columns > 1 && rows > 1 && sorted.every(Number.isFinite),
    () => `contourSvg: must have ${columns}×${rows} finite values, got ${sorted.length}`,
  );
  let [low, high] = range.map((share) => sorted[Math.round(share * (sorted.length - 1))]!) as [
    number,
    number,
  ];
  if (colours === "diverging") [low, high] = [-Math.max(-low, high), Math.max(-low, high)];
  if (!(high > low)) [low, high] = [low - 0.5 * (Math.abs(low) || 1), high + 0.5 * (Math.abs(high) || 1)];
  const all = Array.from(values, (value) => Math.min(Math.max(value, low), high));
  const step = (high - low) / levels;
  const thresholds = Array.from({ length: levels }, (_, i) => low + i * step);
  const scheme = {
    type: "linear",
    domain: [low, high],
    scheme: colours === "diverging" ? "RdBu" : "viridis",
  } as const;
  const inner = across - MARGIN_LEFT - KEY;
  const tall = given ?? Math.min(GREATEST, Math.max(LEAST, (inner * height) / width));
  const wide = given === undefined ? Math.min(inner, (tall * width) / height) : inner;
  const head = above({ title, width: MARGIN_LEFT + wide + 12, isNarrow: across < WIDTH });
  const top = head.height;
  const bottom = MARGIN_BOTTOM;

  const [dx, dy] = [width / (columns - 1), height / (rows - 1)];
  // Names of atoms at the sides are drawn inside, away from the ticks.
  const edge = 0.02 * width;
  const right = left + width - edge;
  const map = await figureSvg(
    (plot) => ({
      width: MARGIN_LEFT + wide + 12,
      height: top + tall + bottom,
      marginTop: top,
      marginLeft: MARGIN_LEFT,
      marginRight: 12,
      marginBottom: bottom,
      x: { ...axisLabel(axes[0]), domain: [left, left + width] },
      y: { ...axisLabel(axes[1]), domain: [base, base + height] },
      color: scheme,
      marks: [
        plot.contour(all, {
          width: columns,
          height: rows,
          // Contours place a value at the middle of its pixel.
          x1: left - dx / 2,
          y1: base - dy / 2,
          x2: left + width + dx / 2,
          y2: base + height + dy / 2,
          fill: (value: number) => value,
          stroke: INK,
          strokeOpacity: 0.35,
          strokeWidth: 0.5,
          thresholds,
          clip: true,
          className: "map",
        }),
        plot.ruleY(rules, { className: "map", stroke: PAPER, strokeDasharray: "5 4", strokeWidth: 1.4 }),
        plot.dot(atoms, {
          x: "x",
          y: "y",
          r: 4,
          fill: (atom: { isFaint: boolean }) => (atom.isFaint ? "none" : PAPER),
          stroke: (atom: { isFaint: boolean }) => (atom.isFaint ? PAPER : INK),
          strokeWidth: 1.2,
          clip: false,
          className: "map",
        }),
        ...(["start", "middle", "end"] as const).map((textAnchor, third) =>
          plot.text(
            atoms.filter(
              ({ x, isFaint }) => !isFaint && third === 1 + Number(x > right) - Number(x < left + edge),
            ),
            {
              x: "x",
              y: "y",
              text: "label",
              textAnchor,
              dx: 7 - 7 * third,
              dy: -11,
              fill: INK,
              stroke: PAPER,
              strokeWidth: 2.5,
              fontWeight: 600,
            },
          ),
        ),
        plot.frame({ stroke: INK }),
        ...head.marks(plot),
      ],
    }),
    { adapt },
  );
  const key = await figureSvg((plot) => ({
    width: KEY,
    height: top + tall + bottom,
    marginTop: top,
    marginLeft: 4,
    marginRight: 76,
    marginBottom: bottom,
    x: { axis: null, domain: [0, 1] },
    y: { ...axisLabel(quantity), domain: [low, high], axis: "right" },
    color: scheme,
    marks: [
      plot.rect(thresholds, {
        x1: 0,
        x2: 1,
        y1: (value: number) => value,
        y2: (value: number) => value + step,
        fill: (value: number) => value + step / 2,
        className: "map",
      }),
      plot.frame({ stroke: INK }),
    ],
  }));
  return beside([map, key]);
}
