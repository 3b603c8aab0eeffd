import { describe, expect, test } from "vitest";
import { findGth, gthCharges } from "../../src/atoms/gth/gth-table.ts";
import { projectorFourier } from "../../src/atoms/pseudopotential-formulas.ts";
import { createKPoint } from "../../src/basis/kpoint.ts";
import { type Mat3, matVec, type Vec3 } from "../../src/common/vec3.ts";
import { wasmKernelsSync } from "../../src/kernels/wasm/wasm.ts";
import { createLattice } from "../../src/model/lattice.ts";
import type { Atom, Species } from "../../src/model/model.ts";
import {
  type NonlocalProjectors,
  nonlocalProjectors,
  structureFactor,
} from "../../src/terms/nonlocal/projectors.ts";
import { close, closeArrays, notTiny } from "../close.ts";
import { denseNonlocal } from "./dense.ts";

const kernels = wasmKernelsSync();
const VECTORS: Mat3 = [[6, 0, 0], [1, 5, 0], [-2, 0.5, 7]]; // biome-ignore format: a matrix
const lattice = createLattice(VECTORS);
const SIZE = [20, 20, 20] as const;
const K: Vec3 = [0.1, -0.2, 0.3];
/** The entry with the fewest electrons, whose projectors are counted below. */
const kind = (element: string): Species => ({
  element,
  pseudopotential: findGth(element, `gth-lda-q${gthCharges(element, "gth-lda")[0]}`),
});

/** P D Pᴴ as a matrix. */
function matrixOf({ count, projectors, coupling }: NonlocalProjectors, n: number): Float64Array {
  const out = new Float64Array(2 * n * n);
  for (let i = 0; i < count; i++)
    for (let b = 0; b < n; b++)
      for (let a = 0; a < n; a++) {
        const [ar, ai] = [projectors[2 * (a + n * i)]!, projectors[2 * (a + n * i) + 1]!];
        const [br, bi] = [projectors[2 * (b + n * i)]!, projectors[2 * (b + n * i) + 1]!];
        out[2 * (a + n * b)]! += coupling[i]! * (ar * br + ai * bi);
        out[2 * (a + n * b) + 1]! += coupling[i]! * (ai * br - ar * bi);
      }
  return out;
}

/** Number of projectors Σ_l (2l + 1) n_l. */
const expected: [string, number, string][] = [
  ["Si", 2 + 3, "s and p"],
  ["Ga", 3 + 3 * 2 + 5, "three s projectors and a d channel"],
  ["Y", 3 + 3 * 2 + 5 * 2, "three s and two d projectors"],
  ["La", 2 + 3 * 3 + 5 + 7, "an f channel"],
];

for (const [element, projectors, what] of expected)
  describe(`the nonlocal potential of ${element} (${what})`, () => {
    for (const k of [K, [0, 0, 0] as const])
      test(`equals Σ_ij |p_i⟩ h_ij ⟨p_j| with h as in its table, at k = [${k}]`, () => {
        const atoms: Atom[] = [
          { species: 0, position: [0.15, 0.2, -0.3] },
          { species: 1, position: [0.6, 0.55, 1.85] },
        ];
        const model = { lattice, species: [kind(element), kind("C")], atoms };
        const kpoint = createKPoint(lattice, SIZE, 2, k, 1);
        const bound = nonlocalProjectors(kernels, model, kpoint);
        expect(bound.count).toBe(projectors + 1);
        expect([...bound.atomOf]).toEqual([...new Array(projectors).fill(0), 1]);
        const direct = denseNonlocal(model, kpoint);
        notTiny(direct, 0.01);
        closeArrays(matrixOf(bound, kpoint.planeWaves), direct, 1e-13 * Math.max(...direct.map(Math.abs)));
      });

    test("does not change its trace when atoms, lattice and k are rotated together", () => {
      const [c, s] = [Math.cos(0.7), Math.sin(0.7)];
      const turn: Mat3 = [[c, -s * s, s * c], [s, c * s, -c * c], [0, c, s]]; // biome-ignore format: a matrix
      const rotated = createLattice([
        matVec(turn, VECTORS[0]),
        matVec(turn, VECTORS[1]),
        matVec(turn, VECTORS[2]),
      ]);
      const atoms: Atom[] = [{ species: 0, position: [0.15, 0.2, -0.3] }];
      const spectrum = (cell: typeof lattice) => {
        const kpoint = createKPoint(cell, SIZE, 2, K, 1);
        const v = matrixOf(
          nonlocalProjectors(kernels, { lattice: cell, species: [kind(element)], atoms }, kpoint),
          kpoint.planeWaves,
        );
        return v;
      };
      const [before, after] = [spectrum(lattice), spectrum(rotated)];
      // In reduced coordinates nothing has moved: not only the trace, every matrix element stays.
      notTiny(before, 0.01);
      closeArrays(after, before, 1e-13 * Math.max(...before.map(Math.abs)));
    });
  });

test("projectors are (−i)^l P_l(|k+G|) Y_lm(k+G) e^{−i(k+G)R}/√Ω", () => {
  const kpoint = createKPoint(lattice, SIZE, 3, K, 1);
  const n = kpoint.planeWaves;
  const position: Vec3 = [0.15, 0.2, -0.3];
  // Silicon has one p radial function: nothing to diagonalise. Its p projectors come last, in the order y, z, x.
  const model = { lattice, species: [kind("Si")], atoms: [{ species: 0, position }] };
  const { projectors, count } = nonlocalProjectors(kernels, model, kpoint);
  const phases = structureFactor(kpoint, position);
  [1, 2, 0].forEach((axis, m) => {
    const column = projectors.subarray(2 * n * (count - 3 + m), 2 * n * (count - 2 + m));
    const expected = new Float64Array(2 * n);
    for (let g = 0; g < n; g++) {
      const length = Math.sqrt(2 * kpoint.kinetic[g]!);
      const angular = (Math.sqrt(3 / (4 * Math.PI)) * kpoint.kPlusG[3 * g + axis]!) / length;
      const form =
        (projectorFourier(model.species[0]!.pseudopotential, 1, 1, length) * angular) /
        Math.sqrt(lattice.volume);
      // −i (re + i im) = im − i re
      expected.set([form * phases[2 * g + 1]!, -form * phases[2 * g]!], 2 * g);
    }
    notTiny(expected, 0.01);
    closeArrays(column, expected, 1e-14, `axis ${axis}`);
  });
});

test("P D Pᴴ is Hermitian and of rank at most its number of projectors", () => {
  const kpoint = createKPoint(lattice, SIZE, 2, K, 1);
  const n = kpoint.planeWaves;
  const model = {
    lattice,
    species: [kind("Ga")],
    atoms: [{ species: 0, position: [0.1, 0.2, 0.3] as const }],
  };
  const v = denseNonlocal(model, kpoint);
  for (let b = 0; b < n; b++)
    for (let a = 0; a < b; a++) {
      close(v[2 * (a + n * b)]!, v[2 * (b + n * a)]!, 1e-14);
      close(v[2 * (a + n * b) + 1]!, -v[2 * (b + n * a) + 1]!, 1e-14);
    }
  const values = kernels.alloc(n);
  const copy = kernels.alloc(2 * n * n);
  copy.set(v);
  kernels.eigh(n, copy, n, values, kernels.alloc(2 * n * n), n);
  const { count } = nonlocalProjectors(kernels, model, kpoint);
  expect(n).toBeGreaterThan(count + 10);
  expect(values.filter((x) => Math.abs(x) > 1e-12).length).toBe(count);
});

test("structure factors are e^{−i(k+G)R} and move by e^{−ikT} with a lattice vector T", () => {
  const kpoint = createKPoint(lattice, SIZE, 4, K, 1);
  const position: Vec3 = [0.37, -0.81, 1.23];
  const phases = structureFactor(kpoint, position);
  const direct = new Float64Array(2 * kpoint.planeWaves);
  for (let i = 0; i < kpoint.planeWaves; i++) {
    let phase = 0;
    for (let c = 0; c < 3; c++) phase -= 2 * Math.PI * (K[c]! + kpoint.gVectors[3 * i + c]!) * position[c]!;
    direct.set([Math.cos(phase), Math.sin(phase)], 2 * i);
  }
  closeArrays(phases, direct, 1e-14);
  const moved = structureFactor(kpoint, [position[0] + 1, position[1], position[2] - 2]);
  const bloch = -2 * Math.PI * (K[0] - 2 * K[2]);
  const [c, s] = [Math.cos(bloch), Math.sin(bloch)];
  const turned = phases.map((_, i) =>
    i % 2 === 0 ? c * phases[i]! - s * phases[i + 1]! : c * phases[i]! + s * phases[i - 1]!,
  );
  closeArrays(moved, turned, 1e-14);
});

test("a potential without nonlocal part has no projectors", () => {
  const kpoint = createKPoint(lattice, SIZE, 2, K, 1);
  const model = { lattice, species: [kind("H")], atoms: [{ species: 0, position: [0, 0, 0] as const }] };
  expect(nonlocalProjectors(kernels, model, kpoint).count).toBe(0);
});
