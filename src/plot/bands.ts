import { InputError, requireInput } from "../common/failure.ts";
import { EV_PER_HARTREE } from "../common/units.ts";
import { type Mat3, norm, rowsVec, sub, type Vec3 } from "../common/vec3.ts";
import { above } from "./drawing/above.ts";
import type { Drawing } from "./drawing/drawing.ts";
import { figureSvg } from "./drawing/svg.ts";
import { axisLabel, decadeAxis, FAINT, PALETTE } from "./drawing/theme.ts";
import { stacked } from "./drawing/together.ts";

/** Data of a picture of bands: the fields of the bands file, or of `GroundState.bands`. */
export interface DrawnBands {
  /** [Ha] */
  readonly zero: number | { readonly energy: number };
  /** Rows [bohr⁻¹]; a file has none. */
  readonly reciprocal?: Mat3;
  readonly path: readonly { readonly label: string; readonly index: number }[];
  /** K-points, listed once for each spin. */
  readonly kpoints: readonly {
    readonly k: Vec3;
    readonly spin?: 0 | 1;
    readonly bands: readonly DrawnLevel[];
  }[];
}

/** [Ha] */
export interface DrawnLevel {
  readonly index: number;
  readonly energy: number;
  /** Ends of an interval around the exact level. */
  readonly lower?: number;
  readonly upper?: number;
  /** False if the interval is not proved; then drawn hollow. */
  readonly guaranteed?: boolean;
}

export interface BandsSvgOptions extends Drawing {
  readonly title?: string;
  /** Line below the title. */
  readonly subtitle?: string | undefined;
  /** Reciprocal vectors as rows [bohr⁻¹], for the scale of the path. Default the bands'. */
  readonly reciprocal?: Mat3;
  /** Name of `zero`, as in "energy above the Fermi level". Default `the zero of energy`. */
  readonly zeroName?: string;
  /** Bands up to this number are drawn as filled. */
  readonly filled?: number | undefined;
  /** Whether the k-points are a list: levels are drawn side by side. Default false, a path. */
  readonly isList?: boolean;
}

const WIDTH = 680;
const MARGINS = { width: WIDTH, marginLeft: 68, marginRight: 24 };
const HEIGHT = 440;
const WIDTHS_HEIGHT = 200;
/** One colour more than the palette: eight bands are usual. */
const WIDTH_COLOURS = [...PALETTE, "#737373"];
/** Length of a level in a list, whose columns are 1 apart. */
const LEVEL = 0.6;

/** Level of one band at its horizontal position [eV, from the zero]. */
interface Point {
  readonly x: number;
  readonly y: number;
  readonly low: number;
  readonly high: number;
  /** high − low, without the rounding of the shift. */
  readonly width: number;
  readonly isProved: boolean;
  readonly band: number;
  readonly spin: number;
  /** Key shared by the points of a line. */
  readonly line: string;
}

/**
 * Draws bands along their path, as the text of an SVG file. Intervals are shaded tubes; as most are
 * thinner than a line, a panel below shows their widths on a logarithmic axis.
 *
 * @throws InputError if there is nothing to draw.
 *
 * @example
 * ```ts
 * import { bandsSvg, bulk, newJob, solve } from "stillwave";
 *
 * const job = newJob(bulk("Si"), { ecut: 5, kgrid: [2, 2, 2], isMetal: false });
 * await using silicon = await solve(job);
 * const svg = await bandsSvg(await silicon.bands("GX", { points: 8 }), { title: "Silicon" });
 * console.log(svg.length);
 * ```
 */
export async function bandsSvg(bands: DrawnBands, options: BandsSvgOptions = {}): Promise<string> {
  const axis = horizontal(bands, options);
  const points = levels(bands, axis);
  requireInput(points.length > 0, () => "bandsSvg: must have a level, got none; compute at least one band");
  const upper = await bandPanel(points, axis, options);
  const tubes = points.filter(({ width }) => width > 0);
  return tubes.length === 0 ? upper : stacked([upper, await widthPanel(tubes, axis, options.width)]);
}

interface HorizontalAxis {
  /** Horizontal position of each k-point. */
  readonly at: readonly number[];
  /** Index of the connected piece of each k-point. */
  readonly piece: readonly number[];
  readonly ticks: readonly { readonly x: number; readonly label: string }[];
  readonly isList: boolean;
}

/** Computes Cartesian lengths along the path, 0 at jumps between named neighbouring points. */
function horizontal(bands: DrawnBands, options: BandsSvgOptions): HorizontalAxis {
  const { path, kpoints } = bands;
  const { reciprocal = bands.reciprocal, isList = false } = options;
  if (reciprocal === undefined)
    throw new InputError("reciprocal: must be given where the bands are those of a file, got none");
  const once = kpoints.filter(({ spin = 0 }) => spin === 0).map(({ k }) => k);
  const named = new Map(path.map(({ index, label }) => [index, label]));
  const at: number[] = [];
  const piece: number[] = [];
  const ticks: { x: number; label: string }[] = [];
  once.forEach((k, i) => {
    const jumps = isList || (named.has(i) && named.has(i - 1));
    const step = i === 0 ? 0 : isList ? 1 : jumps ? 0 : norm(rowsVec(reciprocal, sub(k, once[i - 1]!)));
    at.push((at[i - 1] ?? 0) + step);
    piece.push(i === 0 ? 0 : piece[i - 1]! + (jumps ? 1 : 0));
    const label = named.get(i) ?? (isList ? coordinates(k, once.length) : undefined);
    if (label === undefined) return;
    const before = ticks.at(-1);
    if (before !== undefined && before.x === at[i])
      ticks[ticks.length - 1] = { x: before.x, label: joined(before.label, label) };
    else ticks.push({ x: at[i]!, label });
  });
  return { at, piece, ticks, isList };
}

const joined = (a: string, b: string): string => (a === b ? a : `${a}|${b}`);

/** Returns coordinates as text, for lists short enough to hold it. */
const coordinates = (k: Vec3, count: number): string | undefined =>
  count <= 6 ? k.map((x) => Number(x.toFixed(3))).join(", ") : undefined;

function levels({ kpoints, zero }: DrawnBands, { at, piece }: HorizontalAxis): Point[] {
  const origin = typeof zero === "number" ? zero : zero.energy;
  const shift = (energy: number) => (energy - origin) * EV_PER_HARTREE;
  return kpoints.flatMap(({ bands, spin = 0 }, i) =>
    bands.map(({ index, energy, lower = energy, upper = energy, guaranteed = true }): Point => {
      const column = i % at.length;
      return {
        x: at[column]!,
        y: shift(energy),
        low: shift(lower),
        high: shift(upper),
        width: (upper - lower) * EV_PER_HARTREE,
        isProved: guaranteed,
        band: index,
        spin,
        line: `${index} ${piece[column]} ${spin}`,
      };
    }),
  );
}

function bandPanel(
  points: readonly Point[],
  axis: HorizontalAxis,
  { title, subtitle, zeroName = "the zero of energy", filled = 0, width, adapt }: BandsSvgOptions,
): Promise<string> {
  const all = points.flatMap(({ low, high }) => [low, high]);
  const [lowest, highest] = [Math.min(0, ...all), Math.max(0, ...all)];
  const pad = 0.04 * Math.max(highest - lowest, 1e-3);
  const colour = ({ band, spin }: Point) =>
    spin === 1 ? PALETTE[3] : band <= filled ? PALETTE[0] : PALETTE[1];
  // Told apart without colours as well: filled bands are thick, those of the second spin dashed.
  const strokeWidth = ({ band }: Point) => (band <= filled ? 2.4 : 1.2);
  const hasSpin = points.some(({ spin }) => spin === 1);
  const hasBoth = points.some(({ band }) => band <= filled) && points.some(({ band }) => band > filled);
  const names = [...(hasBoth ? ["thick: filled"] : []), ...(hasSpin ? ["dashed: spin down"] : [])].join(", ");
  const { isList } = axis;
  const top = above({ title, subtitle, width });
  return figureSvg(
    (plot) => {
      const x = xAxis(axis);
      const channels = { x: "x", y: "y", z: "line", stroke: colour, clip: true } as const;
      return {
        ...MARGINS,
        height: HEIGHT + top.more,
        marginTop: top.height,
        marginBottom: 34,
        x,
        y: {
          domain: [lowest - pad, highest + pad],
          ...axisLabel(`energy above ${zeroName} (eV)`),
          grid: true,
        },
        marks: [
          ...top.marks(plot),
          plot.ruleX(isList ? [] : axis.ticks, { x: "x", stroke: "#888", strokeWidth: 0.8 }),
          plot.ruleY([0], { stroke: "#333", strokeDasharray: "5 4" }),
          plot.areaY(isList ? [] : points, {
            x: "x",
            y1: "low",
            y2: "high",
            z: "line",
            fill: colour,
            fillOpacity: 0.25,
            clip: true,
          }),
          plot.ruleX(
            points.filter(({ width }) => width > 0),
            { x: "x", y1: "low", y2: "high", stroke: colour, strokeWidth: 1.4, clip: true },
          ),
          ...(isList
            ? [
                plot.ruleY(points, {
                  x1: (point: Point) => point.x - LEVEL / 2,
                  x2: (point: Point) => point.x + LEVEL / 2,
                  y: "y",
                  stroke: colour,
                  strokeWidth: 1.8,
                }),
              ]
            : [0, 1].map((spin) =>
                plot.line(
                  points.filter((point) => point.spin === spin),
                  { ...channels, strokeWidth, ...(spin === 1 ? { strokeDasharray: "5 3" } : {}) },
                ),
              )),
          plot.text([names], { frameAnchor: "top-right", dy: -14, fill: FAINT }),
        ],
      };
    },
    { width, adapt },
  );
}

function widthPanel(
  tubes: readonly Point[],
  axis: HorizontalAxis,
  wide: number | undefined,
): Promise<string> {
  const widths = tubes.map(({ width }) => width);
  const low = Math.floor(Math.log10(Math.min(...widths)));
  const high = Math.max(Math.ceil(Math.log10(Math.max(...widths))), low + 1);
  const bands = [...new Set(tubes.map(({ band }) => band))].sort((a, b) => a - b);
  const colour = ({ band }: Pick<Point, "band">) => WIDTH_COLOURS[(band - 1) % WIDTH_COLOURS.length]!;
  const names = bands.slice(0, 24).map((band, i) => ({
    label: i === 0 ? `band ${band}` : `${band}`,
    colour: colour({ band }),
  }));
  const top = above({ key: names, width: wide });
  return figureSvg(
    (plot) => ({
      ...MARGINS,
      height: WIDTHS_HEIGHT + top.more,
      marginTop: top.height,
      marginBottom: 34,
      x: xAxis(axis),
      y: {
        ...decadeAxis(low, high, 6),
        ...axisLabel("width of the enclosure (eV)"),
        grid: true,
      },
      marks: [
        plot.ruleX(axis.isList ? [] : axis.ticks, { x: "x", stroke: "#888", strokeWidth: 0.8 }),
        plot.line(axis.isList ? [] : tubes, {
          x: "x",
          y: "width",
          z: "line",
          stroke: colour,
          strokeWidth: 1.1,
          clip: true,
        }),
        plot.dot(tubes, {
          x: "x",
          y: "width",
          r: 2,
          stroke: colour,
          fill: (point: Point) => (point.isProved ? colour(point) : "#ffffff"),
        }),
        ...top.marks(plot),
      ],
    }),
    { width: wide },
  );
}

/** Returns the horizontal axis; a list has a column for each k-point. */
function xAxis({ at, ticks, isList }: HorizontalAxis) {
  const end = at.at(-1)!;
  const names = new Map(ticks.map(({ x, label }) => [x, label]));
  return {
    domain: isList ? [-0.5, end + 0.5] : [0, end > 0 ? end : 1],
    ticks: ticks.map(({ x }) => x),
    tickFormat: (x: number) => names.get(x) ?? "",
    tickSize: 0,
    label: null,
  };
}
