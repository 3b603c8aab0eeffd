import type { GthPotential } from "../../atoms/pseudopotential.ts";
import type { Vec3 } from "../../common/vec3.ts";
import { div, type Interval, interval, midpoint, radiusAbout } from "../../interval/interval.ts";
import { rootAbove } from "../../interval/norms.ts";
import { LEAST_EXPONENT, PLAIN_EXP_ERROR, plainExp } from "../../interval/plain-exp.ts";
import { above, UNIT_ROUNDOFF } from "../../interval/rounding.ts";
import { type Above, maxAbove, provedAbove, SumAbove } from "../../interval/sides.ts";
import { sqrt } from "../../interval/sqrt.ts";
import { laguerre, projectorNorm } from "./gth-enclosure.ts";
import { phase } from "./phase.ts";

/*
 * The factors of p(k+G) = Ω^{−1/2} e^{−iGR} N L(y) e^{−y} S_lm(q), y = (qr)²/2, in plain arithmetic
 * with bounds of their errors: intervals would take most of a certificate's time.
 */

/** Writes N L(y) e^{−y}/√Ω and a bound of its error to `out`, for q² ≥ 0 within `error` of `q2`. */
export type PlainRadial = (out: Float64Array, q2: number, error: number) => void;

/**
 * y is off by δ ≤ 2.1u y + ½r² error(q²); for δ < 1/100 that moves e^{−y} by less than 1.01 δ
 * relatively, beside its own 8u, and L by |L′| δ, beside 6u Σ|c_j| yʲ of Horner's scheme.
 */
export function plainRadial(p: GthPotential, l: number, i: number, volume: Interval): PlainRadial {
  const { r } = p.channels[l]!;
  const half = (r * r) / 2;
  const [c0, c1, c2] = [...laguerre(i - 1, l + 0.5), 0, 0] as [number, number, number];
  const [a0, a1, a2] = [Math.abs(c0), Math.abs(c1), Math.abs(c2)];
  const norm = div(projectorNorm(l, i - 1, interval(r)), sqrt(volume));
  const n = midpoint(norm);
  const constant = PLAIN_EXP_ERROR + above(radiusAbout(norm, n) / n) + 4 * UNIT_ROUNDOFF;
  return (out, q2, error) => {
    const y = q2 * half;
    const delta = 1.01 * (2.1 * UNIT_ROUNDOFF * y + half * error);
    const size = (a2 * y + a1) * y + a0;
    if (!(delta < 0.01)) {
      out[0] = 0;
      out[1] = Infinity;
    } else if (y > -LEAST_EXPONENT) {
      out[0] = 0;
      out[1] = n * size * 1e-298; // e^{−y} < 1e-300
    } else {
      const polynomial = (c2 * y + c1) * y + c0;
      const gaussian = plainExp(-y);
      const off = 6 * UNIT_ROUNDOFF * size + (2 * a2 * (y + delta) + a1) * delta;
      out[0] = n * polynomial * gaussian;
      out[1] =
        1.01 * n * gaussian * (off + (Math.abs(polynomial) + off) * (constant + 1.01 * delta)) + UNDERFLOW;
    }
  };
}

const UNDERFLOW = 1e-250;

/** e^{−iGR} of an atom from a table for each axis: the phase of a sum is the product of phases. */
export interface PlainPhase {
  /** Bound of the error of what `write` gives. */
  readonly error: Above;
  write(out: Float64Array, n1: number, n2: number, n3: number): void;
}

/**
 * Factors within η_i of numbers of modulus 1 and two products, each within 2.9u relatively: less
 * than 1.1 (Σ η_i + 6u) together.
 *
 * @param g reduced vectors that may be asked for
 */
export function plainPhase(position: Vec3, g: Int32Array): PlainPhase {
  const lowest = [0, 0, 0];
  const highest = [0, 0, 0];
  for (let i = 0; i < g.length; i++) {
    lowest[i % 3] = Math.min(lowest[i % 3]!, g[i]!);
    highest[i % 3] = Math.max(highest[i % 3]!, g[i]!);
  }
  const worst = new SumAbove();
  const axes = lowest.map((low, axis) => {
    const table = new Float64Array(2 * (highest[axis]! - low + 1));
    let eta: Above = provedAbove(0);
    for (let n = low; n <= highest[axis]!; n++) {
      const vector: [number, number, number] = [0, 0, 0];
      vector[axis] = n;
      const { cos, sin } = phase(vector, 0, position);
      const [c, s] = [midpoint(cos), midpoint(sin)];
      table.set([c, -s], 2 * (n - low));
      const [dc, ds] = [radiusAbout(cos, c), radiusAbout(sin, s)];
      eta = maxAbove(eta, rootAbove(new SumAbove().addSquare(dc).addSquare(ds).value));
    }
    worst.add(eta);
    return table;
  });
  const [x, y, z] = axes as [Float64Array, Float64Array, Float64Array];
  const [x0, y0, z0] = lowest as [number, number, number];
  return {
    // 1.1 holds its own roundings
    error: provedAbove(worst.value < 0.01 ? 1.1 * (worst.value + 6 * UNIT_ROUNDOFF) : Infinity),
    write(out, n1, n2, n3) {
      const [i, j, k] = [2 * (n1 - x0), 2 * (n2 - y0), 2 * (n3 - z0)];
      const re = x[i]! * y[j]! - x[i + 1]! * y[j + 1]!;
      const im = x[i]! * y[j + 1]! + x[i + 1]! * y[j]!;
      out[0] = re * z[k]! - im * z[k + 1]!;
      out[1] = re * z[k + 1]! + im * z[k]!;
    },
  };
}
