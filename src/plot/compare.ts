import { type ConvergenceOptions, type ConvergenceSeries, convergenceSvg } from "./convergence.ts";

/** The residuals of one run among several. */
export interface ComparedRun {
  readonly mixing: string;
  /** How many times the structure was repeated. */
  readonly size: number;
  readonly history: ConvergenceSeries["history"];
}

/** Unbroken for the first size, then ever shorter dashes. */
const DASHES = [undefined, "7 3", "4 3", "1.5 3", "8 3 1.5 3"] as const;

/**
 * Density residual against step of several runs as the text of an SVG file: a colour for each mixing, a line style for each size.
 *
 * @throws InputError if no run has a step to draw.
 */
export function compareSvg(runs: readonly ComparedRun[], options: ConvergenceOptions = {}): Promise<string> {
  const mixings = [...new Set(runs.map(({ mixing }) => mixing))];
  const sizes = [...new Set(runs.map(({ size }) => size))];
  const series = runs.map(({ mixing, size, history }): ConvergenceSeries => {
    const dashes = DASHES[sizes.indexOf(size) % DASHES.length];
    return {
      label: sizes.length === 1 ? mixing : `${mixing} ×${size}`,
      history,
      colour: mixings.indexOf(mixing),
      ...(dashes === undefined ? {} : { dashes }),
    };
  });
  return convergenceSvg(series, options);
}
