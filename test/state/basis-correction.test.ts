import { expect, test } from "vitest";
import { findGth } from "../../src/atoms/gth/gth-table.ts";
import { exactProductGridSize } from "../../src/basis/grid.ts";
import { createKPoint } from "../../src/basis/kpoint.ts";
import { wasmKernelsSync } from "../../src/kernels/wasm/wasm.ts";
import { createLattice } from "../../src/model/lattice.ts";
import { basisCorrection } from "../../src/state/basis-correction.ts";
import { blockShared, createOrbitalBlock } from "../../src/state/orbital-block.ts";
import { close, closeArrays, notTiny } from "../close.ts";

const lattice = createLattice([
  [6, 0, 0],
  [1, 5, 0],
  [-2, 0.5, 7],
]);
const [SMALL, LARGE, BANDS] = [2, 6, 2];

test("the correction solves the equation of the waves that the smaller basis lacks", () => {
  const size = exactProductGridSize(lattice.vectors, LARGE);
  const setup = {
    lattice,
    species: [{ element: "Si", pseudopotential: findGth("Si", "gth-lda") }],
    atoms: [{ species: 0, position: [0.1, 0.2, 0.3] as const }],
    size,
    ecut: LARGE,
    nBands: BANDS,
    seed: 1,
  };
  const kernels = wasmKernelsSync();
  const kpoint = createKPoint(lattice, size, LARGE, [0.1, 0.2, 0], 1);
  const n = kpoint.planeWaves;
  const shared = blockShared(kernels, setup, [kpoint]);
  shared.potential.forEach((_, r) => {
    shared.potential[r] = 0.5 * Math.cos(r) - 0.3 * Math.sin(r * r);
  });
  const block = createOrbitalBlock(kernels, setup, kpoint, 0, shared);
  const small = Int32Array.from(
    Array.from({ length: n }, (_, g) => g).filter((g) => kpoint.kinetic[g]! <= SMALL),
  );
  const isSmall = new Set(small);
  expect(small.length).toBeGreaterThan(10);
  for (let i = 0; i < block.psi.length; i++) if (!isSmall.has((i >> 1) % n)) block.psi[i] = 0;
  const [eigenvalues, weights] = [Float64Array.of(-0.4, -0.1), Float64Array.of(2, 0.7)];

  const exact = basisCorrection(block, { small, eigenvalues, weights, steps: 100 });
  const [x, ofX, ofPsi] = [exact.corrections.length, 0, 0].map(() => kernels.alloc(2 * n * BANDS)) as [Float64Array, Float64Array, Float64Array]; // biome-ignore format: three panels
  x.set(exact.corrections);
  block.hamiltonian.applyInto(ofX, x, BANDS);
  block.hamiltonian.applyInto(ofPsi, block.psi, BANDS);
  notTiny(x, 1e-3, "x");
  for (let j = 0; j < BANDS; j++) {
    let energy = 0;
    for (let g = 0; g < n; g++)
      for (let c = 0; c < 2; c++) {
        const i = 2 * (g + n * j) + c;
        const [e, right] = [eigenvalues[j]!, ofPsi[i]!];
        if (isSmall.has(g)) {
          expect(x[i]).toBe(0);
          const at = 2 * (small.indexOf(g) + small.length * j) + c;
          close(exact.coupling[at]!, right + ofX[i]! - e * block.psi[i]!, 1e-12, "coupling");
        } else {
          close(ofX[i]! - e * x[i]! + right, 0, 1e-10, "equation");
          energy += right * x[i]!;
        }
      }
    close(exact.energies[j]!, energy, 1e-11, "energy");
    expect(energy).toBeLessThan(-1e-4);
  }
  closeArrays(exact.remainders, [0, 0], 1e-10);

  // 2 Σ w Re φ* x is the derivative of the density along x.
  const psi = block.psi.slice();
  const densityAt = (t: number) => {
    psi.forEach((value, i) => {
      block.psi[i] = value + t * x[i]!;
    });
    return block.densities([weights])[0]!;
  };
  const t = 1e-3; // quadratic in t: the central difference is exact
  const [plus, minus] = [densityAt(t), densityAt(-t)];
  closeArrays(exact.density, plus.map((value, r) => (value - minus[r]!) / (2 * t)), 1e-12); // biome-ignore format: one line
  notTiny(exact.density, 1e-4, "density");
  block.psi.set(psi);

  const two = basisCorrection(block, { small, eigenvalues, weights, steps: 2 });
  for (let j = 0; j < BANDS; j++) {
    expect(two.remainders[j]! / two.residualNorms[j]!).toBeLessThan(0.3);
    expect(two.remainders[j]!).toBeGreaterThan(1e-6);
    // Conjugate gradients from zero: the energy is approached from above.
    expect(two.energies[j]!).toBeGreaterThan(exact.energies[j]!);
    close(two.energies[j]! / exact.energies[j]!, 1, 0.1, "energy of two steps");
  }
});
