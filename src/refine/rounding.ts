import type { PlaneWaveBasis } from "../basis/plane-wave-basis.ts";
import type { Energies } from "../terms/sums.ts";

/** Relative rounding of one operation. */
const UNIT = 2 ** -53;

/**
 * Estimates the rounding of a sum of energies [Ha]: a part that is a sum of N positive numbers
 * added one after another loses about u√(N/3) of itself, if roundings are independent, because the
 * partial sums grow linearly. N is the largest of the numbers of grid points and of coefficients of
 * a block.
 *
 * @param bands of a block.
 */
export function energyRounding(
  { grid, model, kpoints }: PlaneWaveBasis,
  { total: _, ...parts }: Energies,
  bands: number,
): number {
  const coefficients = 2 * bands * Math.max(...kpoints.map(({ planeWaves }) => planeWaves));
  const summands = Math.max(model.nSpin * grid.points, coefficients);
  return UNIT * Math.sqrt(summands / 3) * Object.values(parts).reduce((sum, e) => sum + Math.abs(e), 0);
}
