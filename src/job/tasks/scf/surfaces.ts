import { planeAverage } from "../../../basis/plane-average.ts";
import type { PlaneWaveBasis } from "../../../basis/plane-wave-basis.ts";
import type { GroundState } from "../../../ground/ground-state.ts";
import { newRealField, type ReadonlyRealField } from "../../../kernels/fields.ts";
import { planeSpacings } from "../../../model/lattice.ts";
import { EMPTY, vacuumOf } from "../../../observables/vacuum.ts";
import { type DipoleLayer, dipoleLayer } from "../../../terms/dipole/dipole-layer.ts";
import type { DipoleResult, ResultFile } from "./result.ts";

/**
 * The vacuum beside a slab, where there is some, and its dipole, where that was corrected for along
 * an axis.
 */
export function surfaces(
  axis: 0 | 1 | 2 | undefined,
  { basis: { model, grid }, terms, density }: GroundState,
): Pick<ResultFile, "vacuum" | "dipole"> & { readonly warnings: readonly string[] } {
  const electrostatic = () => {
    const sum = newRealField(grid.points);
    for (const { name, evaluate } of terms) {
      if (evaluate === undefined || !ELECTROSTATIC.has(name)) continue;
      const { potential } = evaluate(density.data);
      for (let i = 0; i < grid.points; i++) sum[i]! += potential[i]!;
    }
    return sum;
  };
  const layer = axis === undefined ? undefined : dipoleLayer(model, grid, axis);
  const vacuum = vacuumOf(model, grid, density.data, electrostatic, layer);
  return {
    ...(vacuum === undefined ? {} : { vacuum }),
    ...(layer === undefined ? {} : { dipole: dipoleResult(layer, model, density.data) }),
    warnings: layer === undefined ? [] : filledVacuum(layer, grid, density.data),
  };
}

function dipoleResult(
  layer: DipoleLayer,
  { lattice }: PlaneWaveBasis["model"],
  rho: ReadonlyRealField,
): DipoleResult {
  const { axis, position } = layer;
  const moment = layer.moment(rho);
  const area = lattice.volume / planeSpacings(lattice)[axis];
  return { axis, position, moment, step: (4 * Math.PI * moment) / area };
}

/** Warns where the potential jumps in a density. */
function filledVacuum({ axis, position }: DipoleLayer, grid: PlaneWaveBasis["grid"], rho: ReadonlyRealField) {
  const mean = planeAverage(grid, rho, axis);
  const density = mean[Math.round(position * mean.length) % mean.length]!;
  return density <= EMPTY
    ? []
    : [
        `dipoleCorrection: the density is ${density.toExponential(1)} bohr^-3 where the potential jumps, in the middle of the vacuum; below ${EMPTY} it has no effect there: more vacuum`,
      ];
}

/** Terms whose potential an electron far from all atoms feels. */
const ELECTROSTATIC: ReadonlySet<string> = new Set(["hartree", "local"]);
