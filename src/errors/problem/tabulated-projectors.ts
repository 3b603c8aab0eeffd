import { requireInput } from "../../common/failure.ts";
import { div, type Interval, midpoint, ONE, radiusAbout } from "../../interval/interval.ts";
import { above, UNIT_ROUNDOFF } from "../../interval/rounding.ts";
import { sqrt } from "../../interval/sqrt.ts";
import type { PlainRadial } from "./plain-projectors.ts";

/**
 * Projectors that are defined by numbers, as a potential on a mesh becomes a problem. With t = q²
 * in steps h, P(q)/q^l is on [jh, (j+1)h] the cubic polynomial through the numbers at j − 1, j, j +
 * 1, j + 2, which are zero beyond the last: continuous, and exactly zero from some q on. The local
 * part stands among the Fourier coefficients of the problem.
 */
export interface TabulatedPotential {
  readonly kind: "tabulated";
  readonly element: string;
  /** The file it came from. */
  readonly name: string;
  /** Z, the number of valence electrons: of no proof. */
  readonly charge: number;
  /** h [bohr⁻²], a power of two. */
  readonly step: number;
  /** By l: symmetric h^l [Ha], and for each projector the numbers at −h, 0, h, … [bohr^(3/2+l)]. */
  readonly channels: readonly {
    readonly h: readonly (readonly number[])[];
    readonly projectors: readonly (readonly number[])[];
  }[];
}

/** The q² from which on all projectors of a channel are zero: a whole number of steps, exact. */
export const supportEnd = ({ step, channels }: TabulatedPotential, l: number): number =>
  step * Math.max(0, ...channels[l]!.projectors.map((values) => values.length));

/**
 * P(q)/q^l/√Ω in plain arithmetic. t/h and its part s after the point are exact; each of the four
 * basis polynomials is a product of at most five rounded factors, the sum has four terms, and |ℓ| ≤
 * 1: 20u Σ|v| holds that. An error of t moves the value by at most 1.2 Σ|v|/h times it, as |ℓ′| ≤
 * 7/6, over the cell and both beside it.
 */
export function tabulatedRadial(
  { step, channels }: TabulatedPotential,
  l: number,
  i: number,
  volume: Interval,
): PlainRadial {
  const values = channels[l]!.projectors[i - 1]!;
  const at = (j: number): number => (j >= -1 && j + 1 < values.length ? values[j + 1]! : 0);
  const norm = div(ONE, sqrt(volume));
  const n = midpoint(norm);
  const constant = above(radiusAbout(norm, n) / n) + 4 * UNIT_ROUNDOFF;
  return (out, q2, error) => {
    const x = q2 / step;
    const delta = error / step;
    if (!(delta < 0.5)) {
      out[0] = 0;
      out[1] = Infinity;
      return;
    }
    const j = Math.floor(x);
    const s = x - j;
    const [a, b, c, d] = [at(j - 1), at(j), at(j + 1), at(j + 2)];
    const value =
      (a * -s * (s - 1) * (s - 2)) / 6 +
      (b * (s + 1) * (s - 1) * (s - 2)) / 2 -
      (c * (s + 1) * s * (s - 2)) / 2 +
      (d * (s + 1) * s * (s - 1)) / 6;
    const size = Math.abs(a) + Math.abs(b) + Math.abs(c) + Math.abs(d);
    const beside = Math.abs(at(j - 2)) + Math.abs(at(j + 3));
    const off = 20 * UNIT_ROUNDOFF * size + 1.2 * delta * (size + beside);
    out[0] = n * value;
    // 1.01 holds the roundings of the bound itself
    out[1] = 1.01 * n * (off + (Math.abs(value) + off) * constant) + UNDERFLOW;
  };
}

const UNDERFLOW = 1e-250;

/** @throws InputError naming what cannot be meant. */
export function checkTabulated({ element, step, channels }: TabulatedPotential): void {
  const rule = (isRight: boolean, what: string) =>
    requireInput(isRight, () => `projectors of ${element}: must have ${what}`);
  let doubled = step;
  while (doubled < 1 && doubled > 0) doubled *= 2;
  rule(step >= 1 / 4096 && doubled === 1, `a step that is a power of two from 2⁻¹² to 1, got ${step}`);
  rule(channels.length <= 4, `l ≤ 3, got ${channels.length} channels`);
  const isSmall = (x: number) => Number.isFinite(x) && Math.abs(x) < 1e6;
  for (const { h, projectors } of channels) {
    rule(
      h.every((row, i) => row.length === h.length && row.every((x, j) => isSmall(x) && x === h[j]![i])),
      "a symmetric h of numbers below 1e6",
    );
    rule(projectors.length === h.length, `as many projectors as rows of h, got ${projectors.length}`);
    rule(
      projectors.every((values) => values.every(isSmall)),
      "numbers below 1e6",
    );
  }
}
