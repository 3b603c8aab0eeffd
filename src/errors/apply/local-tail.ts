import { interval, scale, upperEnd } from "../../interval/interval.ts";
import { rootAbove, squaredNormAbove } from "../../interval/norms.ts";
import { above } from "../../interval/rounding.ts";
import {
  type Above,
  type Below,
  differenceBelow,
  exact,
  maxAbove,
  minAbove,
  productAbove,
  provedAbove,
  SumAbove,
  sizeOf,
} from "../../interval/sides.ts";
import { sqrt } from "../../interval/sqrt.ts";
import type { EnclosedProblem } from "../problem/enclosed-hamiltonian.ts";
import type { PlaneWaves } from "../problem/reciprocal.ts";
import { columnRange, type TrialPanel } from "./trial-panel.ts";

/**
 * ‖V_loc u‖ outside a set (docs/bounds.md, Lemma 7): with u cut into shells of |k+G| ≤ q_s,
 *
 *   Σ_s min(‖u_s‖₁ t₂(R − q_s), ‖u_s‖₂ t₁(R − q_s)),   R the radius beyond which the outside lies
 */
export function localTail(
  { table }: EnclosedProblem,
  waves: PlaneWaves,
  outsideRadius: Below,
  u: TrialPanel,
  column: number,
): Above {
  const total = new SumAbove();
  const [first, last] = columnRange(u.rows, column);
  for (let start = first; start < last; start += 2 * SHELL) {
    const end = Math.min(last, start + 2 * SHELL);
    const one = new SumAbove();
    // |re| + |im| is above the modulus
    for (let i = start; i < end; i++) one.add(sizeOf(u.data[i]!));
    const two = rootAbove(squaredNormAbove(u.data, start, end));
    let highest: Above = exact(0);
    for (let i = (start - first) / 2; i < (end - first) / 2; i++)
      highest = maxAbove(highest, kineticAbove(waves, i));
    const distance = differenceBelow(outsideRadius, radiusAbove(highest));
    total.add(
      minAbove(
        productAbove(one.value, table.norm2Beyond(distance)),
        productAbove(two, table.sumBeyond(distance)),
      ),
    );
  }
  return total.value;
}

/** Plane waves of a shell: as many as share a distance to the outside without losing much. */
const SHELL = 64;

/** ½|k+G|² of a wave of a set. */
export const kineticAbove = (waves: PlaneWaves, i: number): Above =>
  provedAbove(above(waves.kinetic[i]! + waves.kineticError[i]!)); // computed energy + its error

/** √(2E). */
export const radiusAbove = (energy: Above): Above => upperEnd(sqrt(scale(2, interval(energy))));
