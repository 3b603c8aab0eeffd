import { requireInput } from "../common/failure.ts";
import { above } from "./drawing/above.ts";
import type { Drawing } from "./drawing/drawing.ts";
import { figureSvg } from "./drawing/svg.ts";
import { axisLabel, decadeAxis, FAINT, PALETTE, WIDTH } from "./drawing/theme.ts";
import { stacked } from "./drawing/together.ts";

/** The parts of the error of one quantity. */
export interface DrawnErrors {
  /** With its unit, such as `free energy (meV)`. */
  readonly quantity: string;
  /** In this unit, of any sign; without a value where there is no estimate. */
  readonly parts: readonly { readonly name: string; readonly error?: number | undefined }[];
}

/** Below this a part, in its unit, is rounding of what is zero by symmetry. */
export const NOTHING = 1e-12;
const ROW = 22;
const MARGIN_LEFT = 96;

/**
 * Draws the moduli of the parts of errors, as the text of an SVG file: a panel for each quantity
 * with a bar for each part, on a logarithmic axis. Parts without an estimate say so.
 *
 * @throws InputError if no quantity has an error other than zero.
 */
export async function errorPartsSvg(
  quantities: readonly DrawnErrors[],
  { title, ...how }: { readonly title?: string | undefined } & Drawing = {},
): Promise<string> {
  const size = (error: number | undefined) => Math.abs(error ?? 0);
  const drawn = quantities.filter(({ parts }) => parts.some(({ error }) => size(error) > NOTHING));
  requireInput(drawn.length > 0, () => "errorPartsSvg: must have an error other than zero, got none");
  const panels = drawn.map(({ quantity, parts }, i) => {
    const bars = parts.flatMap(({ name, error }) =>
      size(error) > NOTHING ? [{ name, error: size(error) }] : [],
    );
    const decades = bars.map(({ error }) => Math.log10(error));
    const low = Math.floor(Math.min(...decades) - 0.5);
    const high = Math.ceil(Math.max(...decades) + 0.1);
    const words = parts.flatMap(({ name, error }) =>
      size(error) > NOTHING ? [] : [{ name, text: error === undefined ? "not estimated" : "0" }],
    );
    const top = above({ title: i === 0 ? title : undefined, width: how.width, left: MARGIN_LEFT });
    return figureSvg(
      (plot) => ({
        width: WIDTH,
        height: top.height + ROW * parts.length + 44,
        marginTop: top.height,
        marginLeft: MARGIN_LEFT,
        marginRight: 24,
        marginBottom: 44,
        x: {
          ...axisLabel(`estimated error of the ${quantity}`),
          ...decadeAxis(low, high, how.width === undefined ? 12 : 5),
          grid: true,
        },
        y: { label: null, type: "band", domain: parts.map(({ name }) => name), padding: 0.3 },
        marks: [
          ...top.marks(plot),
          plot.barX(bars, { x1: 10 ** low, x2: "error", y: "name", fill: PALETTE[0] }),
          plot.text(words, {
            x: 10 ** low,
            y: "name",
            text: "text",
            textAnchor: "start",
            dx: 6,
            fill: FAINT,
          }),
        ],
      }),
      { ...how, keepsHeight: true },
    );
  });
  return stacked(await Promise.all(panels));
}
