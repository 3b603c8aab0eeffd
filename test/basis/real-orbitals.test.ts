import { describe, expect, test } from "vitest";
import { createGrid } from "../../src/basis/grid.ts";
import { createKPoint } from "../../src/basis/kpoint.ts";
import { type InversionCentre, inversionCentre } from "../../src/basis/real/inversion-centre.ts";
import { packedBands } from "../../src/basis/real/packed-bands.ts";
import { type RealBasis, realBasis } from "../../src/basis/real/real-basis.ts";
import { symmetrizer } from "../../src/basis/symmetrize.ts";
import { random } from "../../src/common/random.ts";
import { scale, type Vec3 } from "../../src/common/vec3.ts";
import { newRealField } from "../../src/kernels/fields.ts";
import type { GridSize } from "../../src/kernels/kernels.ts";
import { wasmKernelsSync } from "../../src/kernels/wasm/wasm.ts";
import { IDENTITY, type SymmetryOperation } from "../../src/model/symmetry.ts";
import { createHamiltonian } from "../../src/terms/hamiltonian.ts";
import { closeArrays, notTiny } from "../close.ts";
import { crystal, ECUT, inversion, randomPotential } from "./real-crystals.ts";

/** All k with k ≡ −k. */
const TIME_REVERSAL: Vec3[] = [0, 1, 2, 3, 4, 5, 6, 7].map((i) => [(i & 1) / 2, (i & 2) / 4, (i & 4) / 8]);

/** The matrix of H in complex coefficients between the columns of U, and that of the real Hamiltonian. */
function bothMatrices(
  { lattice, species, atoms, size }: ReturnType<typeof crystal>,
  k: Vec3,
  v: Float64Array,
  real: RealBasis,
) {
  const kernels = wasmKernelsSync();
  const kpoint = createKPoint(lattice, size, ECUT, k, 1);
  const potential = kernels.alloc(v.length);
  potential.set(v);
  const n = kpoint.planeWaves;
  const ofComplex = createHamiltonian(kernels, { lattice, species, atoms }, size, kpoint, potential);
  const ofReal = createHamiltonian(kernels, { lattice, species, atoms }, size, kpoint, potential, real);
  const unit = kernels.alloc(n * n);
  for (let j = 0; j < n; j++) unit[j + n * j] = 1;
  const [h, columns, image] = [kernels.alloc(n * n), kernels.alloc(2 * n * n), kernels.alloc(2 * n * n)];
  ofReal.applyInto(h, unit, n);
  for (let j = 0; j < n; j++) real.expand(columns.subarray(2 * n * j), unit.subarray(n * j, n * (j + 1)));
  ofComplex.applyInto(image, columns, n);
  const [re, im] = [new Float64Array(n * n), new Float64Array(n * n)];
  for (let j = 0; j < n; j++)
    real.addProjected(
      re.subarray(n * j, n * (j + 1)),
      im.subarray(n * j, n * (j + 1)),
      image.subarray(2 * n * j, 2 * n * (j + 1)),
    );
  return { n, h, re, im, columns };
}

describe("the kernels' transforms of pairs of bands", () => {
  test.for([
    ["by inversion", [0.1, 0.2, 0.3], { position: [0.137, -0.291, 0.443], imageOf: [] }],
    ["by time reversal", [0.5, 0, 0], undefined],
  ] as const)("have the digits of expanded coefficients, %s", ([, k, centre]) => {
    const { lattice, size } = crystal(3, [0, 0, 0]);
    const kernels = wasmKernelsSync({ fma: false });
    const kpoint = createKPoint(lattice, size, ECUT, [...k], 1);
    const real = realBasis(kpoint, centre && { ...centre, position: [...centre.position] })!;
    const fft = kernels.sphereFft(size, kpoint.gridIndex);
    const { realPotential, ...plain } = fft;
    expect(realPotential).toBeDefined();
    const n = kpoint.planeWaves;
    const stream = random(5);
    const fill = (length: number) => {
      const x = kernels.alloc(length);
      for (let i = 0; i < length; i++) x[i] = stream.normal();
      return x;
    };
    const v = fill(size[0] * size[1] * size[2]);
    for (const nBands of [1, 6, 7]) {
      const psi = fill(n * nBands);
      const [ofKernels, expanded] = [fill(n * nBands), kernels.alloc(n * nBands)];
      expanded.set(ofKernels);
      packedBands(kernels.real, fft, real).applyPotential(ofKernels, psi, v, nBands);
      packedBands(kernels.real, plain, real).applyPotential(expanded, psi, v, nBands);
      notTiny(ofKernels, 1);
      expect(ofKernels).toEqual(expanded);

      const rounded = fill(n * nBands);
      const before = rounded.slice();
      packedBands(kernels.real, fft, real).applyPotential(rounded, psi, v, nBands, true);
      expanded.set(before);
      packedBands(kernels.real, plain, real).applyPotential(expanded, psi, v, nBands);
      expect(rounded).not.toEqual(expanded);
      closeArrays(rounded, expanded, 1e-6 * Math.max(...v), "rounded to float32");
    }
  });
});

const centres: readonly (readonly [string, Vec3])[] = [
  ["at the origin", [0, 0, 0]],
  ["half way between points of the grid", [0.5, 0.25, 0]],
  ["off the grid", [0.137, -0.291, 0.443]],
  ["off the grid along one axis", [0, 0.1, 0.5]],
];

describe("H in a real basis is real and symmetric, and the real Hamiltonian is that matrix", () => {
  const law = (
    problem: ReturnType<typeof crystal>,
    k: Vec3,
    operations: SymmetryOperation[],
    centre: InversionCentre | undefined,
    seed: number,
  ) => {
    const { v } = randomPotential(problem.size, problem.lattice, operations, seed);
    const real = realBasis(createKPoint(problem.lattice, problem.size, ECUT, k, 1), centre);
    if (real === undefined) throw new Error("no real basis");
    const { n, h, re, im } = bothMatrices(problem, k, v, real);
    notTiny(re, 1);
    closeArrays(im, new Float64Array(n * n), 1e-12, "imaginary part");
    closeArrays(h, re, 1e-12, "real Hamiltonian");
    const transposed = Float64Array.from(h, (_, i) => h[Math.floor(i / n) + n * (i % n)]!);
    closeArrays(h, transposed, 1e-12, "symmetric");
  };

  for (const [i, [where, position]] of centres.entries())
    for (const seed of [1, 2, 3])
      test(`inversion about a centre ${where}, crystal ${seed}, general k`, () => {
        const problem = crystal(10 * i + seed, position);
        const operations = [IDENTITY, inversion(scale(2, position))];
        const centre = inversionCentre(problem, operations, problem.size, ECUT);
        expect(centre?.imageOf).toEqual([1, 0, 3, 2, 4, 5]);
        law(problem, [0.21, -0.37, 0.11], operations, centre, seed);
      });

  for (const [i, k] of TIME_REVERSAL.entries())
    test(`time reversal at k = [${k.join(", ")}], no symmetry`, () => {
      law(crystal(100 + i), k, [IDENTITY], undefined, i);
    });

  test("the test sees a potential without the symmetry", () => {
    const position = centres[2]![1];
    const problem = crystal(7, position);
    const centre = inversionCentre(problem, [IDENTITY, inversion(scale(2, position))], problem.size, ECUT);
    expect(() => law(problem, [0.21, -0.37, 0.11], [IDENTITY], centre, 1)).toThrow(/imaginary part/);
  });
});

test("the densities of packed bands are those of the orbitals, averaged over the inversion", () => {
  for (const [position, k, seed] of [
    [centres[2]![1], [0.21, -0.37, 0.11], 1],
    [centres[1]![1], [0.1, 0.2, 0.3], 2],
    [undefined, [0.5, 0, 0.5], 3],
  ] as const) {
    const problem = crystal(200 + seed, position);
    const { lattice, species, atoms, size } = problem;
    const operations = position === undefined ? [IDENTITY] : [IDENTITY, inversion(scale(2, position))];
    const centre = inversionCentre(problem, operations, size, ECUT);
    const kernels = wasmKernelsSync();
    const kpoint = createKPoint(lattice, size, ECUT, k, 1);
    const n = kpoint.planeWaves;
    const grid = createGrid(lattice, size, kernels);
    const real = realBasis(kpoint, centre)!;
    const { bands, fft } = createHamiltonian(kernels, { lattice, species, atoms }, size, kpoint, kernels.alloc(grid.points), real); // biome-ignore format: one call
    const nBands = 37; // more than one batch of pairs, and one left over
    const stream = random(seed);
    const psi = kernels.alloc(n * nBands).map(() => stream.normal());
    const panel = kernels.alloc(n * nBands);
    panel.set(psi);
    const expanded = kernels.alloc(2 * n * nBands);
    for (let j = 0; j < nBands; j++)
      real.expand(expanded.subarray(2 * n * j), panel.subarray(n * j, n * (j + 1)));
    const weights = kernels.alloc(2 * nBands);
    for (let j = 0; j < 2 * nBands; j++) weights[j] = j % 5 === 0 ? 0 : j % 3 === 0 ? -0.4 : 0.1 + (j % 7);
    const [packed, whole] = [kernels.alloc(2 * grid.points), kernels.alloc(2 * grid.points)];
    bands.accumulateDensity(packed, panel, weights, nBands, 2);
    fft.accumulateDensity(whole, expanded, weights, nBands, 2);
    notTiny(whole, 1);
    const symmetrize = symmetrizer(grid, operations);
    for (const set of [0, 1]) {
      const [mine, expected] = [packed, whole].map((rho) => {
        const field = newRealField(grid.points);
        field.set(rho.subarray(grid.points * set, grid.points * (set + 1)));
        symmetrize(field);
        return field;
      });
      closeArrays(mine!, expected!, 1e-10, `set ${set}`);
    }
  }
});

test("a centre off the grid needs a grid that holds every product of orbitals; others do not", () => {
  for (const [position, isFound] of [
    [[0.137, -0.291, 0.443], false],
    [[0.5, 0, 0], true],
  ] as [Vec3, boolean][]) {
    const problem = crystal(3, position);
    const operations = [IDENTITY, inversion(scale(2, position))];
    const small = problem.size.map((m) => m - (m % 2) - 2) as unknown as GridSize;
    expect(inversionCentre(problem, operations, small, ECUT) !== undefined).toBe(isFound);
    expect(inversionCentre(problem, [IDENTITY], problem.size, ECUT)).toBeUndefined();
  }
});

test("atoms that an operation does not map onto atoms have no centre", () => {
  const problem = crystal(3, [0, 0, 0]);
  const operations = [IDENTITY, inversion([0, 0, 0])];
  const atoms = problem.atoms.map((atom, i) => (i === 0 ? { ...atom, position: scale(1.001, atom.position) } : atom)); // biome-ignore format: one line
  expect(inversionCentre({ ...problem, atoms }, operations, problem.size, ECUT)).toBeUndefined();
});

test("no real basis at a general k without inversion", () => {
  const { lattice, size } = crystal(1);
  expect(realBasis(createKPoint(lattice, size, ECUT, [0.25, 0, 0], 1), undefined)).toBeUndefined();
});
