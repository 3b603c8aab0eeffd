import { requireInput } from "../common/failure.ts";
import type { RealField } from "../kernels/fields.ts";
import type { EnergyWindow } from "../state/energy-window.ts";
import { identity } from "./filters/simple.ts";
import { middleOfGap } from "./gap.ts";
import type { Iterate, IterateLevels, Preconditioner } from "./preconditioner.ts";
import { screening } from "./susceptibility.ts";

/**
 * Makes the LDOS preconditioner: P = 1 − χ̃₀ v with the local susceptibility that the density of
 * states at the Fermi level gives for slowly varying potentials [HL21]. It is Kerker's in a bulk
 * metal and the identity in a gap or in vacuum, chosen locally and without a parameter.
 *
 *   χ̃₀(r, r′) = −D_σ(r) δ(r − r′) + D_σ(r) D_σ′(r′)/D,   D = Σ_σ ∫ D_σ
 *
 * `susceptibility.ts` describes how P δρ = f is solved, and on which waves.
 *
 * @param width broadening of the density of states [Ha]. Default `mixingWidth`.
 * @throws InputError if `width` is not positive and finite.
 *
 * @example
 * ```ts
 * import { densityMixing, ldos } from "stillwave";
 *
 * const method = densityMixing({ preconditioner: ldos() });
 * ```
 */
export function ldos({ width }: { readonly width?: number | undefined } = {}): Preconditioner {
  requireWidth(width);
  const screen = screening();
  const bind = ({ grid, nSpin }: Iterate, [states]: readonly RealField[], transposed: boolean) =>
    states !== undefined && hasStates(states) ? screen(grid, nSpin, { states }, transposed) : identity;
  return {
    name: width === undefined ? "ldos" : `ldos(width=${width})`,
    needs: (levels) => windowsAtFermiLevel(levels, width),
    at: (iterate, states) => bind(iterate, states, false),
    transposedAt: (iterate, states) => bind(iterate, states, true),
  };
}

export function requireWidth(width: number | undefined): void {
  requireInput(
    width === undefined || (Number.isFinite(width) && width > 0),
    () => `width: must be a positive energy in Ha, got ${width}; leave it out for the default`,
  );
}

/**
 * Returns max(T, min(0.05, 100 T)) for smearing width T [Ha]: wide enough to average over the
 * levels of a coarse k-grid, narrow against a work function (0.1 to 0.2 Ha). Levels 0.1 Ha above
 * ε_F reach far into the vacuum: the window of DFTK, 0.1 Ha, finds states there, and the number of
 * steps grows with the height of the cell.
 */
export const mixingWidth = (temperature: number): number =>
  Math.max(temperature, Math.min(0.05, 100 * temperature));

/**
 * Returns the energy window about the Fermi level, or none if the width is zero. In a gap smearing
 * puts the Fermi level anywhere, mostly near the lower edge, where an insulator would seem to have
 * states; the window is then about the middle of the gap.
 */
export function windowsAtFermiLevel(
  levels: IterateLevels,
  width = mixingWidth(levels.temperature),
): EnergyWindow[] {
  return width > 0 ? [{ center: middleOfGap(levels), width }] : [];
}

/** LDOS below this value everywhere [Ha⁻¹ bohr⁻³] counts as zero; metals have 10⁻² or more. */
const NO_STATES = 1e-8;

/** Tells whether an LDOS of shape [nSpin·N] is nonzero. */
export const hasStates = (states: RealField): boolean => states.some((x) => x > NO_STATES);
