import { describe, expect, test } from "vitest";
import { findGth } from "../../src/atoms/gth/gth-table.ts";
import { exactProductGridSize } from "../../src/basis/grid.ts";
import { createKPoint } from "../../src/basis/kpoint.ts";
import { random } from "../../src/common/random.ts";
import type { Mat3 } from "../../src/common/vec3.ts";
import type { Kernels } from "../../src/kernels/kernels.ts";
import { referenceKernels } from "../../src/kernels/reference.ts";
import { wasmKernelsSync } from "../../src/kernels/wasm/wasm.ts";
import { createLattice } from "../../src/model/lattice.ts";
import type { Atom } from "../../src/model/model.ts";
import { createHamiltonian } from "../../src/terms/hamiltonian.ts";
import { close, closeArrays, notTiny } from "../close.ts";
import { denseExpectation, denseKinetic, denseLocal, denseNonlocal, denseSum } from "./dense.ts";

const VECTORS: Mat3 = [[6, 0, 0], [1, 5, 0], [-2, 0.5, 7]]; // biome-ignore format: a matrix
const lattice = createLattice(VECTORS);
const species = [["Si", "gth-lda"] as const, ["Ga", "gth-lda-q3"] as const].map(([element, family]) => ({
  element,
  pseudopotential: findGth(element, family),
}));
const ATOMS: Atom[] = [
  { species: 0, position: [0.1, 0.2, 0.3] },
  { species: 1, position: [0.6, 0.55, 0.85] },
];
const ECUT = 2;
const size = exactProductGridSize(VECTORS, ECUT);
const kpoint = createKPoint(lattice, size, ECUT, [0.1, -0.2, 0.3], 1);
const n = kpoint.planeWaves;
const points = size[0] * size[1] * size[2];

function setUp(kernels: Kernels, atoms = ATOMS) {
  const model = { lattice, species, atoms };
  const { normal } = random(3);
  const potential = kernels.alloc(points);
  for (let r = 0; r < points; r++) potential[r] = normal();
  const hamiltonian = createHamiltonian(kernels, model, size, kpoint, potential);
  const dense = () =>
    denseSum(denseKinetic(kpoint), denseLocal(size, potential, kpoint), denseNonlocal(model, kpoint));
  const panel = (nBands: number, seed: number) => {
    const stream = random(seed);
    const out = kernels.alloc(2 * n * nBands);
    for (let i = 0; i < out.length; i++) out[i] = stream.normal();
    return out;
  };
  const unit = kernels.alloc(2 * n * n);
  for (let i = 0; i < n; i++) unit[2 * (i + n * i)] = 1;
  return { kernels, potential, hamiltonian, dense, panel, unit };
}

for (const make of [referenceKernels, wasmKernelsSync])
  describe(`the Hamiltonian with ${make().backend} kernels`, () => {
    test("is, column by column, the matrix ½|k+G|² + V(G − G′) + Σ |p_i⟩ h_ij ⟨p_j|", () => {
      const { kernels, hamiltonian, dense, unit } = setUp(make());
      const columns = kernels.alloc(2 * n * n);
      hamiltonian.applyInto(columns, unit, n);
      const direct = dense();
      notTiny(direct, 0.5);
      closeArrays(columns, direct, 1e-13);
    });

    test("sees a refilled potential at the next application, and no atoms means no nonlocal part", () => {
      const { kernels, hamiltonian, dense, unit, potential } = setUp(make(), []);
      const columns = kernels.alloc(2 * n * n);
      for (const shift of [0, 1.5]) {
        for (let r = 0; r < points; r++) potential[r]! += shift;
        hamiltonian.applyInto(columns, unit, n);
        closeArrays(columns, dense(), 1e-13);
      }
      const kinetic = kernels.alloc(2);
      hamiltonian.energies(kinetic.fill(7), hamiltonian.parts[1]!, unit, 2);
      expect([...kinetic]).toEqual([0, 0]);
    });

    test("is linear and does not write its argument", () => {
      const { kernels, hamiltonian, panel } = setUp(make());
      const [x, y] = [panel(3, 1), panel(3, 2)];
      const kept = x.slice();
      const [hx, hy, hz] = [kernels.alloc(6 * n), kernels.alloc(6 * n), kernels.alloc(6 * n)];
      const z = kernels.alloc(6 * n);
      for (let i = 0; i < z.length; i++) z[i] = 2 * x[i]! - 3 * y[i]!;
      hamiltonian.applyInto(hx, x, 3);
      hamiltonian.applyInto(hy, y, 3);
      hamiltonian.applyInto(hz, z, 3);
      expect(x).toEqual(kept);
      notTiny(hz, 1);
      closeArrays(
        hz,
        hx.map((v, i) => 2 * v - 3 * hy[i]!),
        1e-12,
      );
    });

    test("kinetic and nonlocal energies are ⟨ψ|T|ψ⟩ and ⟨ψ|V_nl|ψ⟩ of dense matrices", () => {
      const { kernels, hamiltonian, panel } = setUp(make());
      const psi = panel(4, 5);
      const [kinetic, nonlocal] = [kernels.alloc(4), kernels.alloc(4)];
      hamiltonian.energies(kinetic, hamiltonian.parts[0]!, psi, 4);
      hamiltonian.energies(nonlocal, hamiltonian.parts[1]!, psi, 4);
      const [t, v] = [denseKinetic(kpoint), denseNonlocal({ lattice, species, atoms: ATOMS }, kpoint)];
      notTiny(nonlocal, 0.1);
      for (let j = 0; j < 4; j++) {
        close(kinetic[j]!, denseExpectation(t, psi, j), 1e-12 * n);
        close(nonlocal[j]!, denseExpectation(v, psi, j), 1e-12 * n);
      }
    });

    test("the preconditioner multiplies by K(½|k+G|² / ⟨ψ|T|ψ⟩), and survives a wave without kinetic energy", () => {
      const { kernels, hamiltonian, panel } = setUp(make());
      const psi = panel(2, 6);
      psi.fill(0, 2 * n);
      const lowest = kpoint.kinetic.indexOf(Math.min(...kpoint.kinetic));
      psi[2 * (lowest + n)] = 1e-30;
      const residuals = panel(2, 7);
      const before = residuals.slice();
      const scale = kernels.alloc(2);
      hamiltonian.energies(scale, hamiltonian.parts[0]!, psi, 2);
      hamiltonian.preconditionInto(residuals, psi, 2);
      const expected = before.map((value, i) => {
        const band = i < 2 * n ? 0 : 1;
        const u = kpoint.kinetic[Math.floor(i / 2) % n]! / Math.max(scale[band]!, 1e-3);
        const p = 27 + 18 * u + 12 * u * u + 8 * u ** 3;
        return (value * p) / (p + 16 * u ** 4);
      });
      notTiny(expected, 0.1);
      expect(Math.max(...expected.map((x, i) => Math.abs(x - before[i]!)))).toBeGreaterThan(0.1);
      closeArrays(residuals, expected, 1e-14);
    });
  });
