import { type NumberOptions, valuesOf } from "../../common/options.ts";
import type { Preconditioner } from "../preconditioner.ts";
import { totalFilter } from "./total-filter.ts";

/** Rules, defaults and limits of the numbers of `dielectric` and `hybrid`. */
export const DIELECTRIC_OPTIONS = {
  epsilonR: {
    rule: "must be a permittivity of at least 1; 10 suits many semiconductors, 1 means no screening",
    default: 10,
    atLeast: 1,
  },
  kTF: { rule: "must be a positive wave vector in bohr⁻¹; 0.8 is usual", default: 0.8, above: 0 },
} as const satisfies NumberOptions;

export interface DielectricOptions {
  /** Static permittivity εr of the material, at least 1. Default 10. */
  readonly epsilonR?: number | undefined;
  /** Wave vector beyond which screening vanishes [bohr⁻¹], positive. Default 0.8. */
  readonly kTF?: number | undefined;
}

/**
 * Makes the preconditioner for bulk semiconductors and insulators from the dielectric function of a
 * simplified Resta model [Res77; HL21]. For G ≠ 0
 *
 *   (P⁻¹ f)(G) = (kTF² + (εr − 1)|G|²) / (εr kTF² + (εr − 1)|G|²) · f(G);   (P⁻¹ f)(0) = f(0)
 *
 * The factor goes from 1/εr for long waves to 1 for short ones; εr = 1 is the identity, εr → ∞ is
 * Kerker's. It acts on the total density; the magnetisation, without Coulomb energy, is unchanged.
 *
 * @throws InputError if `epsilonR` is below 1 or `kTF` is not positive.
 *
 * @example
 * ```ts
 * import { densityMixing, dielectric } from "stillwave";
 *
 * const method = densityMixing({ preconditioner: dielectric({ epsilonR: 12 }) });
 * ```
 */
export function dielectric(options: DielectricOptions = {}): Preconditioner {
  const { epsilonR, kTF } = valuesOf("dielectric", DIELECTRIC_OPTIONS, options);
  const c = epsilonR - 1;
  const k2 = kTF * kTF;
  return {
    name: `dielectric(epsilonR=${epsilonR}, kTF=${kTF})`,
    at: (iterate) => totalFilter(iterate, (g2) => (k2 + c * g2) / (epsilonR * k2 + c * g2)),
  };
}
