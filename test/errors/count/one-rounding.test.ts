import { expect, test, vi } from "vitest";
import type { Above } from "../../../src/interval/sides.ts";

/** γ of one number of roundings is large and all others as they are: what stands for these roundings alone is seen. */
const large = vi.hoisted(() => ({ roundings: -1, value: 1e-3 }));
vi.mock("../../../src/interval/sides.ts", async (original) => {
  const real = await original<typeof import("../../../src/interval/sides.ts")>();
  return {
    ...real,
    gamma: (n: number): Above => (n === large.roundings ? (large.value as Above) : real.gamma(n)),
  };
});

const { waveSet } = await import("../../../src/errors/problem/enclosed-hamiltonian.ts");
const { hermitianEigenpairs } = await import("../../../src/errors/propose/dense-eigenpairs.ts");
const { exact } = await import("../../../src/interval/sides.ts");
const { wasmKernelsSync } = await import("../../../src/kernels/wasm/wasm.ts");
const { only, rounding } = await import("../adversary/inexact.ts");
const { encloseProblem } = await import("../../../src/errors/problem/enclosed-hamiltonian.ts");
const { triclinic } = await import("../crystals.ts");
const { countsAtMost, schurMatrix } = (await import("../../../src/errors/count/feshbach-schur.ts?coarse" as string)) as typeof import("../../../src/errors/count/feshbach-schur.ts"); // biome-ignore format: one import

const kernels = wasmKernelsSync();
const problem = encloseProblem({
  kind: "core",
  lattice: [[4.1, 0, 0], [0.4, 4.3, 0], [-0.3, 0.2, 4.6]], // biome-ignore format: a matrix
  atoms: [{ potential: { ...triclinic.atoms[0]!.potential, charge: 0, rloc: 0.5, c: [], channels: [{ r: 0.5, h: [[2]] }] }, position: [0, 0, 0] }], // biome-ignore format: an atom
});
const set = waveSet(problem, [0.1, 0.2, -0.3], 18);
const nX = 12;
const diagonal = { rows: new Float64Array(set.waves.count - nX).fill(1e-3), far: exact(1e9) };
const matrix = (operators: readonly string[], share: number) =>
  rounding(only(operators, share), () => schurMatrix(kernels, problem, set, nX, 0, diagonal));

// Seen red: γ₁ of the products with S, γ of the additions left out.
test("F(μ) with one kind of operation off by as much as stated for it", () => {
  for (const [roundings, operators, share] of [
    [1, ["*="], -large.value / (1 + large.value)], // u of γ₁: less is eliminated
    [Math.ceil(set.waves.count / 512) + 3, ["-=", "+="], large.value / 4],
  ] as const) {
    large.roundings = roundings;
    const stated = matrix(operators, share);
    large.roundings = -1;
    const truth = matrix([], 0);
    const difference = truth.values.map((v, i) => v - stated.values[i]!);
    const { values } = hermitianEigenpairs(kernels, nX, difference);
    const worst = Math.max(-values[0]!, values.at(-1)!);
    expect(worst).toBeGreaterThan(1e-4);
    expect(stated.error).toBeGreaterThanOrEqual(worst);
    expect(stated.error / worst).toBeLessThan(30); // Frobenius' norm for the operator's, 4 additions of two sizes each
  }
});

// Seen red: γ₂ of the shift left out.
test("a shift that is taken off with an error does not hide a band", () => {
  const values = new Float64Array(2 * 4);
  [1 - 0.3 * large.value, 1].forEach((x, i) => {
    values[2 * (i + 2 * i)] = x;
  });
  const schur = { nX: 2, mu: 1, values, error: exact(0) };
  large.roundings = 2;
  const taken = () => countsAtMost(kernels, schur, new Float64Array(0), 0, 0);
  expect(rounding(only(["-="], 1), taken)).toBe(false);
  // the difference is the shift too small: a rounding of the two that were subtracted
  expect(rounding((x, operator) => (operator === "-=" ? x + large.value : x), taken)).toBe(false);
  expect(countsAtMost(kernels, { ...schur, mu: 0.99 }, new Float64Array(0), 0, 0)).toBe(true);
});
