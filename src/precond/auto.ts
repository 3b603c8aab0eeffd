import type { RealField } from "../kernels/fields.ts";
import { identity } from "./filters/simple.ts";
import { gapOf } from "./gap.ts";
import { hasStates } from "./ldos.ts";
import { localGap, localGapWindows, matter } from "./local-gap.ts";
import type { Iterate, Preconditioner } from "./preconditioner.ts";
import { keptSpace, type ResponseSpace } from "./response-space.ts";
import type { ModelSusceptibility, Polarisable } from "./screened-waves.ts";
import { screening } from "./susceptibility.ts";

/** n⁴ E_gap = 95 eV [Mos85], in Ha: the permittivity n² is √(3.49/E_gap). */
const MOSS = 95 / 27.211386;
const LARGEST_PERMITTIVITY = 14;
/** Wave vector [bohr⁻¹] beyond which bound charges screen no more. */
const K_TF = 1;

/**
 * The mixing for those who do not know what their system is. `localGap` finds out, place by place, where the levels leave a gap about
 * the Fermi level, and how wide it is. There charges are bound, elsewhere they are free:
 *
 *   P = 1 − χ̃₀ v,   χ̃₀ = χ̃₀(ldos, with (1 − L) D for D) − √L C √L,   C of `dielectric` with εr = √(95 eV/E_gap) ≤ 14
 *
 * Taking (1 − L) D is what makes it more than `hybrid`: the window of `ldos` sees both edges of a small gap, and states that are
 * not there would screen the long waves of a semiconductor as a metal's do. L = 0 is `ldos`, to the last digit, and L = 1 `dielectric`.
 * Moss's rule is an estimate; Kohn-Sham gaps give 14 for gallium arsenide and 4 to 5 for quartz. Without a temperature there is no
 * metal, and L is 1 where there is matter.
 */
export function auto(): Preconditioner {
  const spaceOn = keptSpace();
  const screen = screening(spaceOn);
  const bound = async (iterate: Iterate, states: readonly RealField[], transposed: boolean) => {
    const model = await modelOf(iterate, states, spaceOn(iterate.grid));
    return model === undefined ? identity : screen(iterate.grid, iterate.nSpin, model, transposed);
  };
  return {
    name: "auto",
    needs: localGapWindows,
    at: (iterate, states) => bound(iterate, states, false),
    transposedAt: (iterate, states) => bound(iterate, states, true),
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
      polarisable: boundCharges(gap.empty - gap.filled, matter(space, await iterate.density())),
    };
  }
  const { states, insulator } = local;
  if (insulator === undefined) return hasStates(states) ? { states } : undefined;
  const { place, gap } = insulator;
  const free = states.map((d, i) => d * (1 - place[i % points]!)) as RealField;
  return { ...(hasStates(free) ? { states: free } : {}), polarisable: boundCharges(gap, place) };
}

const boundCharges = (gap: number, place: RealField): Polarisable => ({
  epsilonR: permittivityOf(gap),
  kTF: K_TF,
  rootOfPlace: place.map(Math.sqrt) as RealField,
});

/** Estimate of εr from the gap [Ha], between 1 and 14. */
export const permittivityOf = (gap: number): number =>
  Math.max(1, Math.min(LARGEST_PERMITTIVITY, Math.sqrt(MOSS / gap)));
