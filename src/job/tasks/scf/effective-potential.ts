import { asRealField, type RealField } from "../../../kernels/fields.ts";
import type { GroundFields } from "./ground-fields.ts";

/** V_loc + V_H + V_xc [Ha], the mean of both spins. */
export function effectivePotential({
  grid,
  model,
  potentials,
}: Pick<GroundFields, "grid" | "model" | "potentials">): RealField {
  const total = asRealField(new Float64Array(grid.points));
  for (const part of Object.values(potentials))
    for (let r = 0; r < part.length; r++) total[r % grid.points]! += part[r]! / model.nSpin;
  return total;
}
