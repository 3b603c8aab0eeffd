import { expect, test } from "vitest";
import { random } from "../../../src/common/random.ts";
import { encloseBands } from "../../../src/errors/enclose/enclose-bands.ts";
import { encloseProblem } from "../../../src/errors/problem/enclosed-hamiltonian.ts";
import { outerEnergy } from "../../../src/errors/propose/outer-cutoff.ts";
import { potentialRange } from "../../../src/errors/published/potential-range.ts";
import { publishedBars } from "../../../src/errors/published/published-bars.ts";
import { wasmKernelsSync } from "../../../src/kernels/wasm/wasm.ts";
import { cohenBergstresserSilicon, reference } from "../crystals.ts";

const kernels = wasmKernelsSync();
const problem = encloseProblem(cohenBergstresserSilicon);
const grid = [36, 36, 36] as const;
const barsAt = (cutoff: number, at: number, block = 8) =>
  publishedBars(kernels, problem, reference.points[at]!, {
    nBands: 6,
    cutoff,
    outerCutoff: outerEnergy(problem, cutoff, 1e-90),
    block,
    grid,
  });
/** Of the reference: see cohen-bergstresser.test.ts. */
const REFERENCE_ERROR = 1e-12;

test("residuals and bars are those of another program at the same cutoff", () => {
  // a numpy prototype of the published method at Γ; its range of the potential is wider, which makes its gaps smaller
  const bars = barsAt(5, 0);
  const residuals = [
    0.012827446036810667, 0.0379221031627711, 0.0379221031627711, 0.0379221031627711, 0.0239322666634,
  ];
  residuals.forEach((residual, i) => {
    expect(Math.abs(bars[i]!.someEigenvalueWithin.radius / residual - 1)).toBeLessThan(1e-9);
  });
  expect(bars[0]!.katoTemple.value / 0.00035605524626762).toBeGreaterThan(0.9);
  expect(bars[0]!.katoTemple.value / 0.00035605524626762).toBeLessThan(1.1);
  for (const { katoTemple, bar, someEigenvalueWithin } of bars.slice(1)) {
    expect(katoTemple.value).toBe(Infinity); // touching bands have no gap
    expect(bar.value).toBe(someEigenvalueWithin.radius);
  }
});

test("the statements hold: an eigenvalue in every radius, the next one above μ*, the own one in the Kato-Temple bar", () => {
  let gaps = 0;
  for (const [at] of reference.points.entries())
    for (const cutoff of [4, 7]) {
      const exact = reference.cohenBergstresser[at]!;
      barsAt(cutoff, at).forEach(({ theta, someEigenvalueWithin, nextAbove, katoTemple }, i) => {
        const nearest = Math.min(...exact.map((value) => Math.abs(value - theta)));
        expect(nearest).toBeLessThan(someEigenvalueWithin.radius + REFERENCE_ERROR);
        expect(nextAbove.value).toBeLessThan(exact[i + 1]! + REFERENCE_ERROR);
        if (nextAbove.value > -Infinity) gaps++;
        expect(Math.abs(exact[i]! - theta)).toBeLessThan(katoTemple.value + REFERENCE_ERROR);
      });
    }
  expect(gaps).toBeGreaterThan(15);
});

test("more vectors in the gap bound bring μ* nearer to the next band, never past it", () => {
  const exact = reference.cohenBergstresser[2]![1]!;
  let last = -Infinity;
  for (const block of [6, 16, 30]) {
    const { value } = barsAt(6, 2, block)[0]!.nextAbove;
    expect(value).toBeGreaterThanOrEqual(last);
    expect(value).toBeLessThan(exact + REFERENCE_ERROR);
    last = value;
  }
  expect(last).toBeGreaterThan(exact - 0.01);
});

test("at every cutoff the enclosures with index are narrower than the published bars", () => {
  for (const cutoff of [5, 7]) {
    const bars = barsAt(cutoff, 0);
    const ours = encloseBands(kernels, problem, reference.points[0]!, 6, { ecut: cutoff, reach: 4 });
    if (!Array.isArray(ours)) expect.fail(ours.reason);
    ours.forEach(({ lower, upper }, i) => {
      expect(upper - lower).toBeLessThan(0.3 * 2 * bars[i]!.bar.value);
    });
  }
});

test("the range of a potential is that of its formula, and holds the values at any point", () => {
  const cosine = encloseProblem({
    kind: "frozen",
    lattice: [[5, 0, 0], [0, 6, 0], [0, 0, 7]], // biome-ignore format: a matrix
    atoms: [],
    coefficients: [{ g: [1, 0, 0], re: 0.3, im: 0 }, { g: [-1, 0, 0], re: 0.3, im: 0 }], // biome-ignore format: a pair
  });
  const { lowest, highest } = potentialRange(kernels, cosine, [64, 64, 64]);
  for (const [value, side] of [
    [lowest.value, -1],
    [highest.value, 1],
  ] as const) {
    // biome-ignore format: two ends
    expect(side * value).toBeGreaterThanOrEqual(0.6);
    expect(side * value).toBeLessThan(0.61);
  }
  const range = potentialRange(kernels, problem, [64, 64, 64]);
  const { uniform } = random(2);
  const { table } = problem;
  for (let trial = 0; trial < 200; trial++) {
    const r = [uniform(), uniform(), uniform()];
    let v = 0;
    for (let e = 0; e < table.count; e++) {
      const angle =
        2 * Math.PI * (table.g[3 * e]! * r[0]! + table.g[3 * e + 1]! * r[1]! + table.g[3 * e + 2]! * r[2]!);
      v += table.values[2 * e]! * Math.cos(angle) - table.values[2 * e + 1]! * Math.sin(angle);
    }
    expect(range.lowest.value <= v && v <= range.highest.value).toBe(true);
  }
  expect(range.lowest.value).toBeGreaterThan(-0.7); // −0.6364 on a fine grid
  expect(() => potentialRange(kernels, problem, [4, 4, 4])).toThrow(/must hold all/);
});
