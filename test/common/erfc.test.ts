import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { erf, erfc } from "../../src/common/special/erfc.ts";

const table: [number, number, number][] = JSON.parse(
  readFileSync(new URL("../fixtures/model/erfc.json", import.meta.url), "utf8"),
);

/** Error in units of the last place of the exact value. */
const ulps = (value: number, exact: number) =>
  Math.abs(value - exact) / Math.max(Number.MIN_VALUE, 2 ** (Math.floor(Math.log2(Math.abs(exact))) - 52));

test("erf and erfc agree with 60-digit values to the last places over their whole range", () => {
  expect(table.length).toBeGreaterThan(200);
  for (const [x, exactErf, exactErfc] of table) {
    if (exactErf !== 0) expect(ulps(erf(x), exactErf), `erf(${x}) = ${erf(x)}`).toBeLessThanOrEqual(1);
    // Two: the exponential and the quotient round once each. Subnormal results have no last place to speak of.
    if (exactErfc > 1e-300)
      expect(ulps(erfc(x), exactErfc), `erfc(${x}) = ${erfc(x)}`).toBeLessThanOrEqual(2);
    else expect(Math.abs(erfc(x) - exactErfc), `erfc(${x})`).toBeLessThanOrEqual(1e-312);
  }
});

test("erf and erfc keep their limits and pass NaN on", () => {
  expect([erf(0), erf(Infinity), erf(-Infinity)]).toEqual([0, 1, -1]);
  expect([erfc(0), erfc(Infinity), erfc(-Infinity)]).toEqual([1, 0, 2]);
  expect([erf(Number.NaN), erfc(Number.NaN)]).toEqual([Number.NaN, Number.NaN]);
});
