import { requireInput } from "../common/failure.ts";
import { above, framed } from "./drawing/above.ts";
import type { Drawing } from "./drawing/drawing.ts";
import { type LineEnd, namesAtEnds, namesRoom } from "./drawing/line-ends.ts";
import { figureSvg, frameHeight } from "./drawing/svg.ts";
import { axisLabel, colourOf, decadeAxis, MARGIN_RIGHT, namedLevel } from "./drawing/theme.ts";

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

  const key = names === undefined ? [] : [...names.colours, ...names.dashes.map(dashed)];
  const top = above({ title, key, width: how.width });
  const room = isCompared ? namesRoom(ends, how.width) : MARGIN_RIGHT;
  return figureSvg(
    (plot) => ({
      ...framed(HEIGHT, top, room),
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
        ...top.marks(plot),
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
          height: frameHeight(HEIGHT, top, how.width),
          room,
        }),
      ],
    }),
    how,
  );
}

/** Returns a name in the key, unbroken where no dashes are given. */
const dashed = ({ label, dashes }: { readonly label: string; readonly dashes?: string | undefined }) => ({
  label,
  dashes,
});

/** Returns about ten step numbers at most, 1 first. */
function wholeSteps(last: number): number[] {
  const spacing = [1, 2, 5, 10, 20, 50, 100, 200, 500].find((s) => last / s <= 10) ?? Math.ceil(last / 10);
  const steps = [1];
  for (let step = spacing; step <= last; step += spacing) if (step > 1) steps.push(step);
  return steps;
}
