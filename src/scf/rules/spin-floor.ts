import { type ReadonlyRealField, type RealField, sumReal } from "../../kernels/fields.ts";

/** Part of ρ_σ that a step leaves at least. From 0.01 to 0.5 iron, nickel, manganese and chromium take the same steps within three. */
const LEAST = 0.1;

/** ρ↑ + ρ↓ [bohr⁻³] below which a spin may vanish (r_s = 62): rounding and the ripples of a vacuum lie below. */
const DENSE = 1e-6;

/**
 * Returns a density of two spins on which neither has been emptied where electrons are, from the one an accelerator
 * asks for:
 *
 *   ρ_σ(r) ← max(ρ_σ(r), 0.1 min(ρin_σ(r), ρout_σ(r)))   where ρin↑ + ρin↓ > 10⁻⁶ bohr⁻³
 *
 * and then both scaled alike to the electrons there were. The gradient correction of correlation depends on ζ = (ρ↑ − ρ↓)/ρ
 * through φ(ζ), whose slope goes as (1 − |ζ|)^{−1/3} [PBE96]: where an extrapolation left no minority density, the
 * potential of the minority diverges and the iteration stalls above the ground state, by hartrees in iron, by 1 to 20 mHa
 * in the thin tails of an oxygen molecule. No density of orbitals is without minority there, and the floor, below both
 * what went in and what came out, is under any step that does not overshoot by far.
 *
 * The floor works point by point. Where an operation of the space group does not map grid points to grid points it breaks
 * the symmetry of the density, which is therefore restored after it.
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
      const floor = LEAST * Math.max(0, Math.min(rhoIn[at]!, rhoOut[at]!));
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
