import { gridIndex } from "../../src/basis/grid.ts";
import type { GridSize } from "../../src/kernels/kernels.ts";

/** A film of aluminium between vacuum: the long, thin cell on which charge sloshes. Lengths in bohr, energies in Ha. */
export const SLAB = {
  cell: [7.653, 7.653, 68.88],
  ecut: 10,
  grid: [24, 24, 200] as GridSize,
  bands: 42,
} as const;

/** Grid indices of ½|G|² ≤ ecut at Γ of the slab. */
export function slabSphere(): Int32Array {
  const steps = SLAB.cell.map((a) => (2 * Math.PI) / a);
  const reach = steps.map((b) => Math.floor(Math.sqrt(2 * SLAB.ecut) / b));
  const out: number[] = [];
  for (let z = -reach[2]!; z <= reach[2]!; z++)
    for (let y = -reach[1]!; y <= reach[1]!; y++)
      for (let x = -reach[0]!; x <= reach[0]!; x++) {
        const g2 = (x * steps[0]!) ** 2 + (y * steps[1]!) ** 2 + (z * steps[2]!) ** 2;
        if (g2 <= 2 * SLAB.ecut) out.push(gridIndex(SLAB.grid, x, y, z));
      }
  return Int32Array.from(out);
}
