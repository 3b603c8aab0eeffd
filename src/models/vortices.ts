import type { Grid } from "../basis/grid.ts";
import { requireInput } from "../common/failure.ts";
import { rowsVec } from "../common/vec3.ts";

/** Point around which the phase of ψ winds. */
export interface Vortex {
  /** Cartesian [bohr], at the middle of its grid cell. */
  readonly position: readonly [number, number];
  /** Anticlockwise turns of the phase, as a rule +1 or −1. */
  readonly charge: number;
}

/**
 * Finds the vortices of a two-dimensional wave: grid cells around which the phase winds,
 *
 *   charge = (1/2π) Σ_edges arg(ψ̄_from ψ_to),   each in (−π, π]
 *
 * inside the condensate: the density within `reach` exceeds `fraction` of its maximum somewhere.
 * Far outside, the phase of a vanishing wave winds at random.
 *
 * @param wave ψ on the grid, complex, shape [2·N].
 * @param options `reach` [bohr], default 1, and `fraction`, default 0.2.
 * @throws InputError if the grid is not two-dimensional.
 *
 * @example
 * ```ts
 * import { defineModel, externalPotential, minimiseCondensate, vortices } from "stillwave";
 *
 * const model = await defineModel({
 *   cell: [[8, 0], [0, 8]],
 *   ecut: 6,
 *   terms: (grid) => [externalPotential(grid, ([x, y]) => 0.5 * ((x - 4) ** 2 + (y - 4) ** 2))],
 * });
 * const { wave } = await minimiseCondensate(model, { tolerance: 1e-4 });
 * console.log(vortices(model.basis.grid, wave)); // none without rotation
 * ```
 */
export function vortices(
  grid: Grid,
  wave: Float64Array,
  { fraction = 0.2, reach = 1 }: { readonly fraction?: number; readonly reach?: number } = {},
): Vortex[] {
  const { size, lattice, points } = grid;
  const [nx, ny, nz] = size;
  requireInput(
    nz === 1 && ny > 1 && wave.length === 2 * points,
    () =>
      `vortices: a wave on a two-dimensional grid expected, got ${wave.length} numbers on [${size.join(", ")}]`,
  );
  const at = (x: number, y: number) => (x % nx) + nx * (y % ny);
  const density = (i: number) => wave[2 * i]! ** 2 + wave[2 * i + 1]! ** 2;
  let most = 0;
  for (let i = 0; i < points; i++) most = Math.max(most, density(i));

  const turn = (from: number, to: number) => {
    const a = wave[2 * from]!;
    const b = wave[2 * from + 1]!;
    const c = wave[2 * to]!;
    const d = wave[2 * to + 1]!;
    return Math.atan2(a * d - b * c, a * c + b * d);
  };
  const steps = [nx, ny].map((n, axis) => Math.ceil((reach * n) / Math.hypot(...lattice.vectors[axis]!)));
  const isInside = (x: number, y: number) => {
    for (let dy = -steps[1]!; dy <= steps[1]! + 1; dy++)
      for (let dx = -steps[0]!; dx <= steps[0]! + 1; dx++)
        if (density(at(x + dx + nx, y + dy + ny)) > fraction * most) return true;
    return false;
  };

  const found: Vortex[] = [];
  for (let y = 0; y < ny; y++)
    for (let x = 0; x < nx; x++) {
      const corners = [at(x, y), at(x + 1, y), at(x + 1, y + 1), at(x, y + 1)] as const;
      const winding = corners.reduce((sum, from, i) => sum + turn(from, corners[(i + 1) % 4]!), 0);
      const charge = Math.round(winding / (2 * Math.PI));
      if (charge === 0 || !isInside(x, y)) continue;
      const [px, py] = rowsVec(lattice.vectors, [(x + 0.5) / nx, (y + 0.5) / ny, 0]);
      found.push({ position: [px, py], charge });
    }
  return found;
}
