import { requireInput } from "../common/failure.ts";
import { above, framed } from "./drawing/above.ts";
import type { Drawing } from "./drawing/drawing.ts";
import { figureSvg } from "./drawing/svg.ts";
import { axisLabel, colourOf } from "./drawing/theme.ts";

/** Time of each part of a step [s]. */
export interface TimedStep {
  readonly step: number;
  readonly parts: Readonly<Record<string, number>>;
}

const HEIGHT = 320;

/**
 * Draws the time of the steps, as the text of an SVG file: a stacked bar of parts for each step,
 * with the share of each part in the key.
 *
 * @throws InputError if there is no step.
 */
export async function stepTimesSvg(
  steps: readonly TimedStep[],
  { title, ...how }: { readonly title?: string | undefined } & Drawing = {},
): Promise<string> {
  requireInput(steps.length > 0, () => "stepTimesSvg: must have a step, got none; run at least one");
  const names = [...new Set(steps.flatMap(({ parts }) => Object.keys(parts)))];
  const total = (name: string) => steps.reduce((sum, { parts }) => sum + (parts[name] ?? 0), 0);
  const all = names.reduce((sum, name) => sum + total(name), 0);
  const shares = names.map((name) => `${name} ${Math.round((100 * total(name)) / (all || 1))} %`);
  const top = above({ title, key: shares, width: how.width });
  const bars = steps.flatMap(({ step, parts }) =>
    names.map((name) => ({ step, name, seconds: parts[name] ?? 0 })),
  );
  const last = steps.at(-1)!.step;
  const spacing = Math.max(1, Math.ceil(last / 20));
  return figureSvg(
    (plot) => ({
      ...framed(HEIGHT, top),
      x: {
        ...axisLabel("SCF step"),
        type: "band",
        ticks: steps.map(({ step }) => step).filter((step) => step === 1 || step % spacing === 0),
        padding: 0.15,
      },
      y: { ...axisLabel("wall time (s)"), grid: true },
      color: { type: "ordinal", domain: names, range: names.map((_, i) => colourOf(i)) },
      marks: [
        ...top.marks(plot),
        plot.barY(bars, plot.stackY({ order: names }, { x: "step", y: "seconds", fill: "name" })),
        plot.ruleY([0]),
      ],
    }),
    how,
  );
}
