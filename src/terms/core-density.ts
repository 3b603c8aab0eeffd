import type { Grid } from "../basis/grid.ts";
import { newRealField, type ReadonlyRealField, type RealField } from "../kernels/fields.ts";
import type { Model } from "../model/model.ts";
import type { Pseudopotential } from "../model/pseudopotential.ts";
import { coreFourier, hasCore } from "../model/pseudopotential-formulas.ts";
import { atomicSuperposition } from "./local.ts";

/**
 * Density of the core electrons [bohr⁻³], shape [N], that exchange and correlation see beside the valence: E_xc is not
 * linear, so where the two overlap the core must be there [LFC82]. Null if no atom has one.
 *
 *   ρ_core(r) = Re Σ_{|G| ≤ G_max} (1/Ω) Σ_atoms ρ_a(|G|) e^{−iG·R} e^{iG·r}
 *
 * G_max is the radius of the largest sphere in the cube of G-vectors: a sphere, unlike the cube, has every symmetry of
 * the crystal that the grid has, and E_xc sees all of the density, not only what orbitals see.
 */
export function coreDensity(model: Model, grid: Grid): RealField | null {
  const has = model.atoms.some(({ species }) => hasCore(model.species[species]!.pseudopotential));
  return has ? atomicSuperposition(model, grid, coreFormFactor) : null;
}

/** ρ_core(|G|) of one atom [1] on the cube of G-vectors, 0 outside the sphere, shape [N]. */
export function coreFormFactor(p: Pseudopotential, grid: Grid): Float64Array {
  const { points, normG2 } = grid;
  const end = inscribedRadius2(grid);
  const out = new Float64Array(points);
  if (!hasCore(p)) return out;
  for (let g = 0; g < points; g++) if (normG2[g]! <= end) out[g] = coreFourier(p, Math.sqrt(normG2[g]!));
  return out;
}

/**
 * |G|² up to which every G has its own point on the grid: along axis i all |g_i| ≤ n_i/2 fit (less, if that is n/2 itself,
 * which stands for two), and |g_i| ≤ |G| |a_i|/2π.
 */
function inscribedRadius2({ size, lattice }: Grid): number {
  const radii = lattice.vectors.map((a, i) => (Math.PI * (size[i]! - 0.5)) / Math.hypot(a[0], a[1], a[2]));
  return Math.min(...radii) ** 2;
}

/** ρ_s + ρ_core/n_spin, what exchange and correlation see, shape [nSpin·N]; ρ itself without a core. */
export function withCore(
  rho: ReadonlyRealField,
  core: ReadonlyRealField | null,
  nSpin: 1 | 2,
): ReadonlyRealField {
  if (core === null) return rho;
  const out = newRealField(rho.length);
  const points = core.length;
  for (let i = 0; i < rho.length; i++) out[i] = rho[i]! + core[i % points]! / nSpin;
  return out;
}
