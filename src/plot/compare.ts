import { type ConvergenceOptions, type ConvergenceSeries, convergenceSvg } from "./convergence.ts";

/** Residuals of one of several runs. */
export interface ComparedRun {
  readonly mixing: string;
  /** Number of repetitions of the structure. */
  readonly size: number;
  readonly history: ConvergenceSeries["history"];
}

/** Dash patterns of the sizes, in order. */
const DASHES = [undefined, "8 4", "2 3", "8 3 2 3", "1.5 6"] as const;

export interface ComparePictureOptions extends Omit<ConvergenceOptions, "key"> {
  /** Returns the name of a size. Default ×4 for 4. */
  readonly sizeLabel?: (size: number) => string;
}

/**
 * Draws the density residual of several runs against the step, as the text of an SVG file: a colour
 * for each mixing, a line style for each size.
 *
 * @throws InputError if no run has a step to draw.
 */
export function compareSvg(
  runs: readonly ComparedRun[],
  { sizeLabel = (size) => `×${size}`, ...options }: ComparePictureOptions = {},
): Promise<string> {
  const mixings = [...new Set(runs.map(({ mixing }) => mixing))];
  const sizes = [...new Set(runs.map(({ size }) => size))];
  const dashesOf = (size: number) => DASHES[sizes.indexOf(size) % DASHES.length];
  const series = runs.map(({ mixing, size, history }): ConvergenceSeries => {
    const dashes = dashesOf(size);
    return {
      label: mixing,
      history,
      colour: mixings.indexOf(mixing),
      ...(dashes === undefined ? {} : { dashes }),
    };
  });
  if (sizes.length === 1) return convergenceSvg(series, options);
  const dashes = sizes.map((size) => ({ label: sizeLabel(size), dashes: dashesOf(size) }));
  return convergenceSvg(series, { ...options, key: { colours: mixings, dashes } });
}
