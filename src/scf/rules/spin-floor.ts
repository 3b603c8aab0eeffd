import { type ReadonlyRealField, type RealField, sumReal } from "../../kernels/fields.ts";

/** Smallest part of ρout_σ kept. With 0.01 to 0.5, Fe, Ni, Mn and Cr take the same steps to 3. */
const LEAST = 0.1;

/** ρ↑ + ρ↓ [bohr⁻³] below which a spin may vanish (r_s = 62), above rounding and vacuum ripples. */
const DENSE = 1e-6;

/**
 * Keeps an accelerator's step from emptying one spin where there are electrons:
 *
 *   ρ_σ(r) ← max(ρ_σ(r), 0.1 ρout_σ(r))   where ρin↑ + ρin↓ > 10⁻⁶ bohr⁻³
 *
 * and scales both spins to the previous number of electrons. The gradient correction of correlation
 * depends on ζ = (ρ↑ − ρ↓)/ρ through φ(ζ), whose slope goes as (1 − |ζ|)^{−1/3} [PBE96]: where an
 * extrapolation left no minority density, the xc potential of the minority spin diverges and the
 * SCF stalls above the ground state, by hartrees in iron, by 1 to 20 mHa in the thin tails of an
 * oxygen molecule. Densities of orbitals always have a minority there, and damped steps of a tenth
 * or more end above the floor: it touches only steps that overshoot by far.
 *
 * The floor is a part of ρout alone. As a part of ρin as well, it falls tenfold with every step at
 * a point that was emptied once, and the point stays empty: in the tails of the oxygen molecule for
 * more than 60 steps.
 *
 * The floor acts on points. If an operation of the space group does not map grid points to grid
 * points, it breaks the symmetry of the density, which is restored afterwards.
 *
 * @param next changed in place and returned; shapes [2·N].
 * @param symmetrize averages a density over the space group, in place.
 */
export function keepBothSpins(
  next: RealField,
  rhoIn: ReadonlyRealField,
  rhoOut: ReadonlyRealField,
  symmetrize: (rho: RealField) => void,
): RealField {
  const points = next.length / 2;
  const before = sumReal(next);
  let isTouched = false;
  for (let r = 0; r < points; r++) {
    if (rhoIn[r]! + rhoIn[points + r]! <= DENSE) continue;
    for (const at of [r, points + r]) {
      const floor = LEAST * rhoOut[at]!;
      if (next[at]! >= floor) continue;
      next[at] = floor;
      isTouched = true;
    }
  }
  if (!isTouched) return next;
  symmetrize(next);
  const factor = before / sumReal(next);
  for (let i = 0; i < next.length; i++) next[i]! *= factor;
  return next;
}
