import { MEV_PER_HARTREE } from "../common/units.ts";
import type { Vec3 } from "../common/vec3.ts";
import type { Drawing } from "./drawing/drawing.ts";
import { linesSvg } from "./drawing/lines.ts";
import { beside, stacked } from "./drawing/together.ts";

/** Error of the energy with some settings against the finest. */
export interface SettingsPoint {
  /** [Ha] */
  readonly ecut: number;
  readonly kgrid: Vec3;
  /** [Ha/atom] */
  readonly energyError: number;
}

/**
 * Draws errors of the energy per atom against the cutoff, at the finest k-grid, and against the
 * largest division of the k-grid, at the highest cutoff, as the text of an SVG file: a panel for
 * each of the two that has several values.
 *
 * @param accuracy level of a dashed line [Ha/atom].
 * @throws InputError if neither has two positive errors.
 */
export async function settingsSvg(
  points: readonly SettingsPoint[],
  { title, accuracy, ...how }: { readonly title?: string; readonly accuracy?: number } & Drawing = {},
): Promise<string> {
  const highest = Math.max(...points.map(({ ecut }) => ecut));
  const size = ([a, b, c]: Vec3) => a * b * c;
  const finest = Math.max(...points.map(({ kgrid }) => size(kgrid)));
  const panel = (
    x: string,
    along: readonly SettingsPoint[],
    at: (point: SettingsPoint) => number,
    name?: string,
  ) =>
    along.filter(({ energyError }) => energyError > 0).length > 1
      ? [
          linesSvg(
            [
              {
                label: "energy per atom",
                points: along
                  .map((point) => [at(point), MEV_PER_HARTREE * point.energyError] as const)
                  .sort(([a], [b]) => a - b),
              },
            ],
            {
              ...how,
              title: name,
              x,
              y: how.width === undefined ? "error against the finest (meV per atom)" : "error (meV per atom)",
              log: "y",
              ...(accuracy !== undefined && {
                level: { value: MEV_PER_HARTREE * accuracy, label: "accuracy" },
              }),
            },
          ),
        ]
      : [];
  const overEcut = points.filter(({ kgrid }) => size(kgrid) === finest);
  const overKgrid = points.filter(({ ecut }) => ecut === highest);
  const cutoffs = panel("plane-wave cutoff (Ha)", overEcut, ({ ecut }) => ecut, title);
  const grids = panel(
    "largest division of the k-grid",
    overKgrid,
    ({ kgrid }) => Math.max(...kgrid),
    cutoffs.length === 0 ? title : undefined,
  );
  const panels = await Promise.all([...cutoffs, ...grids]);
  return panels.length > 1
    ? (how.width === undefined ? beside : stacked)(panels)
    : (panels[0] ?? linesSvg([], { x: "", y: "" }));
}
