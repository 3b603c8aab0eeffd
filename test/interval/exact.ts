import { expect } from "vitest";
import type { Random } from "../../src/common/random.ts";
import type { Interval } from "../../src/interval/interval.ts";

/** A rational number n/d, d > 0, exactly. */
export interface Rational {
  readonly n: bigint;
  readonly d: bigint;
}

/** The number a double stands for. */
export function exactly(x: number): Rational {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, x);
  const raw = bits.getBigUint64(0);
  const exponent = Number((raw >> 52n) & 0x7ffn);
  const fraction = raw & 0xfffffffffffffn;
  const mantissa = exponent === 0 ? fraction : fraction | 0x10000000000000n;
  const shift = BigInt(Math.max(exponent, 1) - 1075);
  const signed = raw >> 63n ? -mantissa : mantissa;
  return shift >= 0n ? { n: signed << shift, d: 1n } : { n: signed, d: 1n << -shift };
}

const positive = (n: bigint, d: bigint): Rational => (d < 0n ? { n: -n, d: -d } : { n, d });
export const plus = (a: Rational, b: Rational): Rational => ({ n: a.n * b.d + b.n * a.d, d: a.d * b.d });
export const minus = (a: Rational, b: Rational): Rational => ({ n: a.n * b.d - b.n * a.d, d: a.d * b.d });
export const times = (a: Rational, b: Rational): Rational => ({ n: a.n * b.n, d: a.d * b.d });
export const over = (a: Rational, b: Rational): Rational => positive(a.n * b.d, a.d * b.n);
export const atMost = (a: Rational, b: Rational): boolean => a.n * b.d <= b.n * a.d;

/** lo ≤ value ≤ hi, exactly; infinite ends hold everything on their side. */
export function holds(x: Interval, value: Rational): boolean {
  const isAbove = x.lo === Number.NEGATIVE_INFINITY || atMost(exactly(x.lo), value);
  return isAbove && (x.hi === Number.POSITIVE_INFINITY || atMost(value, exactly(x.hi)));
}

export function mustHold(x: Interval, value: Rational, what: string): void {
  if (!holds(x, value)) expect.fail(`${what}: ${value.n}/${value.d} is not in [${x.lo}, ${x.hi}]`);
}

/** Doubles of every kind: all magnitudes, subnormal, huge, powers of two and their neighbours, small whole numbers, 0. */
export function anyDouble(random: Random): number {
  const bits = new DataView(new ArrayBuffer(8));
  const kind = random.uniform();
  if (kind < 0.05) return 0;
  if (kind < 0.15) return Math.floor(20 * random.uniform()) - 10;
  const exponent = Math.floor(2047 * random.uniform());
  let mantissa =
    BigInt(Math.floor(random.uniform() * 2 ** 26)) * 67108864n +
    BigInt(Math.floor(random.uniform() * 2 ** 26));
  if (kind < 0.35) mantissa = BigInt(Math.floor(3 * random.uniform()));
  if (kind > 0.9) mantissa = 0xfffffffffffffn;
  const sign = random.uniform() < 0.5 ? 0n : 1n;
  bits.setBigUint64(0, (sign << 63n) | (BigInt(kind < 0.45 && kind > 0.4 ? 0 : exponent) << 52n) | mantissa);
  return bits.getFloat64(0);
}

/** Moderate magnitudes, so that sums of two really round. */
export const nearbyDouble = (random: Random): number =>
  random.normal() * 2 ** Math.floor(12 * random.normal());

/** Σ of a decreasing alternating or positive series by whole numbers scaled with 2^bits: enough digits for any double. */
export const BITS = 300n;

/** e^x of a rational |x| ≤ 800 within 2⁻²⁰⁰ relatively: (e^{x/2ᵏ})^{2ᵏ}, the series in fixed point, the squares rounded to 600 bits. */
export function exactExp(x: Rational): Rational {
  const one = 1n << BITS;
  const reduced = (x.n << BITS) / (x.d << 10n);
  let term = one;
  let mantissa = one;
  for (let j = 1n; j < 120n && term !== 0n; j++) {
    term = (term * reduced) / (one * j);
    mantissa += term;
  }
  let exponent = -BITS; // e^x = mantissa · 2^exponent
  for (let i = 0; i < 10; i++) {
    mantissa *= mantissa;
    exponent *= 2n;
    const excess = BigInt(4 * mantissa.toString(16).length - 600);
    if (excess <= 0n) continue;
    mantissa >>= excess;
    exponent += excess;
  }
  return exponent >= 0n ? { n: mantissa << exponent, d: 1n } : { n: mantissa, d: 1n << -exponent };
}

/** π by Machin's formula, within 2⁻²⁹⁰. */
export function exactPi(): Rational {
  const arctanInverse = (q: bigint): bigint => {
    let power = (1n << BITS) / q;
    let sum = power;
    for (let j = 3n; power !== 0n; j += 2n) {
      power /= -(q * q);
      sum += power / j;
    }
    return sum;
  };
  return { n: 16n * arctanInverse(5n) - 4n * arctanInverse(239n), d: 1n << BITS };
}

/** ln 2 = 2 artanh(1/3), within 2⁻²⁹⁰. */
export function exactLn2(): Rational {
  let power = (1n << BITS) / 3n;
  let sum = power;
  for (let j = 3n; power !== 0n; j += 2n) {
    power /= 9n;
    sum += power / j;
  }
  return { n: 2n * sum, d: 1n << BITS };
}

const PI = exactPi();

/** cos and sin of 2πx, |x| ≤ 1, within 2⁻²⁵⁰. */
export function exactCosSin(x: Rational): { cos: Rational; sin: Rational } {
  const one = 1n << BITS;
  const angle = (2n * PI.n * x.n) / x.d;
  let term = one;
  const sums = [0n, 0n, 0n, 0n];
  for (let j = 0n; j < 140n && term !== 0n; j++) {
    sums[Number(j % 4n)]! += term;
    term = (term * angle) / (one * (j + 1n));
  }
  return { cos: { n: sums[0]! - sums[2]!, d: one }, sin: { n: sums[1]! - sums[3]!, d: one } };
}
