import { describe, expect, test } from "vitest";
import { findGth } from "../../src/atoms/gth/gth-table.ts";
import { exactProductGridSize } from "../../src/basis/grid.ts";
import { createKPoint } from "../../src/basis/kpoint.ts";
import { InputError } from "../../src/common/failure.ts";
import { random } from "../../src/common/random.ts";
import type { Mat3, Vec3 } from "../../src/common/vec3.ts";
import { wasmKernelsSync } from "../../src/kernels/wasm/wasm.ts";
import { createLattice } from "../../src/model/lattice.ts";
import type { Atom } from "../../src/model/model.ts";
import {
  blockShared,
  createOrbitalBlock,
  type OrbitalBlock,
  type OrbitalSetup,
} from "../../src/state/orbital-block.ts";
import { close, closeArrays, notTiny } from "../close.ts";
import {
  denseEigenvalues,
  denseExpectation,
  denseKinetic,
  denseLocal,
  denseNonlocal,
  denseSum,
} from "../terms/dense.ts";

const VECTORS: Mat3 = [[6, 0, 0], [1, 5, 0], [-2, 0.5, 7]]; // biome-ignore format: a matrix
const ECUT = 2.5;
const SIZE = exactProductGridSize(VECTORS, ECUT);
const POINTS = SIZE[0] * SIZE[1] * SIZE[2];
const ATOMS: Atom[] = [
  { species: 0, position: [0.1, 0.2, 0.3] },
  { species: 1, position: [0.6, 0.55, 0.85] },
];
const problem: OrbitalSetup = {
  lattice: createLattice(VECTORS),
  species: [["Si", "gth-lda"] as const, ["Ga", "gth-lda-q3"] as const].map(([element, family]) => ({
    element,
    pseudopotential: findGth(element, family),
  })),
  atoms: ATOMS,
  size: SIZE,
  ecut: ECUT,
  nBands: 10,
  seed: 0,
};
const K: Vec3 = [0.1, -0.2, 0.3];
const TIGHT = { tolerance: 1e-10, nConverge: 7, maxIterations: 200 };

function block(changes: Partial<OrbitalSetup> = {}, k = K, index = 0) {
  const kernels = wasmKernelsSync();
  const here = { ...problem, ...changes };
  const kpoint = createKPoint(here.lattice, here.size, here.ecut, k, 1);
  const shared = blockShared(kernels, here, [kpoint]);
  return {
    kernels,
    kpoint,
    potential: shared.potential,
    block: createOrbitalBlock(kernels, here, kpoint, index, shared),
  };
}

/** A real potential without symmetry: a few Hartree deep. */
function fill(potential: Float64Array): void {
  const { normal } = random(9);
  const a = [normal(), normal(), normal(), normal(), normal(), normal()];
  for (let r = 0; r < POINTS; r++) {
    const [x, y, z] = [r % SIZE[0], Math.floor(r / SIZE[0]) % SIZE[1], Math.floor(r / (SIZE[0] * SIZE[1]))].map((i, c) => (2 * Math.PI * i) / SIZE[c]!) as [number, number, number]; // biome-ignore format: coordinates
    potential[r] = a[0]! * Math.cos(x) + a[1]! * Math.sin(y) + a[2]! * Math.cos(z + x) + a[3]! * Math.sin(2 * x - y) + a[4]! * Math.cos(y - z) + a[5]! * Math.sin(x); // biome-ignore format: a sum
  }
}

describe("diagonalise", () => {
  test("gives the lowest eigenvalues of the dense Hamiltonian, nonlocal part and all", () => {
    const { block: one, kpoint, potential } = block();
    fill(potential);
    const { eigenvalues, converged, residualNorms } = one.diagonalise(TIGHT);
    expect(converged).toBe(true);
    const dense = denseSum(
      denseKinetic(kpoint),
      denseLocal(SIZE, potential, kpoint),
      denseNonlocal(problem, kpoint),
    );
    notTiny(eigenvalues, 0.5);
    // An eigenvalue is at most the residual norm away, in fact its square.
    closeArrays(eigenvalues.subarray(0, 7), denseEigenvalues(dense).subarray(0, 7), 1e-12);
    for (let j = 0; j < 7; j++) expect(residualNorms[j]).toBeLessThan(1e-10);
    for (let j = 0; j < 7; j++) close(denseExpectation(dense, one.psi, j), eigenvalues[j]!, 1e-12);
  });

  test("of an empty lattice gives exactly ½|k+G|²", () => {
    const { block: one, kpoint } = block({ atoms: [] });
    const { eigenvalues } = one.diagonalise(TIGHT);
    const levels = kpoint.kinetic.slice().sort();
    notTiny(levels.subarray(0, 7), 0.1);
    closeArrays(eigenvalues.subarray(0, 7), levels.subarray(0, 7), 1e-13);
  });

  test("finds equal levels at k and −k, since the potential is real", () => {
    const values = [K, [-K[0], -K[1], -K[2]] as const].map((k) => {
      const { block: one, potential } = block({}, k);
      fill(potential);
      return one.diagonalise(TIGHT).eigenvalues.subarray(0, 7);
    });
    notTiny(values[0]!, 0.5);
    closeArrays(values[0]!, values[1]!, 1e-12);
    // and others at another k
    const { block: other, potential } = block({}, [0.1, 0.2, 0.3]);
    fill(potential);
    expect(Math.abs(other.diagonalise(TIGHT).eigenvalues[3]! - values[0]![3]!)).toBeGreaterThan(1e-4);
  });

  test("leaves the orbitals orthonormal, and counts its applications of H", () => {
    const { kernels, block: one, kpoint, potential } = block();
    fill(potential);
    const { applications, iterations } = one.diagonalise({ ...TIGHT, tolerance: 1e-3 });
    const overlap = kernels.alloc(200);
    kernels.hermitianOverlap(
      10,
      kpoint.planeWaves,
      one.psi,
      kpoint.planeWaves,
      one.psi,
      kpoint.planeWaves,
      overlap,
      10,
    );
    for (let j = 0; j < 10; j++) overlap[2 * (j + 10 * j)]! -= 1;
    closeArrays(overlap, new Float64Array(200), 1e-12);
    expect(applications).toBeGreaterThanOrEqual(10 + iterations);
    expect(applications).toBeLessThanOrEqual(10 * (1 + iterations));
  });

  test("says when it ran out of iterations", () => {
    const { block: one, potential } = block();
    fill(potential);
    const { converged, iterations } = one.diagonalise({ ...TIGHT, maxIterations: 2 });
    expect([converged, iterations]).toEqual([false, 2]);
  });
});

describe("density", () => {
  const weights = Float64Array.of(2, 2, 1.5, 0.25, 0, 0, 0.125, 0, 0, 0);
  const solved = (): { one: OrbitalBlock; kpoint: ReturnType<typeof block>["kpoint"] } => {
    const { block: one, kpoint, potential } = block();
    fill(potential);
    one.diagonalise({ ...TIGHT, tolerance: 1e-4 });
    return { one, kpoint };
  };

  test("integrates to its weights and is nowhere negative", () => {
    const density = solved().one.densities([weights])[0]!;
    const dvol = problem.lattice.volume / POINTS;
    const electrons = weights.reduce((a, b) => a + b);
    close(density.reduce((a, b) => a + b) * dvol, electrons, 1e-12 * electrons);
    expect(Math.min(...density)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...density) - Math.min(...density)).toBeGreaterThan(0.01);
  });

  test("is Σ w |Σ_G c_G e^{iGr}|²/Ω, summed wave by wave at single points", () => {
    const { one, kpoint } = solved();
    const n = kpoint.planeWaves;
    const [twice, density] = one.densities([weights.map((w) => 2 * w), weights]) as [
      Float64Array,
      Float64Array,
    ];
    closeArrays(
      twice,
      density.map((x) => 2 * x),
      1e-14,
    );
    for (const r of [0, 17, POINTS - 5]) {
      const x = [r % SIZE[0], Math.floor(r / SIZE[0]) % SIZE[1], Math.floor(r / (SIZE[0] * SIZE[1]))];
      let sum = 0;
      weights.forEach((w, j) => {
        let [re, im] = [0, 0];
        for (let g = 0; g < n; g++) {
          let phase = 0;
          for (let c = 0; c < 3; c++) phase += (2 * Math.PI * kpoint.gVectors[3 * g + c]! * x[c]!) / SIZE[c]!;
          const [a, b] = [one.psi[2 * (g + n * j)]!, one.psi[2 * (g + n * j) + 1]!];
          re += a * Math.cos(phase) - b * Math.sin(phase);
          im += a * Math.sin(phase) + b * Math.cos(phase);
        }
        sum += (w * (re * re + im * im)) / problem.lattice.volume;
      });
      expect(sum).toBeGreaterThan(1e-4);
      close(density[r]!, sum, 1e-13, `point ${r}`);
    }
  });

  test("comes with the energies Σ w ⟨ψ|T|ψ⟩ and Σ w ⟨ψ|V_nl|ψ⟩ of dense matrices", () => {
    const { one, kpoint } = solved();
    const [kinetic, nonlocal] = one.energies(weights);
    const sum = (h: Float64Array) =>
      weights.reduce((total, w, j) => total + (w > 0 ? w * denseExpectation(h, one.psi, j) : 0), 0);
    const expected = sum(denseNonlocal(problem, kpoint));
    expect(Math.abs(expected)).toBeGreaterThan(0.1);
    close(nonlocal!, expected, 1e-12);
    close(kinetic!, sum(denseKinetic(kpoint)), 1e-12);
  });

  test("of weights that do not fit the bands is our mistake", () => {
    expect(() => solved().one.densities([weights, Float64Array.of(1)])).toThrow(
      /^bug: block density: 1 weights for 10 bands/,
    );
  });
});

describe("start orbitals", () => {
  const psi = (seed: number, index: number) => block({ seed }, K, index).block.psi.slice();

  test("depend on the seed and the index of the block, and on nothing else", () => {
    const here = psi(3, 2);
    notTiny(here, 0.1);
    expect(psi(3, 2)).toEqual(here);
    expect(psi(4, 2)).not.toEqual(here);
    expect(psi(3, 1)).not.toEqual(here);
  });

  test("are replaced from the lowest on by what is restored", () => {
    const { block: one, kpoint } = block();
    const before = one.psi.slice();
    const three = Float64Array.from({ length: 6 * kpoint.planeWaves }, (_, i) => Math.sin(i));
    one.restore(three);
    expect(one.psi.slice(0, three.length)).toEqual(three);
    expect(one.psi.slice(three.length)).toEqual(before.slice(three.length));
    expect(() => one.restore(three.subarray(1))).toThrow(/orbitals of k-point 0 must have \d+ numbers/);
    expect(() => one.restore(new Float64Array(before.length + 2 * kpoint.planeWaves))).toThrow(InputError);
  });

  test("more bands than plane waves are refused with both numbers", () => {
    const { kpoint } = block();
    const n = kpoint.planeWaves;
    expect(() => block({ nBands: n + 1 })).toThrow(
      `must be at most the ${n} plane waves at k = [0.1, -0.2, 0.3], got ${n + 1}`,
    );
  });
});
