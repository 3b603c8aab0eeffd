import type { Vec3 } from "../../common/vec3.ts";
import { productError, sumError } from "../../interval/rounding.ts";
import { exact, SumAbove, sizeOf } from "../../interval/sides.ts";
import { type CosSin, cosSinTurns } from "../../interval/turns.ts";

/**
 * cos and sin of G·R = 2π Σ nᵢτᵢ for whole n and an exact fractional position τ. Products and sums
 * are followed by their errors, and whole turns are taken off exactly; what is left over is the
 * radius of the angle, zero for positions such as 1/8. Positions below 10⁻²⁰⁰, whose product errors
 * could underflow, count as a radius.
 */
export function phase(n: ArrayLike<number>, offset: number, position: Vec3): CosSin {
  let turns = 0;
  const rest = new SumAbove();
  for (let i = 0; i < 3; i++) {
    const whole = n[offset + i]!;
    const tau = position[i]!;
    if (whole === 0 || tau === 0) continue;
    if (Math.abs(tau) < 1e-200) {
      rest.add(exact(1e-190)); // |n| < 10¹⁰
      continue;
    }
    const term = (whole * tau) % 1;
    rest.add(sizeOf(productError(whole, tau))).add(sizeOf(sumError(turns, term)));
    turns += term;
  }
  return cosSinTurns(turns, rest.isZero ? 0 : rest.value);
}
