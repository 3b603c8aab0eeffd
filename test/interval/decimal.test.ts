import { expect, test } from "vitest";
import { random } from "../../src/common/random.ts";
import { aboveText, outwardText } from "../../src/interval/decimal.ts";
import { interval } from "../../src/interval/interval.ts";

/** The decimal as a fraction n/10^d with whole n. */
const fraction = (text: string): { n: bigint; d: number } => {
  const [whole, rest = ""] = text.split(".");
  return { n: BigInt(whole! + rest), d: rest.length };
};
/** A double as m·2^e, e ≤ 0, so that both sides can be compared without rounding. */
const compare = (text: string, x: number): number => {
  const { n, d } = fraction(text);
  let [m, e] = [x, 0];
  while (!Number.isInteger(m)) [m, e] = [m * 2, e + 1];
  const difference = n * 2n ** BigInt(e) - BigInt(m) * 10n ** BigInt(d);
  return difference === 0n ? 0 : difference > 0n ? 1 : -1;
};

// Broken once: `side * (Number(text) - x) >= 0`, which takes 0.1 for the double above it.
test("the text contains the interval, exactly, and is little wider", () => {
  const { normal, uniform } = random(4);
  for (let trial = 0; trial < 400; trial++) {
    const lo = normal() * 10 ** Math.floor(6 * uniform() - 3);
    const hi = lo + Math.abs(lo) * 10 ** (-15 * uniform());
    const [low, high] = outwardText({ lo, hi }).slice(1, -1).split(", ") as [string, string];
    expect(compare(low, lo)).toBe(-1);
    expect(compare(high, hi)).toBe(1);
    // two digits of the width, and at most two units of the last on either side
    expect(Number(high) - Number(low)).toBeLessThanOrEqual(1.5 * (hi - lo) + Math.abs(lo) * 1e-15);
  }
  expect(compare("0.1", 0.1)).toBe(-1);
});

// Seen red: rounded to nearest; `Number(text) >= x`, which takes 0.1 for the double above it.
test("a text of at least a number is above it, by less than two units of its last digit", () => {
  const { normal, uniform } = random(5);
  for (const x of [0.1, 0.2, 2, 9.94e-3, 9.96e-3, ...Array.from({ length: 400 }, () => Math.abs(normal()) * 10 ** -Math.floor(9 * uniform()))]) {
    const text = aboveText(x);
    expect(text).toMatch(/^\d\.\de[+-]\d+$/);
    const exponent = Number(text.split("e")[1]);
    expect(compare(Number(text).toFixed(Math.max(0, 1 - exponent)), x)).toBe(1);
    expect(Number(text) - x).toBeLessThan(1.01 * 10 ** (exponent - 1));
  }
  expect(aboveText(1.41e-3)).toBe("1.5e-3");
  expect([aboveText(0), aboveText(Infinity)]).toEqual(["0.0e+0", "Infinity"]);
}); // biome-ignore format: a list

test("decimals follow the width", () => {
  expect(outwardText(interval(0.94852, 0.9488))).toBe("[0.94851, 0.94881]");
  expect(outwardText(interval(-3.2, 4.7))).toBe("[-3.3, 4.8]");
  expect(outwardText(interval(-0.001, 14))).toBe("[-1, 15]");
  expect(outwardText(interval(1))).toMatch(/^\[0\.99999999\d+, 1\.0000000\d+\]$/);
  expect(outwardText({ lo: -Infinity, hi: 2.5 })).toBe("[-Infinity, 3]");
});
