import type { Grid } from "../../basis/grid.ts";
import { requireInput } from "../../common/failure.ts";
import type { Vec3 } from "../../common/vec3.ts";
import type { BlockSite, BlockTerm } from "../block-term.ts";
import { forEachPoint } from "../external/external.ts";
import type { Term } from "../term.ts";

/**
 * Energy of a magnetic field, ½|p − A|² − ½p².
 *
 * @param a A on the grid, shape [3·N], from `vectorPotential`.
 */
export const magnetic = (a: Float64Array): Term => ({
  name: "kinetic",
  operator: { kind: "magnetic", vectorPotential: a },
});

/**
 * Returns a vector potential, given as a formula, on the grid, shape [3·N], Cartesian component
 * slowest.
 *
 * @param potential A(r) [bohr⁻¹, charge and speed of light included] at the Cartesian point r
 *   [bohr] of the cell. It should be periodic wherever there is density.
 * @throws InputError if a component is not a finite number.
 */
export function vectorPotential(grid: Grid, potential: (r: Vec3) => Vec3): Float64Array {
  const { points } = grid;
  const out = new Float64Array(3 * points);
  forEachPoint(grid, (r, at) => {
    const value = potential(r);
    requireInput(
      value.length === 3 && value.every(Number.isFinite),
      () => `vectorPotential: A(r) must be three finite numbers, got [${value}] at r = [${r}] bohr`,
    );
    value.forEach((component, c) => {
      out[c * points + at] = component;
    });
  });
  return out;
}

/**
 * Makes the terms of ½|−i∇ − A|² with A, between plane waves:
 *
 *   −½ Σ_c (A_c p_c + p_c A_c) + ½|A|²,   p = k + G
 *
 * Products with functions of r are taken on the grid and projected on the sphere, so the operator
 * is Hermitian for every A and grid. For A = Ω × r it describes a rotating frame: ½|p − A|² = ½p² −
 * Ω·L + ½|Ω × r|².
 *
 * @param a A on the grid, shape [3·N]. Components that vanish cost nothing.
 */
export function magneticAt({ kernels, fft, kpoint }: BlockSite, a: Float64Array): BlockTerm {
  const { planeWaves: n, kPlusG } = kpoint;
  const points = a.length / 3;
  const axes = [0, 1, 2].filter((c) => a.subarray(c * points, (c + 1) * points).some((x) => x !== 0));
  const square = new Float64Array(points);
  for (let i = 0; i < a.length; i++) square[i % points]! += 0.5 * a[i]! * a[i]!;
  const momenta = axes.map((c) => {
    const p = kernels.alloc(n);
    for (let g = 0; g < n; g++) p[g] = kPlusG[3 * g + c]!;
    return p;
  });
  return {
    addInto: (out, x, nVectors) =>
      kernels.scratch((take) => {
        const [u, product, sum] = [take(2 * points), take(2 * points), take(2 * points)];
        const waves = take(2 * n);
        for (let j = 0; j < nVectors; j++) {
          const psi = x.subarray(2 * n * j, 2 * n * (j + 1));
          const hpsi = out.subarray(2 * n * j, 2 * n * (j + 1));
          fft.sphereToGrid(u, psi);
          for (let r = 0; r < points; r++) {
            sum[2 * r] = square[r]! * u[2 * r]!;
            sum[2 * r + 1] = square[r]! * u[2 * r + 1]!;
          }
          axes.forEach((c, i) => {
            const component = a.subarray(c * points, (c + 1) * points);
            // p A ψ
            for (let r = 0; r < points; r++) {
              product[2 * r] = component[r]! * u[2 * r]!;
              product[2 * r + 1] = component[r]! * u[2 * r + 1]!;
            }
            fft.gridToSphere(waves, product);
            kernels.multiplyRows(waves, n, 1, momenta[i]!, waves);
            for (let g = 0; g < 2 * n; g++) hpsi[g]! -= 0.5 * waves[g]!;
            // A p ψ
            kernels.multiplyRows(waves, n, 1, momenta[i]!, psi);
            fft.sphereToGrid(product, waves);
            for (let r = 0; r < points; r++) {
              sum[2 * r]! -= 0.5 * component[r]! * product[2 * r]!;
              sum[2 * r + 1]! -= 0.5 * component[r]! * product[2 * r + 1]!;
            }
          });
          fft.gridToSphere(waves, sum);
          for (let g = 0; g < 2 * n; g++) hpsi[g]! += waves[g]!;
        }
      }),
  };
}
