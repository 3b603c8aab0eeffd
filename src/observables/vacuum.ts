import type { Grid } from "../basis/grid.ts";
import { planeAverage } from "../basis/plane-average.ts";
import type { ReadonlyRealField } from "../kernels/fields.ts";
import { planeSpacings, vacuumAxes } from "../model/lattice.ts";
import type { Model } from "../model/model.ts";
import type { DipoleLayer } from "../terms/dipole/dipole-layer.ts";

/** The vacuum beside a slab. */
export interface Vacuum {
  /** Lattice vector out of the slab. */
  readonly axis: 0 | 1 | 2;
  /**
   * Electrostatic energy of an electron in front of the two surfaces, that towards smaller and that
   * towards larger coordinates [Ha], on the scale of levels.
   */
  readonly levels: readonly [below: number, above: number];
  /**
   * Slope of that energy in the vacuum [Ha/bohr]: of a slab with a dipole, in a periodic cell. The
   * dipole correction makes it zero.
   */
  readonly slope: number;
}

/** Where the density of a plane is below this, the potential is that of the vacuum [bohr⁻³]. */
export const EMPTY = 1e-6;
/** Planes that a line is fitted to, at least. */
const FEWEST = 4;

/**
 * Finds the levels of the vacuum beside a slab, from a line through the plane averages of the
 * electrostatic potential where there is no density. A work function is one of them minus the Fermi
 * level.
 *
 * @param density [bohr⁻³], shape [nSpin·N].
 * @param electrostatic gives the sum of the Hartree and the local ionic potential [Ha], shape [N],
 *   periodic; called for slabs only.
 * @param layer of a calculation with a dipole correction, which the levels then include.
 * @returns nothing for what is no slab, or one without enough vacuum.
 */
export function vacuumOf(
  model: Model,
  grid: Grid,
  density: ReadonlyRealField,
  electrostatic: () => ReadonlyRealField,
  layer?: DipoleLayer,
): Vacuum | undefined {
  const axes = vacuumAxes(model.lattice, model.atoms);
  const axis = layer?.axis ?? (axes.length === 1 ? axes[0] : undefined);
  if (axis === undefined) return undefined;
  const filling = planeAverage(grid, density, axis);
  const count = filling.length;
  const planes = longestRun(filling);
  if (planes.length < FEWEST) return undefined;

  const potential = planeAverage(grid, electrostatic(), axis);
  const spacing = planeSpacings(model.lattice)[axis] / count;
  const values = planes.map((plane) => potential[plane % count]!);
  const middle = (values.length - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const moment = values.reduce((sum, value, i) => sum + value * (i - middle), 0);
  const step = moment / values.reduce((sum, _, i) => sum + (i - middle) ** 2, 0);
  const field = layer === undefined ? 0 : (-4 * Math.PI * layer.moment(density)) / model.lattice.volume;
  const ofDipole = (plane: number) => field * (layer?.heights[plane % count] ?? 0);
  // The vacuum begins above the slab and ends below its next image; the potential of a dipole layer
  // has its slope on both sides, and jumps between.
  return {
    axis,
    levels: [mean + step * middle + ofDipole(planes.at(-1)!), mean - step * middle + ofDipole(planes[0]!)],
    slope: step / spacing + field,
  };
}

/** Longest run of empty planes around the period, ascending; none where all are empty. */
function longestRun(filling: Float64Array): number[] {
  const count = filling.length;
  let longest: number[] = [];
  const start = filling.findIndex((density) => density > EMPTY);
  let run: number[] = [];
  for (let i = start; start >= 0 && i < start + count; i++) {
    run = filling[i % count]! > EMPTY ? [] : [...run, i];
    if (run.length > longest.length) longest = run;
  }
  return longest;
}
