import { newRealField, type RealField, takeRoots } from "../kernels/fields.ts";
import { DIELECTRIC_OPTIONS } from "./filters/dielectric.ts";
import { identity } from "./filters/simple.ts";
import { gapOf } from "./gap.ts";
import { hasStates } from "./ldos.ts";
import { localGap, localGapWindows, material } from "./local-gap.ts";
import type { Iterate, Preconditioner } from "./preconditioner.ts";
import { keptSpace, type ResponseSpace } from "./response-space.ts";
import type { ModelSusceptibility, Polarisable } from "./screened-waves.ts";
import { screening } from "./susceptibility.ts";

/** n⁴ E_gap = 95 eV [Mos85], in Ha: the permittivity n² is √(3.49/E_gap). */
const MOSS = 95 / 27.211386;
const LARGEST_PERMITTIVITY = 14;
/** Wave vector [bohr⁻¹] beyond which bound charges screen no more. */
const K_TF = DIELECTRIC_OPTIONS.kTF.default;

/**
 * Makes the preconditioner for systems of unknown kind. `localGap` finds the regions in which the
 * levels leave a gap about the Fermi level, and the width of the gap. Charges are bound there and
 * free elsewhere:
 *
 *   P = 1 − χ̃₀ v,   χ̃₀ = χ̃₀(ldos of (1 − L) D) − √L C √L,
 *
 * with C of `dielectric` for εr = √(95 eV/E_gap) ≤ 14. In `hybrid` the window of `ldos` sees both
 * edges of a small gap and screens the long waves of a semiconductor as those of a metal; the
 * factor 1 − L prevents this. L = 0 is exactly `ldos`, L = 1 is `dielectric`. Moss's rule is an
 * estimate: Kohn-Sham gaps give 14 for gallium arsenide, 4 to 5 for quartz. Without a temperature
 * the system counts as an insulator, and L = 1 wherever there are atoms.
 *
 * @example
 * ```ts
 * import { densityMixing, auto } from "stillwave";
 *
 * const method = densityMixing({ preconditioner: auto() });
 * ```
 */
export function auto(): Preconditioner {
  const spaceOn = keptSpace();
  const screen = screening(spaceOn);
  const bind = async (iterate: Iterate, states: readonly RealField[], transposed: boolean) => {
    const model = await modelOf(iterate, states, spaceOn(iterate.grid));
    return model === undefined ? identity : screen(iterate.grid, iterate.nSpin, model, transposed);
  };
  return {
    name: "auto",
    needs: localGapWindows,
    at: (iterate, states) => bind(iterate, states, false),
    transposedAt: (iterate, states) => bind(iterate, states, true),
  };
}

async function modelOf(
  iterate: Iterate,
  inWindows: readonly RealField[],
  space: ResponseSpace,
): Promise<ModelSusceptibility | undefined> {
  const { points } = iterate.grid;
  const local = await localGap(iterate, inWindows, space);
  if (local === undefined) {
    const gap = gapOf(iterate);
    if (gap === undefined) return undefined;
    return {
      polarisable: boundCharges(gap.empty - gap.filled, material(space, await iterate.density())),
    };
  }
  const { states, insulator } = local;
  if (insulator === undefined) return hasStates(states) ? { states } : undefined;
  const { localisation, gap } = insulator;
  const free = newRealField(states.length);
  for (let at = 0; at < free.length; at += points)
    for (let r = 0; r < points; r++) free[at + r] = states[at + r]! * (1 - localisation[r]!);
  return { ...(hasStates(free) ? { states: free } : {}), polarisable: boundCharges(gap, localisation) };
}

function boundCharges(gap: number, localisation: RealField): Polarisable {
  const rootL = localisation.slice() as RealField;
  takeRoots(rootL);
  return { epsilonR: permittivityOf(gap), kTF: K_TF, rootL };
}

/** Returns an estimate of εr from the gap [Ha], between 1 and 14. */
export const permittivityOf = (gap: number): number =>
  Math.max(1, Math.min(LARGEST_PERMITTIVITY, Math.sqrt(MOSS / gap)));
