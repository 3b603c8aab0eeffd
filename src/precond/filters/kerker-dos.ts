import { gaussianWeight } from "../../state/energy-window.ts";
import { mixingWidth, requireWidth } from "../ldos.ts";
import type { Iterate, Preconditioner } from "../preconditioner.ts";
import { identity } from "./simple.ts";
import { totalFilter } from "./total-filter.ts";

/**
 * Makes Kerker's preconditioner with the Thomas-Fermi wave vector of the calculation, from the
 * density of states at its Fermi level:
 *
 *   kTF² = 4π D/Ω,   D = D↑ + D↓,   D_σ = Σ_nk w_k fMax δ_T(ε_nkσ − ε_F),
 *   δ_T(x) = e^{−(x/T)²}/(T√π)
 *
 *   ρ(G) ← |G|²/(|G|² + kTF²) ρ(G),   m(G) ← m(G) − (4π (D↑ − D↓)/Ω)/(|G|² + kTF²) ρ(G)   for G ≠ 0
 *
 * Here ρ and m are the residuals of density and magnetisation: both spins respond to one potential,
 * each with its own states [Ker81; HL21]. Without states at the Fermi level it is the identity.
 *
 * @param width T [Ha]. Default `mixingWidth`.
 * @throws InputError if `width` is not positive and finite.
 *
 * @example
 * ```ts
 * import { densityMixing, kerkerDos } from "stillwave";
 *
 * const method = densityMixing({ preconditioner: kerkerDos() });
 * ```
 */
export function kerkerDos({ width }: { readonly width?: number | undefined } = {}): Preconditioner {
  requireWidth(width);
  return {
    name: width === undefined ? "kerker-dos" : `kerker-dos(width=${width})`,
    at(iterate) {
      const broadening = width ?? mixingWidth(iterate.temperature);
      if (!(broadening > 0)) return identity;
      const states = densityOfStates(iterate, broadening);
      const [up, down = 0] = states.map((d) => (4 * Math.PI * d) / iterate.grid.lattice.volume);
      const kTF2 = up! + down;
      if (!(kTF2 > 1e-8)) return identity;
      return totalFilter(
        iterate,
        (g2) => g2 / (g2 + kTF2),
        (g2) => (down - up!) / (g2 + kTF2),
      );
    },
  };
}

/** Returns D_σ [Ha⁻¹] of the cell for each spin. */
function densityOfStates({ levels, nSpin, fMax, fermiLevel }: Iterate, width: number): number[] {
  const perSpin = levels.length / nSpin; // spin is slowest
  return Array.from({ length: nSpin }, (_, spin) =>
    levels.slice(spin * perSpin, (spin + 1) * perSpin).reduce((sum, { weight, eigenvalues }) => {
      for (const e of eigenvalues) sum += gaussianWeight({ center: fermiLevel, width }, e, weight * fMax);
      return sum;
    }, 0),
  );
}
