import { EV_PER_HARTREE } from "../../src/common/units.ts";
import { above } from "../../src/plot/drawing/above.ts";
import { figureSvg } from "../../src/plot/drawing/svg.ts";
import {
  axisLabel,
  colourOf,
  decadeAxis,
  FAINT,
  MARGIN_BOTTOM,
  MARGIN_LEFT,
  MARGIN_RIGHT,
  POWERS_OF_TEN,
  WIDTH,
} from "../../src/plot/drawing/theme.ts";
import type { Bar } from "./widths.ts";

/** Bars of one level; absent where there is none. */
export interface DrawnBar {
  /** Cutoff or tolerance [Ha]. */
  readonly x: number;
  readonly float64?: Bar | undefined;
  readonly float32?: Bar | undefined;
  readonly published?: number | undefined;
  readonly published32?: number | undefined;
}

const DASHES = "4 3";
/** Below this a part is drawn nowhere [Ha]. */
const LEAST = 1e-17;
const SERIES = ["discretisation", "algorithm", "arithmetic", "published bar"] as const;
const FRAME = {
  width: WIDTH,
  marginLeft: MARGIN_LEFT,
  marginRight: MARGIN_RIGHT,
  marginBottom: MARGIN_BOTTOM,
};

/** Draws what bars consist of against cutoff or tolerance. */
export function partsPanel(
  bars: readonly DrawnBar[],
  { title, x }: { readonly title: string; readonly x: "cutoff" | "tolerance" },
): Promise<string> {
  const values: Readonly<
    Record<(typeof SERIES)[number], readonly ((bar: DrawnBar) => number | undefined)[]>
  > = {
    discretisation: [({ float64 }) => float64?.discretisation],
    algorithm: [({ float64 }) => float64?.algorithm],
    arithmetic: [({ float64 }) => float64?.arithmetic, ({ float32 }) => float32?.arithmetic],
    "published bar": [({ published }) => published, ({ published32 }) => published32],
  };
  const lines = SERIES.flatMap((name, i) =>
    values[name].map((of, precision) => ({
      colour: colourOf(i),
      dashes: precision === 1 ? DASHES : undefined,
      points: bars.flatMap((bar) => {
        const y = of(bar);
        return y !== undefined && y > LEAST ? [{ x: bar.x, y }] : [];
      }),
    })),
  );
  const decades = lines.flatMap(({ points }) => points.map(({ y }) => Math.log10(y)));
  const xs = bars.map((bar) => bar.x);
  const top = above({ title, key: [...SERIES, { label: "float32", dashes: DASHES }] });
  return figureSvg((plot) => ({
    ...FRAME,
    height: top.height + 300,
    marginTop: top.height,
    x:
      x === "cutoff"
        ? { ...axisLabel("cutoff (Ha)"), type: "log", ticks: xs, tickFormat: String }
        : {
            ...axisLabel("tolerance of the solver (Ha)"),
            ...POWERS_OF_TEN,
            reverse: true,
            ticks: xs.filter((tol) => Math.abs(Math.log10(tol) - Math.round(Math.log10(tol))) < 1e-9),
          },
    y: {
      ...axisLabel("largest distance (Ha)"),
      ...decadeAxis(
        Math.max(-17, Math.floor(Math.min(...decades))),
        Math.ceil(Math.max(...decades) + 0.3),
        9,
      ),
      grid: true,
    },
    marks: [
      ...top.marks(plot),
      ...lines.flatMap(({ points, colour, dashes }) => [
        plot.line(points, {
          x: "x",
          y: "y",
          stroke: colour,
          strokeWidth: 1.8,
          ...(dashes && { strokeDasharray: dashes }),
        }),
        plot.dot(points, { x: "x", y: "y", ...(dashes ? { stroke: colour } : { fill: colour }), r: 2.6 }),
      ]),
    ],
  }));
}

/** Draws levels along L-Γ-X with the published bars and with the intervals that are proved. */
export function pathPanel(
  points: readonly {
    readonly x: number;
    readonly bars: readonly { readonly theta: number; readonly bar: { readonly value: number } }[];
    readonly proved: readonly { readonly lower: number; readonly upper: number }[];
  }[],
  title: string,
): Promise<string> {
  const [first, gamma, last] = [points[0]!.x, Math.sqrt(3) / 2, points.at(-1)!.x];
  const zero = points.find(({ x }) => Math.abs(x - gamma) < 1e-9)!.bars[3]!.theta;
  const energy = (e: number) => (e - zero) * EV_PER_HARTREE;
  const published = points.flatMap(({ x, bars }) =>
    bars.map(({ theta, bar }, band) => ({
      x,
      y: energy(theta),
      low: energy(theta - bar.value),
      high: energy(theta + bar.value),
      band,
    })),
  );
  const proved = points.flatMap(({ x, proved: ends }) =>
    ends.map(({ lower, upper }) => ({ x, low: energy(lower), high: energy(upper) })),
  );
  const key = [
    { label: "published bar", colour: colourOf(3) },
    { label: "proved interval, same basis (mostly thinner than a line)", colour: colourOf(0) },
  ];
  const top = above({ title, key });
  return figureSvg((plot) => ({
    ...FRAME,
    height: top.height + 380,
    marginTop: top.height,
    x: {
      ...axisLabel(""),
      ticks: [first, gamma, last],
      tickFormat: (x: number) => (x === first ? "L" : x === last ? "X" : "Γ"),
    },
    y: { ...axisLabel("energy above the valence top (eV)"), grid: true },
    marks: [
      ...top.marks(plot),
      plot.ruleX([gamma], { stroke: FAINT }),
      plot.line(published, { x: "x", y: "y", z: "band", stroke: FAINT, strokeWidth: 1 }),
      plot.link(published, {
        x: "x",
        y1: "low",
        y2: "high",
        stroke: colourOf(3),
        strokeWidth: 5,
        strokeOpacity: 0.7,
      }),
      plot.link(proved, { x: "x", y1: "low", y2: "high", stroke: colourOf(0), strokeWidth: 2.5 }),
    ],
  }));
}
