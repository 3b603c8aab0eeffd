import type { Markish } from "@observablehq/plot";
import { requireInput } from "../common/failure.ts";
import type { Drawing } from "./drawing/drawing.ts";
import { type LineEnd, NAMES_RIGHT, namesAtEnds } from "./drawing/line-ends.ts";
import { figureSvg, heightAt } from "./drawing/svg.ts";
import {
  axisLabel,
  colourOf,
  decadeAxis,
  framed,
  heading,
  key,
  keyWidth,
  MARGIN_BOTTOM,
  MARGIN_RIGHT,
  marginTop,
  namedLevel,
  OVER_KEY,
  type Plot,
} from "./drawing/theme.ts";

/** Residuals of a run, step by step. */
export interface ConvergenceSeries {
  /** Name at the end of the line, if there are several. */
  readonly label: string;
  /** ‖ρout − ρin‖ [bohr^(-3/2)]. Steps without a positive finite residual are left out. */
  readonly history: readonly { readonly step: number; readonly densityResidual: number }[];
  /** Index of its colour. Default its index in the list. */
  readonly colour?: number;
  /** Dashes and gaps of its line [px], such as "6 3". Default unbroken. */
  readonly dashes?: string;
}

export interface ConvergenceOptions extends Drawing {
  readonly title?: string;
  /** Level of a dashed line [bohr^(-3/2)]. */
  readonly tolerance?: number;
  /** Names of colours and dashes above the frame, in place of labels at the ends of many lines. */
  readonly key?: {
    readonly colours: readonly string[];
    readonly dashes: readonly { readonly label: string; readonly dashes?: string | undefined }[];
  };
}

const HEIGHT = 420;

/**
 * Draws the density residual against the SCF step on a logarithmic axis, as the text of an SVG
 * file.
 *
 * @throws InputError if there is nothing positive to draw.
 *
 * @example
 * ```ts
 * import { bulk, convergenceSvg, newJob, runScf } from "stillwave";
 *
 * const job = newJob(bulk("Si"), { ecut: 5, kgrid: [2, 2, 2], isMetal: false });
 * const { history } = await runScf(job);
 * console.log((await convergenceSvg([{ label: "ldos", history }])).length);
 * ```
 */
export async function convergenceSvg(
  series: readonly ConvergenceSeries[],
  { title, tolerance, key: names, ...how }: ConvergenceOptions = {},
): Promise<string> {
  const lines = series.map(({ label, history, colour, dashes }, i) => ({
    label,
    colour: colourOf(colour ?? i),
    dashes,
    points: history.filter(({ densityResidual: y }) => y > 0 && Number.isFinite(y)),
  }));
  const drawn = lines.filter(({ points }) => points.length > 0);
  requireInput(
    drawn.length > 0,
    () => "convergenceSvg: must have a positive residual, got none; run at least one step",
  );
  const values = [
    ...drawn.flatMap(({ points }) => points.map((p) => p.densityResidual)),
    ...(tolerance ? [tolerance] : []),
  ];
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.max(Math.ceil(Math.log10(Math.max(...values))), low + 1);
  const lastStep = Math.max(2, ...drawn.flatMap(({ points }) => points.map((p) => p.step)));
  const isCompared = series.length > 1 && names === undefined;
  const ends = drawn.map(({ label, colour, points }): LineEnd => {
    const last = points.at(-1)!; // drawn lines have points
    return { label, colour, x: last.step, y: last.densityResidual };
  });

  return figureSvg(
    (plot) => ({
      ...framed(HEIGHT, title, {
        hasKey: names !== undefined,
        right: isCompared ? NAMES_RIGHT : MARGIN_RIGHT,
      }),
      x: {
        ...axisLabel("SCF step"),
        domain: [1, lastStep],
        ticks: wholeSteps(lastStep),
        tickFormat: "d",
      },
      y: {
        ...decadeAxis(low, high),
        ...axisLabel("density residual ‖ρout − ρin‖ (bohr⁻³ᐟ²)"),
        grid: true,
      },
      marks: [
        ...heading(plot, title, names === undefined ? {} : OVER_KEY),
        ...(names === undefined ? [] : keyOfTwo(plot, names)),
        ...(tolerance === undefined
          ? []
          : namedLevel(plot, { value: tolerance, label: "tolerance" }, "left")),
        ...drawn.flatMap(({ points, colour, dashes }) => [
          plot.line(points, {
            x: "step",
            y: "densityResidual",
            stroke: colour,
            strokeWidth: 1.8,
            clip: true,
            ...(dashes === undefined ? {} : { strokeDasharray: dashes }),
          }),
          plot.dot(points, { x: "step", y: "densityResidual", fill: colour, r: 2.6 }),
        ]),
        namesAtEnds(plot, isCompared ? ends : [], {
          decades: high - low,
          height: heightAt(HEIGHT, how.width) - MARGIN_BOTTOM - marginTop(title),
        }),
      ],
    }),
    how,
  );
}

/** Vector shape without a head. */
const STROKE = {
  draw(path: { moveTo(x: number, y: number): void; lineTo(x: number, y: number): void }, length: number) {
    path.moveTo(0, 0);
    path.lineTo(0, -length);
  },
};

/** Makes a key in one row above the frame: names in their colours, then dashes with theirs. */
function keyOfTwo(plot: Plot, { colours, dashes }: NonNullable<ConvergenceOptions["key"]>): Markish[] {
  const length = 30;
  let at = 14 + keyWidth(colours);
  return [
    ...key(plot, colours),
    ...dashes.flatMap(({ label, dashes: pattern }) => {
      const from = at;
      at += length + keyWidth([label]);
      const place = { frameAnchor: "top-left", dy: -14 } as const;
      return [
        plot.vector([label], {
          ...place,
          dy: -8, // the middle of the text
          dx: from,
          anchor: "start",
          rotate: 90,
          length,
          shape: STROKE,
          strokeWidth: 1.8,
          strokeLinecap: "butt",
          ...(pattern === undefined ? {} : { strokeDasharray: pattern }),
        }),
        plot.text([label], { ...place, dx: from + length + 6, fontWeight: 600 }),
      ];
    }),
  ];
}

/** Returns about ten step numbers at most, 1 first. */
function wholeSteps(last: number): number[] {
  const spacing = [1, 2, 5, 10, 20, 50, 100, 200, 500].find((s) => last / s <= 10) ?? Math.ceil(last / 10);
  const steps = [1];
  for (let step = spacing; step <= last; step += spacing) if (step > 1) steps.push(step);
  return steps;
}
