import { BOHR_PER_ANGSTROM, MEV_PER_HARTREE } from "../common/units.ts";
import { type EquationOfState, energyAtVolume } from "../observables/equation-of-state.ts";
import type { Drawing } from "./drawing/drawing.ts";
import { type Line, linesSvg } from "./drawing/lines.ts";

/** Points of the curve. */
const FINE = 100;

/**
 * Draws energies against volumes, both per atom, and the curve through them, as the text of an SVG
 * file.
 *
 * @param points volumes [bohr³] and energies [Ha] of a cell with `atoms` atoms.
 * @param fit the curve; without one the energies are drawn alone.
 * @throws InputError if there is no point.
 */
export function equationOfStateSvg(
  points: readonly { readonly volume: number; readonly energy: number }[],
  {
    atoms,
    fit,
    title,
    ...how
  }: {
    readonly atoms: number;
    readonly fit?: EquationOfState | undefined;
    readonly title?: string | undefined;
  } & Drawing,
): Promise<string> {
  const lowest = fit?.energy ?? Math.min(...points.map(({ energy }) => energy));
  const place = (volume: number, energy: number) =>
    [volume / BOHR_PER_ANGSTROM ** 3 / atoms, (MEV_PER_HARTREE * (energy - lowest)) / atoms] as const;
  const volumes = points.map(({ volume }) => volume);
  const [first, last] = [Math.min(...volumes), Math.max(...volumes)];
  const along = Array.from({ length: FINE + 1 }, (_, i) => first + ((last - first) * i) / FINE);
  const lines: Line[] = [
    {
      label: "computed",
      points: points.map(({ volume, energy }) => place(volume, energy)),
      drawnAs: "points",
    },
  ];
  if (fit !== undefined) {
    const curve = along.map((volume) => place(volume, energyAtVolume(fit, volume)));
    lines.push({ label: "Birch-Murnaghan", points: curve, drawnAs: "curve" });
  }
  return linesSvg(lines, {
    ...how,
    title,
    x: "volume (Å³ per atom)",
    y: "energy above the lowest (meV per atom)",
  });
}
