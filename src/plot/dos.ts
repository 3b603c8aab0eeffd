import { requireInput } from "../common/failure.ts";
import { EV_PER_HARTREE } from "../common/units.ts";
import { above, framed } from "./drawing/above.ts";
import { contourSvg } from "./drawing/contour.ts";
import type { Drawing } from "./drawing/drawing.ts";
import { figureSvg } from "./drawing/svg.ts";
import { axisLabel, colourOf, FAINT } from "./drawing/theme.ts";
import { stacked } from "./drawing/together.ts";

/** Data of a picture of a density of states: the fields of its file. Hartree atomic units. */
export interface DrawnDos {
  readonly fermiLevel: number;
  /** Energy above which bands are missing and nothing is drawn. Default infinite. */
  readonly completeBelow?: number;
  readonly energies: ArrayLike<number>;
  readonly spins: readonly { readonly density: ArrayLike<number> }[];
  readonly local?:
    | {
        readonly length: number;
        readonly energies: ArrayLike<number>;
        readonly values: readonly ArrayLike<number>[];
      }
    | undefined;
}

export interface DosSvgOptions extends Drawing {
  readonly title?: string;
  /** Name of the zero of energy. Default `Fermi level`. */
  readonly zeroName?: string;
}

const HEIGHT = 320;

/**
 * Draws densities of states in eV from the Fermi level, as the text of an SVG file: filled states
 * shaded, spin down below the axis, the local density as a map of position and energy.
 *
 * @throws InputError if there is nothing to draw.
 *
 * @example
 * ```ts
 * import { bulk, dosSvg, newJob, solve } from "stillwave";
 *
 * const job = newJob(bulk("Si"), { ecut: 5, kgrid: [2, 2, 2], isMetal: false });
 * await using silicon = await solve(job);
 * const svg = await dosSvg(await silicon.dos({ kgrid: [2, 2, 2] }), { title: "Silicon" });
 * console.log(svg.length);
 * ```
 */
export async function dosSvg(
  dos: DrawnDos,
  { title, zeroName = "Fermi level", ...how }: DosSvgOptions = {},
): Promise<string> {
  const { fermiLevel, energies, spins, local, completeBelow = Number.POSITIVE_INFINITY } = dos;
  requireInput(
    spins.length > 0 && energies.length > 1,
    () => `dosSvg: must have a density at two energies or more, got ${energies.length}`,
  );
  const eV = (energy: number) => (energy - fermiLevel) * EV_PER_HARTREE;
  const lines = spins.map(({ density }, spin) =>
    Array.from(density)
      .map((value, i) => ({
        energy: eV(energies[i]!),
        states: ((spin === 1 ? -1 : 1) * value) / EV_PER_HARTREE,
      }))
      .filter((_, i) => energies[i]! <= completeBelow),
  );
  const names = spins.length === 2 ? ["spin up", "spin down"] : [];
  const cell = names.length > 0 ? "states per eV, spin and cell" : "states per eV and cell";
  const top = above({ title, key: names, width: how.width });
  const total = await figureSvg(
    (plot) => ({
      ...framed(HEIGHT, top),
      x: {
        ...axisLabel(`energy above ${zeroName} (eV)`),
        domain: [eV(energies[0]!), eV(energies[energies.length - 1]!)],
      },
      y: {
        ...axisLabel(cell),
        grid: true,
        tickFormat: (value: number) => `${Math.abs(Number(value.toPrecision(6)))}`,
      },
      marks: [
        ...top.marks(plot),
        ...lines.flatMap((line, i) => [
          plot.areaY(
            line.filter(({ energy }) => energy <= 0),
            { x: "energy", y: "states", fill: colourOf(i), fillOpacity: 0.25, clip: true },
          ),
          plot.line(line, { x: "energy", y: "states", stroke: colourOf(i), strokeWidth: 1.6, clip: true }),
        ]),
        plot.ruleY([0]),
        plot.ruleX([0], { stroke: FAINT, strokeDasharray: "5 4", clip: true }),
      ],
    }),
    how,
  );
  if (local === undefined) return total;
  const rows = local.energies.length;
  const columns = local.values[0]!.length + 1;
  const map = await contourSvg(
    {
      width: local.length,
      height: eV(local.energies[rows - 1]!) - eV(local.energies[0]!),
      from: [0, eV(local.energies[0]!)],
      columns,
      rows,
      // The cell is periodic: the first plane closes the map.
      values: local.values.flatMap((row) =>
        [...Array.from(row), row[0]!].map((value) => value / EV_PER_HARTREE),
      ),
    },
    {
      width: how.width,
      quantity: "states (eV⁻¹ bohr⁻³)",
      axes: ["position along the long axis (bohr)", `energy above ${zeroName} (eV)`],
      tall: 340,
      range: [0, 0.995],
      rules: [0],
    },
  );
  return stacked([total, map]);
}
