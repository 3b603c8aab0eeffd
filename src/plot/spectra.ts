import { requireInput } from "../common/failure.ts";
import { above, widthOf } from "./drawing/above.ts";
import type { Drawing } from "./drawing/drawing.ts";
import { figureSvg } from "./drawing/svg.ts";
import { axisLabel, colourOf, FAINT, MARGIN_BOTTOM, WIDTH } from "./drawing/theme.ts";

/** Eigenvalues of one operator. */
export interface Spectrum {
  readonly label: string;
  /** Values that are not positive are left out. */
  readonly eigenvalues: readonly number[];
}

const ROW = 34;
/** Margin for the names [px]. */
const LEFT = 150;

/** Returns the integers from one to another. */
const range = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);

/** Returns 2.94, 118, 2.6e3. */
const short = (x: number): string =>
  x < 10 ? x.toFixed(2) : x < 100 ? x.toFixed(1) : x < 1000 ? x.toFixed(0) : x.toExponential(1);

/**
 * Draws spectra one above another as strokes on a common logarithmic axis, with the condition
 * numbers κ = λ_max/λ_min, as the text of an SVG file.
 *
 * @throws InputError if there is nothing positive to draw.
 *
 * @example
 * ```ts
 * import { spectraSvg } from "stillwave";
 *
 * console.log((await spectraSvg([{ label: "simple", eigenvalues: [0.9, 1, 4] }])).length);
 * ```
 */
export async function spectraSvg(
  spectra: readonly Spectrum[],
  {
    title,
    domain,
    ...how
  }: { readonly title?: string; readonly domain?: readonly [number, number] } & Drawing = {},
): Promise<string> {
  const strokes = spectra.flatMap(({ label, eigenvalues }, i) =>
    eigenvalues.filter((x) => x > 0).map((x) => ({ label, x, colour: colourOf(i) })),
  );
  requireInput(
    strokes.length > 0,
    () => "spectraSvg: must have a positive eigenvalue, got none; give at least one spectrum",
  );
  const values = strokes.map(({ x }) => x);
  const names = spectra.map(({ label }) => label);
  const ends = spectra.map(({ label, eigenvalues }) => ({
    label,
    text: eigenvalues.every((x) => x > 0)
      ? `κ = ${short(Math.max(...eigenvalues) / Math.min(...eigenvalues))}`
      : "λ ≤ 0",
  }));
  const isNarrow = how.width !== undefined && how.width < WIDTH;
  const left = isNarrow ? 18 + Math.max(...names.map((name) => widthOf(name, 12, false))) : LEFT;
  const top = above({ title, width: how.width, left });
  const [low, high] = domain ?? [Math.min(...values) / 1.3, Math.max(...values) * 1.3];
  return figureSvg(
    (plot) => ({
      width: WIDTH,
      height: top.height + MARGIN_BOTTOM + ROW * names.length,
      marginTop: top.height,
      marginLeft: left,
      marginRight: isNarrow ? 72 : 90,
      marginBottom: MARGIN_BOTTOM,
      x: {
        type: "log",
        domain: [low, high],
        ...axisLabel("eigenvalue of P⁻¹ε†"),
        ticks: isNarrow
          ? range(Math.ceil(Math.log10(low)), Math.floor(Math.log10(high))).map((n) => 10 ** n)
          : 6,
        tickFormat: (x: number) => String(x),
        grid: true,
      },
      y: { domain: names, label: null, tickSize: 0, padding: 0.3 },
      marks: [
        ...top.marks(plot),
        plot.ruleX([1], { stroke: FAINT, strokeDasharray: "3 3" }),
        plot.tickX(strokes, { x: "x", y: "label", stroke: "colour", strokeWidth: 1.2 }),
        plot.text(ends, {
          y: "label",
          text: "text",
          frameAnchor: "right",
          textAnchor: "start",
          dx: 8,
          fontWeight: 600,
        }),
      ],
    }),
    { ...how, keepsHeight: true },
  );
}
