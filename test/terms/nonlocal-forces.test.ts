import { describe, expect, test } from "vitest";
import { findGth } from "../../src/atoms/gth/gth-table.ts";
import { createKPoint } from "../../src/basis/kpoint.ts";
import { random } from "../../src/common/random.ts";
import { add, inverse, rowsVec, type Vec3 } from "../../src/common/vec3.ts";
import { referenceKernels } from "../../src/kernels/reference.ts";
import { createLattice } from "../../src/model/lattice.ts";
import type { Atom } from "../../src/model/model.ts";
import { nonlocalForces } from "../../src/terms/nonlocal/forces.ts";
import { nonlocalProjectors } from "../../src/terms/nonlocal/projectors.ts";
import { close, closeArrays, notTiny } from "../close.ts";

const lattice = createLattice([[6, 0, 0], [1, 5, 0], [-2, 0.5, 7]]); // biome-ignore format: a matrix
const species = [["Si", "gth-lda"] as const, ["Ga", "gth-lda-q3"] as const].map(([element, family]) => ({
  element,
  pseudopotential: findGth(element, family),
}));
const ATOMS: Atom[] = [
  { species: 0, position: [0.1, 0.2, 0.3] },
  { species: 1, position: [0.6, 0.55, 0.85] },
];
const kernels = referenceKernels();
const kpoint = createKPoint(lattice, [12, 12, 15], 2, [0.1, -0.2, 0.3], 1);
const n = kpoint.planeWaves;
const at = (atoms: readonly Atom[]) => nonlocalProjectors(kernels, { lattice, species, atoms }, kpoint);

/** Orbitals need not be orthonormal here: the formula is term by term. */
function orbitals(nBands: number): Float64Array {
  const { normal } = random(7);
  const psi = kernels.alloc(2 * n * nBands);
  for (let i = 0; i < psi.length; i++) psi[i] = normal() / Math.sqrt(n);
  return psi;
}

/** Σ_n f_n Σ_i D_i |⟨p_i|ψ_n⟩|², summed by hand. */
function energy(atoms: readonly Atom[], psi: Float64Array, weights: readonly number[]): number {
  const { count, projectors, coupling } = at(atoms);
  let sum = 0;
  weights.forEach((f, band) => {
    for (let i = 0; i < count; i++) {
      let [re, im] = [0, 0];
      for (let g = 0; g < n; g++) {
        const [pr, pi] = [projectors[2 * (n * i + g)]!, projectors[2 * (n * i + g) + 1]!];
        const [cr, ci] = [psi[2 * (n * band + g)]!, psi[2 * (n * band + g) + 1]!];
        re += pr * cr + pi * ci;
        im += pr * ci - pi * cr;
      }
      sum += f * coupling[i]! * (re * re + im * im);
    }
  });
  return sum;
}

const forcesOf = (psi: Float64Array, weights: readonly number[]) =>
  nonlocalForces({ kernels, atoms: ATOMS, kpoint }, at(ATOMS), psi, Float64Array.from(weights));

describe("nonlocalForces", () => {
  test("is minus the derivative of the nonlocal energy at fixed orbitals", () => {
    const weights = [2, 1.3, 0.4];
    const psi = orbitals(weights.length);
    const forces = forcesOf(psi, weights);
    notTiny(forces, 1e-2, "forces");
    const toReduced = inverse(lattice.vectors);
    ATOMS.forEach((_, a) => {
      for (const c of [0, 1, 2]) {
        const along = (t: number) => {
          const step: Vec3 = rowsVec(toReduced, [c === 0 ? t : 0, c === 1 ? t : 0, c === 2 ? t : 0]);
          const moved = ATOMS.map((atom, i) =>
            i === a ? { ...atom, position: add(atom.position, step) } : atom,
          );
          return energy(moved, psi, weights);
        };
        const h = 1e-2;
        const slope = (8 * (along(h) - along(-h)) - (along(2 * h) - along(-2 * h))) / (12 * h);
        // h⁴/30 times the fifth derivative: (2|k+G|)⁵ ≤ 10³ times an energy of order 1.
        close(forces[3 * a + c]!, -slope, 1e-6, `atom ${a} axis ${c}`);
      }
    });
  });

  test("adds up over bands, more than one block of them, and does not read empty ones at the end", () => {
    const weights = Array.from({ length: 70 }, (_, i) => (i === 40 ? 0 : 1 / (1 + i)));
    const psi = orbitals(weights.length);
    const all = forcesOf(psi, weights);
    const sum = new Float64Array(all.length);
    weights.forEach((f, i) => {
      forcesOf(psi.subarray(2 * n * i, 2 * n * (i + 1)), [f]).forEach((x, j) => {
        sum[j]! += x;
      });
    });
    notTiny(all, 1e-2);
    closeArrays(all, sum, 1e-12);
    psi.fill(Number.NaN, 2 * n * 3);
    const first = forcesOf(psi, [1, 0.5, 0.25, 0, 0]);
    expect(first.every(Number.isFinite)).toBe(true);
    notTiny(first, 1e-2);
  });

  test("is nothing without projectors or electrons", () => {
    const psi = orbitals(2);
    const none = { ...at(ATOMS), count: 0, projectors: kernels.alloc(0) };
    notTiny(forcesOf(psi, [1, 1]), 1e-2);
    const found = nonlocalForces({ kernels, atoms: ATOMS, kpoint }, none, psi, Float64Array.of(1, 1));
    expect([...found]).toEqual([0, 0, 0, 0, 0, 0]);
    expect([...forcesOf(psi, [0, 0])]).toEqual([0, 0, 0, 0, 0, 0]);
  });
});
