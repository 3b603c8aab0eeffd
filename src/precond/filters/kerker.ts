import { type NumberOptions, valuesOf } from "../../common/options.ts";
import type { Preconditioner } from "../preconditioner.ts";
import { totalFilter } from "./total-filter.ts";

/** Rule, default and limit of the number of `kerker`; 0.8 bohr⁻¹ is 1.5 Å⁻¹ [KF96]. */
export const KERKER_OPTIONS = {
  kTF: {
    rule: "must be a positive Thomas-Fermi wave vector in bohr⁻¹; 0.8 is usual, for no preconditioning use simple",
    default: 0.8,
    above: 0,
  },
} as const satisfies NumberOptions;

/**
 * Makes Kerker's preconditioner, which damps long-wavelength charge sloshing of bulk metals
 * [Ker81].
 *
 *   (P⁻¹ f)(G) = |G|² / (|G|² + kTF²) · f(G) for G ≠ 0,   (P⁻¹ f)(0) = f(0)
 *
 * It acts on the total density; the magnetisation is unchanged.
 *
 * @param options `kTF`: Thomas-Fermi wave vector [bohr⁻¹], positive. Default 0.8.
 * @throws InputError if `kTF` is not positive and finite.
 *
 * @example
 * ```ts
 * import { densityMixing, kerker } from "stillwave";
 *
 * const method = densityMixing({ preconditioner: kerker({ kTF: 0.8 }) });
 * ```
 */
export function kerker(options: { readonly kTF?: number | undefined } = {}): Preconditioner {
  const { kTF } = valuesOf("kerker", KERKER_OPTIONS, options);
  const k2 = kTF * kTF;
  return { name: `kerker(kTF=${kTF})`, at: (iterate) => totalFilter(iterate, (g2) => g2 / (g2 + k2)) };
}
