import { describe, expect, test } from "vitest";
import { createKPoint } from "../../src/basis/kpoint.ts";
import { type InversionCentre, inversionCentre } from "../../src/basis/real/inversion-centre.ts";
import { symmetrizer } from "../../src/basis/symmetrize.ts";
import { random } from "../../src/common/random.ts";
import { scale, type Vec3 } from "../../src/common/vec3.ts";
import { newRealField } from "../../src/kernels/fields.ts";
import { wasmKernelsSync } from "../../src/kernels/wasm/wasm.ts";
import { IDENTITY } from "../../src/model/symmetry.ts";
import { operate } from "../../src/parallel/block-operations.ts";
import { blockShared, createOrbitalBlock, type OrbitalSetup } from "../../src/state/orbital-block.ts";
import { crystal, ECUT, inversion, randomPotential } from "../basis/real-crystals.ts";
import { close, closeArrays, notTiny } from "../close.ts";

const N_BANDS = 12;
const TIGHT = { tolerance: 1e-11, nConverge: 10, maxIterations: 300 };

/** Two blocks of one crystal and potential, with complex and with real coefficients, both solved. */
function blocks(position: Vec3 | undefined, k: Vec3) {
  const problem = crystal(31, position);
  const operations = position === undefined ? [IDENTITY] : [IDENTITY, inversion(scale(2, position))];
  const centre: InversionCentre | undefined = inversionCentre(problem, operations, problem.size, ECUT);
  const { grid, v } = randomPotential(problem.size, problem.lattice, operations, 5);
  const symmetrize = symmetrizer(grid, operations);
  const open = (realOrbitals: OrbitalSetup["realOrbitals"]) => {
    const kernels = wasmKernelsSync();
    const setup: OrbitalSetup = { ...problem, ecut: ECUT, nBands: N_BANDS, seed: 3, realOrbitals };
    const kpoint = createKPoint(problem.lattice, problem.size, ECUT, k, 1);
    const shared = blockShared(kernels, setup, [kpoint]);
    shared.potential.set(v);
    const block = createOrbitalBlock(kernels, setup, kpoint, 0, shared);
    return { block, solved: block.diagonalise(TIGHT) };
  };
  const symmetric = (f: Float64Array) => {
    const field = newRealField(grid.points);
    field.set(f);
    symmetrize(field);
    return field;
  };
  return { complex: open(undefined), real: open({ centre }), symmetric, grid };
}

describe.each([
  ["inversion about a point off the grid", [0.137, -0.291, 0.443], [0.21, -0.37, 0.11]],
  ["inversion about a point of the grid", [0, 0, 0], [0.1, 0.2, 0.3]],
  ["time reversal at the boundary of the zone", undefined, [0.5, 0, 0.5]],
] as [string, Vec3 | undefined, Vec3][])("a block of real coefficients, %s", (_, position, k) => {
  const { complex, real, symmetric, grid } = blocks(position, k);
  const weights = Float64Array.from({ length: N_BANDS }, (__, j) => (j < 10 ? 2 - j / 9 : 0));

  test("holds half the numbers and finds the same levels, densities and energies", () => {
    expect(real.block.psi.length).toBe(complex.block.psi.length / 2);
    expect(real.solved.converged && complex.solved.converged).toBe(true);
    closeArrays(real.solved.eigenvalues.slice(0, 10), complex.solved.eigenvalues.slice(0, 10), 1e-11, "levels"); // biome-ignore format: one line
    const [mine, theirs] = [real, complex].map(({ block }) => symmetric(block.densities([weights])[0]!));
    notTiny(theirs!);
    closeArrays(mine!, theirs!, 1e-11, "density");
    closeArrays(real.block.energies(weights), complex.block.energies(weights), 1e-10, "energies");
  });

  test("has the same forces and strain", () => {
    for (const operation of ["forces", "strain"] as const) {
      const [mine, theirs] = [real, complex].map(({ block }) => operate(operation, block, weights));
      notTiny(theirs!);
      closeArrays(mine!, theirs!, 1e-9, operation);
    }
  });

  test("has the same response of the density", () => {
    const stream = random(9);
    const delta = symmetric(Float64Array.from({ length: grid.points }, () => stream.normal()));
    const law = { smearing: "none", temperature: 0, fMax: 2, fermiLevel: 0.1 } as const;
    const [mine, theirs] = [real, complex].map(({ block, solved }) => {
      const request = {
        law,
        eigenvalues: solved.eigenvalues,
        occupations: weights,
        nStates: 10,
        weight: 1,
        tolerance: 1e-9,
        maxIterations: 300,
      };
      const found = operate("response", block, { request, deltaPotential: delta as unknown as Float64Array });
      expect(found.converged).toBe(true);
      return symmetric(found.density);
    });
    notTiny(theirs!);
    closeArrays(mine!, theirs!, 1e-7, "response");
  });

  test("gives complex coefficients, and takes them back, mixed by complex numbers as well", () => {
    const before = real.block.psi.slice();
    const saved = operate("save", real.block, null);
    expect(saved.length).toBe(complex.block.psi.length);
    real.block.psi.fill(0);
    real.block.restore(saved);
    expect(real.block.psi).toEqual(before); // to the last bit: a run goes on as if it had not stopped

    // A unitary mixture of complex orbitals spans the same space: nothing is left to solve.
    const foreign = operate("save", complex.block, null).slice(0, (complex.block.psi.length / N_BANDS) * 10);
    const n = foreign.length / 20;
    for (let g = 0; g < n; g++) {
      const [a, b, c, d] = [
        foreign[2 * g]!,
        foreign[2 * g + 1]!,
        foreign[2 * (g + n)]!,
        foreign[2 * (g + n) + 1]!,
      ];
      foreign.set([(a - d) * Math.SQRT1_2, (b + c) * Math.SQRT1_2], 2 * g);
      foreign.set([(c - b) * Math.SQRT1_2, (d + a) * Math.SQRT1_2], 2 * (g + n));
    }
    real.block.restore(foreign);
    const again = real.block.diagonalise({ ...TIGHT, tolerance: 1e-9 });
    expect(again.iterations).toBe(1); // an iteration is the least
    closeArrays(again.eigenvalues.slice(0, 10), complex.solved.eigenvalues.slice(0, 10), 1e-11, "levels");
  });

  test("has the same gradient, tangent parts and retractions", () => {
    const sizes = [real, complex].map(({ block }) => {
      const { eigenvalues, gradient } = operate("gradient", block, null);
      const stream = random(2);
      const panel = gradient.map((g) => 1e3 * g + 1e-3 * stream.normal());
      // Of real coefficients the part of a real direction: the panel made real first.
      const own = block.toComplex(block.psi);
      block.fromComplex(block.psi, panel);
      const direction = block.toComplex(block.psi);
      block.fromComplex(block.psi, own);
      const tangent = operate("tangentPart", block, { panel: direction, preconditioned: true });
      operate(
        "retract",
        block,
        own.map((x, i) => x + 0.1 * tangent[i]!),
      );
      const retracted = operate("save", block, null);
      return { eigenvalues, norm: Math.hypot(...retracted) };
    });
    closeArrays(sizes[0]!.eigenvalues, sizes[1]!.eigenvalues, 1e-6, "levels");
    for (const { norm } of sizes) close(norm, Math.sqrt(N_BANDS), 1e-12, "orthonormal");
  });
});
