import { type Interval, radiusAbout } from "../../interval/interval.ts";
import { rootAbove } from "../../interval/norms.ts";
import { UNIT_ROUNDOFF } from "../../interval/rounding.ts";
import {
  type Above,
  differenceAbove,
  exact,
  gamma,
  maxAbove,
  productAbove,
  provedAbove,
  SumAbove,
  sumAbove,
  unitRoundoff,
} from "../../interval/sides.ts";
import { type CosSin, cosSinFraction } from "../../interval/turns.ts";
import type { Fft, FftPass, GridSize, Kernels } from "../../kernels/kernels.ts";

/**
 * A-priori errors of a transform F of unimodular entries by passes (docs/bounds.md, Lemma 8), for ŷ
 * in place of y = F x:
 *
 *   ‖ŷ − y‖₂ ≤ relative · ‖y‖₂,   ‖ŷ − y‖_∞ ≤ uniform · ‖x‖₁
 */
export interface FftRounding {
  readonly relative: Above;
  readonly uniform: Above;
}

/**
 * β_r/u with |ẑ_k − z_k| ≤ β_r Σ|x_q| for the kernels' small transforms, fused multiply-adds and
 * errors of constants included. A test derives these numbers from the generated programs.
 */
export const BUTTERFLY_ERRORS: ReadonlyMap<number, number> = new Map([
  [2, 1.1],
  [3, 6.9],
  [4, 2.1],
  [5, 8],
  [6, 12.8],
  [7, 9.2],
  [8, 6.7],
  [11, 11.7],
  [13, 12.8],
]);

/**
 * Largest rounding error of a factor: enclosures are up to 14 u wide. Beyond, the table is wrong.
 */
const WORST_FACTOR = 16 * UNIT_ROUNDOFF;

/**
 * Looks at every factor that the passes use, in both directions, and adds up their errors.
 *
 * @returns undefined where nothing can be promised: no passes are known, or a factor is wrong.
 */
export function fftRounding(passes: readonly FftPass[] | undefined): FftRounding | undefined {
  if (passes === undefined) return undefined;
  const known = new Map<FftPass, FftRounding | undefined>();
  let [relative, uniform]: Above[] = [exact(1), exact(1)];
  for (const pass of passes) {
    if (!known.has(pass)) known.set(pass, passErrors(pass));
    const errors = known.get(pass);
    if (errors === undefined) return undefined;
    relative = productAbove(relative!, sumAbove(exact(1), errors.relative));
    uniform = productAbove(uniform!, sumAbove(exact(1), errors.uniform));
  }
  return { relative: differenceAbove(relative!, exact(1)), uniform: differenceAbove(uniform!, exact(1)) };
}

/**
 * Tells whether the small transforms that the kernels run are those of their radices: every unit
 * vector, along each axis and in both directions, must be transformed correctly within the rounding
 * of a single pass. This sees a wrong constant, which no factor of the passes shows.
 */
export function butterfliesHold(kernels: Kernels, passes: readonly FftPass[]): boolean {
  return [...new Set(passes.map(({ radix }) => radix))].every((radix) => {
    const roots = Array.from({ length: radix }, (_, j) => cosSinFraction(j, radix));
    return [0, 1, 2].every((axis) => {
      const size = [1, 1, 1].map((one, i) => (i === axis ? radix : one)) as unknown as GridSize;
      const fft = kernels.fft(size);
      const law = fft.passes?.length === 1 && fft.passes[0]!.radix === radix && fftRounding(fft.passes);
      return law && [-1, 1].every((sign) => unitsHold(kernels, roots, sign, fft, law.uniform));
    });
  });
}

/** |ŷ_k − e^{sign·2πi qk/r}| ≤ `most` for the transform ŷ of each unit vector e_q. */
function unitsHold(kernels: Kernels, roots: readonly CosSin[], sign: number, fft: Fft, most: Above): boolean {
  const radix = roots.length;
  const isNear = ({ lo, hi }: Interval, x: number) => lo - most <= x && x <= hi + most;
  return kernels.scratch((take) => {
    const [unit, image] = [take(2 * radix), take(2 * radix)];
    for (let q = 0; q < radix; q++) {
      unit.fill(0)[2 * q] = 1;
      (sign < 0 ? fft.forward : fft.inverse)(image, unit);
      for (let k = 0; k < radix; k++) {
        const { cos, sin } = roots[(q * k) % radix]!;
        if (!isNear(cos, image[2 * k]!) || !isNear(sin, sign * image[2 * k + 1]!)) return false;
      }
    }
    return true;
  });
}

/** Returns ε = τ + (1+τ) β √r and μ = τ + (1+τ) β; inexact factors cost τ = √2 γ₂ (1+η) + η. */
function passErrors(pass: FftPass): FftRounding | undefined {
  const beta = BUTTERFLY_ERRORS.get(pass.radix);
  const eta = maxAbove(worstFactor(pass, -1), worstFactor(pass, 1));
  if (beta === undefined || !(eta <= WORST_FACTOR)) return undefined;
  // Math.SQRT2 > √2
  const twist = productAbove(provedAbove(Math.SQRT2), gamma(2), sumAbove(exact(1), eta));
  const tau = sumAbove(twist, eta);
  const small = productAbove(sumAbove(exact(1), tau), exact(beta), unitRoundoff());
  return {
    relative: sumAbove(tau, productAbove(small, rootAbove(exact(pass.radix)))),
    uniform: sumAbove(tau, small),
  };
}

/** Returns max |ŵ − w| over the factors e^{sign·2πi pk/length}; NaN if the parts read disagree. */
function worstFactor({ radix, length, factors }: FftPass, sign: -1 | 1): Above {
  const table = factors(sign);
  const turns = new Map<number, CosSin>();
  let worst: Above = exact(0);
  for (let p = 0; p < length / radix; p++)
    for (let k = 1; k < radix; k++) {
      const at = 4 * (p * (radix - 1) + k - 1);
      const c = table[at]!;
      const again = table[at + 1]!;
      const minus = table[at + 2]!;
      const s = table[at + 3]!;
      if (!(again === c && minus === -s)) return provedAbove(Number.NaN);
      const power = (p * k) % length;
      if (!turns.has(power)) turns.set(power, cosSinFraction(power, length));
      const { cos, sin } = turns.get(power)!;
      const [dc, ds] = [radiusAbout(cos, c), radiusAbout(sin, sign * s)];
      worst = maxAbove(worst, rootAbove(new SumAbove().addSquare(dc).addSquare(ds).value));
    }
  return worst;
}
