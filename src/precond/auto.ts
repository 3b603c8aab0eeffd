import type { Grid } from "../basis/grid.ts";
import { newRealField, type ReadonlyRealField, type RealField } from "../kernels/fields.ts";
import { ldos } from "./ldos.ts";
import type { Iterate, Preconditioner } from "./preconditioner.ts";
import { screening } from "./susceptibility.ts";

/** n⁴ E_gap = 95 eV [Mos85], in Ha: the permittivity n² is √(3.49/E_gap). */
const MOSS = 95 / 27.211386;
/** A smaller gap [Ha] counts as none: the k-grid may just have missed the crossing. */
const SMALLEST_GAP = 0.01;
const LARGEST_PERMITTIVITY = 14;
/** Wave vector [bohr⁻¹] beyond which bound charges screen no more. */
const K_TF = 1;

/**
 * The mixing for those who do not know what their system is. With a gap over all k-points of the step it is an insulator: bound
 * charges with the permittivity that Moss's rule gives for the gap, where the electrons are; without one it is `ldos`.
 *
 *   P = 1 + √L C √L v,   C of `dielectric` with εr = √(95 eV/E_gap) ≤ 14,   L = ρ̄²/(ρ̄² + (0.005 bohr⁻³)²)
 *
 * with ρ̄ the density averaged over 1.5 bohr. The gap does not shrink with the number of cells, as direct gaps do by folding, and
 * Kohn-Sham gaps give 14 for gallium arsenide and 4 for quartz. A metal beside an insulator has no gap: there it is `ldos`.
 */
export function auto(): Preconditioner {
  const metal = ldos();
  const screen = screening();
  const bound = async (iterate: Iterate, transposed: boolean) => {
    const gap = gapOf(iterate);
    if (gap === undefined) return await (transposed ? metal.transposedAt! : metal.at)(iterate);
    const { grid, nSpin } = iterate;
    const polarisable = {
      epsilonR: permittivityOf(gap),
      kTF: K_TF,
      rootOfPlace: rootOfPlace(grid, await iterate.density()),
    };
    return screen(grid, nSpin, { polarisable }, transposed);
  };
  return {
    name: "auto",
    windows: (levels) => (gapOf(levels) === undefined ? metal.windows!(levels) : []),
    at: (iterate) => bound(iterate, false),
    transposedAt: (iterate) => bound(iterate, true),
  };
}

/** Estimate of εr from the gap [Ha], between 1 and 14. */
export const permittivityOf = (gap: number): number =>
  Math.max(1, Math.min(LARGEST_PERMITTIVITY, Math.sqrt(MOSS / gap)));

/**
 * Lowest empty level above highest filled one of all k-points [Ha]; undefined in a metal, where k-points of a spin hold different
 * numbers of electrons or the two come too close.
 */
export function gapOf({
  levels,
  nSpin,
  fermiLevel,
}: Pick<Iterate, "levels" | "nSpin" | "fermiLevel">): number | undefined {
  const kpoints = levels.length / nSpin;
  let [filled, empty] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  const counts = levels.map(({ eigenvalues }) => {
    // Without smearing the Fermi level is the highest filled level itself.
    const below = eigenvalues.filter((e) => e <= fermiLevel + 1e-9);
    for (const e of eigenvalues)
      if (e <= fermiLevel + 1e-9) filled = Math.max(filled, e);
      else empty = Math.min(empty, e);
    return below.length;
  });
  const isUniform = counts.every((count, i) => count === counts[Math.floor(i / kpoints) * kpoints]);
  const gap = empty - filled;
  return isUniform && Number.isFinite(gap) && gap > SMALLEST_GAP ? gap : undefined;
}

/** √L where the density, averaged with a Gaussian of 1.5 bohr, says that there is matter; shape [N]. */
function rootOfPlace(grid: Grid, rho: ReadonlyRealField): RealField {
  const { points, normG2 } = grid;
  const total = newRealField(points);
  for (let i = 0; i < rho.length; i++) total[i % points]! += rho[i]!;
  const coefficients = grid.toFourier(total);
  for (let g = 0; g < points; g++) {
    const factor = Math.exp(-0.5 * normG2[g]! * 1.5 ** 2);
    coefficients[2 * g]! *= factor;
    coefficients[2 * g + 1]! *= factor;
  }
  const root = grid.toReal(coefficients);
  for (let r = 0; r < points; r++) {
    const x = Math.max(0, root[r]!);
    root[r] = x / Math.hypot(x, 0.005);
  }
  return root;
}
