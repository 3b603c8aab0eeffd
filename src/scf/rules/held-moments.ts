import type { ReadonlyRealField, RealField } from "../../kernels/fields.ts";

/** ‖n_out − n_in‖/√N above which the charge is far from its own: 0.1 for aluminium, 1 for FeO. */
const UNSETTLED = 0.3;

/** Part of ∫|m| below which a step has lost the moments. */
const LOST = 0.25;

/**
 * Tells whether the orbitals have lost nearly all of the magnetisation that they were given while
 * the charge is still far from self-consistent: in such a potential they say nothing about it.
 *
 * @param electrons number of electrons over the volume of a grid point [bohr⁻³].
 */
export function losesMoments(
  rhoIn: ReadonlyRealField,
  rhoOut: ReadonlyRealField,
  electrons: number,
): boolean {
  const points = rhoIn.length / 2;
  let [before, after, charge] = [0, 0, 0];
  for (let r = 0; r < points; r++) {
    before += Math.abs(rhoIn[r]! - rhoIn[points + r]!);
    after += Math.abs(rhoOut[r]! - rhoOut[points + r]!);
    charge += (rhoOut[r]! + rhoOut[points + r]! - rhoIn[r]! - rhoIn[points + r]!) ** 2;
  }
  return after < LOST * before && charge > UNSETTLED ** 2 * electrons;
}

/** Takes the magnetisation out of a step, in place: both spins get half of its charge. */
export function holdMoments(step: RealField): void {
  const points = step.length / 2;
  for (let r = 0; r < points; r++) step[r] = step[points + r] = 0.5 * (step[r]! + step[points + r]!);
}
