import "../adversary/coarse-rounding.ts";
import { expect, test } from "vitest";
import { applyEnclosed } from "../../../src/errors/apply/apply-enclosed.ts";
import { type FftRounding, fftRounding } from "../../../src/errors/apply/fft-rounding.ts";
import { type Coefficients, gridConvolution } from "../../../src/errors/apply/grid-convolution.ts";
import { nonlocalColumns, nonlocalProductError } from "../../../src/errors/apply/nonlocal-error.ts";
import { addNonlocal } from "../../../src/errors/apply/nonlocal-product.ts";
import { trialPanel } from "../../../src/errors/apply/trial-panel.ts";
import {
  type EnclosedProblem,
  encloseProblem,
  type WaveSet,
  waveSet,
} from "../../../src/errors/problem/enclosed-hamiltonian.ts";
import { UNIT_ROUNDOFF as u } from "../../../src/interval/rounding.ts";
import { exact, gamma } from "../../../src/interval/sides.ts";
import type { Kernels } from "../../../src/kernels/kernels.ts";
import { wasmKernelsSync } from "../../../src/kernels/wasm/wasm.ts";
import { inwards, outwards, rounding } from "../adversary/inexact.ts";
import { adversary } from "../adversary/lying-kernels.ts";
import {
  CELL,
  distance,
  empty,
  frozen,
  K,
  mustBound,
  norm,
  ones,
  projectors,
  SILICON,
  spotless,
  strip,
  withErrors,
  withWrongPotential,
} from "../adversary/problems.ts";

const coarseApply = (await import("../../../src/errors/apply/apply-enclosed.ts?coarse" as string)) as typeof import("../../../src/errors/apply/apply-enclosed.ts"); // biome-ignore format: one import
const coarseLocal = (await import("../../../src/errors/apply/local-product.ts?coarse" as string)) as typeof import("../../../src/errors/apply/local-product.ts"); // biome-ignore format: one import
const coarseColumns = (await import("../../../src/errors/apply/nonlocal-error.ts?coarse" as string)) as typeof import("../../../src/errors/apply/nonlocal-error.ts"); // biome-ignore format: one import

const kernels = wasmKernelsSync();
const projector = projectors(1);
const twelve = projectors(12);
const set = spotless(waveSet(projector, K, 18));
const n = set.waves.count;
const bare = strip(set);
/** The first column of P itself: Cauchy and Schwarz hold with equality. */
const alongP = trialPanel(n, 1, set.panel.values.slice(0, 2 * n));
const flat = trialPanel(n, 1, ones(n));
const apply = (problem: EnclosedProblem, waves: WaveSet, vector = flat, k: Kernels = kernels) =>
  applyEnclosed(k, problem, waves, vector, { withTails: false });

// Seen red: the errors of T left out, and the roundings of their sum uncounted.
test("kinetic energies as far off as their errors allow: H u is off by as much", () => {
  const wrong = { ...bare.waves, kinetic: new Float64Array(n), kineticError: bare.waves.kinetic };
  const { errors } = rounding(inwards, () =>
    coarseApply.applyEnclosed(kernels, empty, { ...bare, waves: wrong }, flat, { withTails: false }),
  );
  mustBound(errors[0]!, norm(bare.waves.kinetic), 1.001);
});

// Seen red: the rounding of T u, and of the two additions, left out.
test("T u rounded, and both additions", () => {
  const silent: WaveSet = {
    ...set,
    panel: { ...set.panel, values: new Float64Array(2 * n), norms: [exact(0)] },
  };
  const { errors, values } = rounding(outwards, () =>
    coarseApply.applyEnclosed(kernels, projector, silent, flat, { withTails: false }),
  );
  // the product and the sum with the local part; adding the projectors' nothing may round as well
  const off = norm(values.map((v) => v * (1 + u) - v / (1 + u) ** 2));
  mustBound(errors[0]!, off, 1.01);
});

// Seen red: errorSum left out of any of the ways to the product.
test("coefficients of the potential as far off as their errors allow", () => {
  const [stated, truth] = withWrongPotential(frozen, 0.05).map((problem) => apply(problem, bare));
  mustBound(stated!.errors[0]!, distance(stated!.values, truth!.values), 3);
});

// Seen red: the rounding of the sum left out.
test("a sum over few coefficients, each operation rounded", () => {
  const of = (run: typeof coarseLocal) =>
    rounding(outwards, () => run.localProduct(kernels, frozen, bare, flat));
  const { error, values } = of(coarseLocal);
  const { values: truth } = rounding(
    (x) => x,
    () => coarseLocal.localProduct(kernels, frozen, bare, flat),
  );
  mustBound(error * norm(flat.data), distance(values, truth), 10);
});

// Seen red: the nonlocal errors left out of H u; either factor's error left out of the product, and their product.
test("projectors as far off as their errors allow: V_nl u is off by the errors of both factors", () => {
  const [stated, truth] = withErrors(set, 0.1).map((s) => apply(projector, s, alongP));
  mustBound(stated!.errors[0]!, distance(stated!.values, truth!.values), 1.001);
});

// Seen red: either rounding left out.
test("products with projectors as wrong as sums may be, one after the other", () => {
  const of = (problem: EnclosedProblem, waves: WaveSet, vector: typeof alongP, gemm: "C" | "N") => {
    const [right, wrong] = [kernels, adversary(kernels, { gemm })].map((k) =>
      apply(problem, waves, vector, k),
    );
    mustBound(wrong!.errors[0]!, distance(right!.values, wrong!.values), 2);
  };
  of(projector, set, alongP, "C"); // a sum over many rows
  of(twelve, spotless(waveSet(twelve, K, 18)), trialPanel(1, 1, Float64Array.from([1, 0])), "N"); // over many columns
});

// Seen red: the rounding left out.
test("P h with each operation rounded", () => {
  const [right, wrong] = [(x: number) => x, outwards].map((round) =>
    rounding(round, () =>
      coarseColumns.nonlocalColumns([{ ...projector.channels[0]!, h: [[2.1]] }], set.panel, n),
    ),
  );
  mustBound(wrong!.errors[0]!, distance(right!.values, wrong!.values), 1.01);
});

// Seen red: the rounding left out of the size, what the projections are off left out of the tail.
test("what the projectors added is no longer than stated, and no shorter outside the set", () => {
  const sharp = { ...set.panel, norms: [exact(norm(set.panel.values))] };
  const one = { ...set, panel: sharp, tails: () => [[exact(4)]] };
  const liar = adversary(kernels, { gemm: "N" });
  const real = { ...alongP, norms: [exact(norm(alongP.data))] };
  const added = new Float64Array(2 * n);
  const { sizes } = addNonlocal(liar, projector, one, real, added, true);
  mustBound(sizes[0]!, norm(added), 1 + 1e-6);
  const [stated, truth] = withErrors(one, 0.1).map((s) =>
    addNonlocal(kernels, projector, s, real, new Float64Array(2 * n), true),
  );
  expect(truth!.tails[0]! / stated!.tails[0]!).toBeLessThan(1 + 100 * u);
  expect(truth!.tails[0]! / stated!.tails[0]!).toBeGreaterThan(0.999);
});

// Seen red: the rounding of the product left out.
test("a local potential as a matrix, with products as wrong as sums may be", () => {
  const silicon = encloseProblem({
    kind: "core",
    lattice: CELL,
    atoms: [{ potential: { ...SILICON, channels: [] }, position: [0, 0, 0] }],
  });
  const { fft } = kernels;
  const secretive: Kernels = {
    ...kernels,
    fft: (size) => ({ ...fft(size), passes: undefined as never }),
  };
  const small = strip(spotless(waveSet(silicon, K, 6)));
  const vector = trialPanel(small.waves.count, 1, ones(small.waves.count));
  const blameless: EnclosedProblem = { ...silicon, table: { ...silicon.table, errorSum: exact(0) } };
  const [right, wrong] = [secretive, adversary(secretive, { gemm: "N" })].map((k) =>
    apply(blameless, small, vector, k),
  );
  mustBound(wrong!.errors[0]!, distance(right!.values, wrong!.values), 10);
  for (const k of [kernels, secretive]) {
    const [stated, truth] = withWrongPotential(silicon, 0.2).map((problem) =>
      apply(problem, small, vector, k),
    );
    mustBound(stated!.errors[0]!, distance(stated!.values, truth!.values), 10);
  }
});

/** A potential of one value everywhere, 1. */
const constant: Coefficients = {
  count: 1,
  places: new Int32Array(3),
  values: Float64Array.from([1, 0]),
  sizes: Float64Array.from([1]),
};

// Seen red: each of the five summands of the product's error left out, or halved.
test("transforms as wrong as their passes allow: the product with a constant is off by all of it", () => {
  const liar = adversary(kernels, { transforms: true });
  kernels.scratch((take) => {
    const product = gridConvolution(liar, constant, bare.waves, n, take);
    const [from, out] = [take(2 * n), take(2 * n).fill(0)];
    from.set(flat.data);
    product.addInto(out, from, 1);
    mustBound(product.error, distance(out, flat.data) / norm(flat.data), 1 + 1e-5);
  });
});

/** One pass whose table is exact, or off by as much as is let pass. */
const pass = (radix: number, length: number, off = 0) => ({
  radix,
  length,
  factors: (sign: -1 | 1) => {
    const table: number[] = [];
    for (let p = 0; p < length / radix; p++)
      for (let k = 1; k < radix; k++) {
        const angle = (2 * Math.PI * p * k) / length;
        const [c, s] = [Math.cos(angle) + off, sign * Math.sin(angle)];
        table.push(c, c, -s, s);
      }
    return Float64Array.from(table);
  },
});

// Seen red: the factor's error, its product's rounding, β, √r, or a pass left out.
test("Lemma 8: one pass that errs as it may, on the vectors that make most of it", () => {
  const beta = 6.7 * u; // of radix 8
  const eta = 10 * u;
  // the enclosures of the factors are themselves up to 14 u wide
  const law = (off: number, ...lengths: number[]) =>
    fftRounding(lengths.map((l) => pass(8, l, off))) as FftRounding;
  const exactFactors = law(0, 8);
  const twist = Math.SQRT2 * gamma(2); // (1 + i)/√2 times itself, every product and sum rounded
  // (1, …, 1): every output of the block is off by β Σ|x|, the block by β √8 of its exact result
  expect(exactFactors.relative).toBeGreaterThanOrEqual(beta * Math.sqrt(8) + twist);
  expect(exactFactors.relative).toBeLessThan(beta * Math.sqrt(8) + twist + 20 * u);
  // (1, 0, …): every output is off by β of ‖x‖₁
  expect(exactFactors.uniform).toBeGreaterThanOrEqual(beta + twist);
  expect(exactFactors.uniform).toBeLessThan(beta + twist + 20 * u);
  for (const which of ["relative", "uniform"] as const) {
    expect(law(eta, 8)[which]).toBeGreaterThanOrEqual(exactFactors[which] + 0.9 * eta);
    const [one, two] = [law(0, 8)[which], law(0, 64)[which]];
    expect(law(0, 8, 64)[which]).toBeGreaterThanOrEqual((1 + one) * (1 + two) - 1 - u);
    expect(law(0, 8, 64)[which]).toBeLessThan((1 + one) * (1 + two) - 1 + 20 * u);
  }
});

/** The matrix to which P (Ph)ᴴ of a set was added, and the bound of its error. */
function withProduct(k: Kernels, problem: EnclosedProblem, { panel }: WaveSet, before: Float64Array) {
  const columns = nonlocalColumns(problem.channels, panel, panel.rows);
  const { rows } = panel;
  const sum = k.scratch((take) => {
    const [p, g, out] = [panel.values, columns.values, before].map((x) => {
      const copy = take(x.length);
      copy.set(x);
      return copy;
    });
    k.gemm("N", "C", rows, rows, panel.columns, 1, p!, rows, g!, rows, 1, out!, rows);
    return Float64Array.from(out!);
  });
  return { sum, error: nonlocalProductError(panel, columns, exact(norm(sum))) };
}

// Seen red: the errors of P, those of P h, their product left out.
test("P (Ph)ᴴ of projectors truly larger than stored is off by as much as stated", () => {
  const small = spotless(waveSet(projector, K, 5));
  const nothing = new Float64Array(2 * small.panel.rows ** 2);
  for (const share of [0.001, 3]) {
    const [stated, truth] = withErrors(small, share).map((of) =>
      withProduct(kernels, projector, of, nothing),
    );
    mustBound(stated!.error, distance(stated!.sum, truth!.sum), 1.01);
  }
});

// Seen red: each of the three sizes left out.
test("P (Ph)ᴴ added to a matrix by sums that are as wrong as they may be is off by as much as stated", () => {
  const small = spotless(waveSet(twelve, K, 5));
  const off = (before: Float64Array, of: WaveSet) => {
    const [wrong, right] = [adversary(kernels, { gemm: "N" }), kernels].map((k) =>
      withProduct(k, twelve, of, before),
    );
    mustBound(wrong!.error, distance(wrong!.sum, right!.sum), 2.5); // P h has a rounding of its own
  };
  const product = withProduct(kernels, twelve, small, new Float64Array(2 * small.panel.rows ** 2)).sum;
  off(
    product.map((x) => -x),
    small,
  ); // nothing remains: the rounding is that of both
  const { panel } = small;
  const tiny = { ...panel, values: panel.values.map((x) => 1e-9 * x), norms: panel.norms.map((x) => exact(1e-9 * x)) }; // biome-ignore format: a panel
  off(product, { ...small, panel: tiny });
});
