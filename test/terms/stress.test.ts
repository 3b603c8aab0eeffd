import { describe, expect, test } from "vitest";
import { parsePsp8 } from "../../src/atoms/files/psp8.ts";
import { findGth } from "../../src/atoms/gth/gth-table.ts";
import { correctedTrapezoid } from "../../src/atoms/radial/radial-mesh.ts";
import { radialTransform, transformAt, transformSlopeAt } from "../../src/atoms/radial/radial-transform.ts";
import { createGrid, type Grid } from "../../src/basis/grid.ts";
import { createKPoint, type KPoint } from "../../src/basis/kpoint.ts";
import { random } from "../../src/common/random.ts";
import { addMatrices, toMatrix } from "../../src/common/tensor.ts";
import { add, dot, type Mat3, matMul, rowsVec, scale, transpose } from "../../src/common/vec3.ts";
import { functionals } from "../../src/functionals/functionals.ts";
import { asRealField, type RealField } from "../../src/kernels/fields.ts";
import { referenceKernels } from "../../src/kernels/reference.ts";
import { createLattice } from "../../src/model/lattice.ts";
import type { Model } from "../../src/model/model.ts";
import { symmetrizeStress } from "../../src/observables/symmetrised.ts";
import { kohnShamTerms } from "../../src/terms/kohn-sham.ts";
import { nonlocalProjectors } from "../../src/terms/nonlocal/projectors.ts";
import { blockTermOf, CRYSTAL_OPERATORS } from "../../src/terms/operators.ts";
import type { Term } from "../../src/terms/term.ts";
import { toPsp8 } from "../atoms/pseudopotential-writers.ts";
import { close, notTiny } from "../close.ts";

const TRICLINIC: Mat3 = [[6, 0, 0], [1, 5, 0], [-2, 0.5, 7]]; // biome-ignore format: a matrix
/** A kind with d projectors, one on a mesh with a core, and charges that differ. */
const SPECIES = [
  { element: "Ga", pseudopotential: findGth("Ga", "gth-lda-q13") },
  {
    element: "Si",
    pseudopotential: parsePsp8(toPsp8(findGth("Si", "gth-lda"), 7, { electrons: 2, width: 0.8 }), "f"),
  },
];

/** The crystal under the strain t·e, everything taken along. */
const strained = (t: number, e: Mat3, nSpin: 1 | 2): Model => ({
  lattice: createLattice(
    addMatrices(TRICLINIC, matMul(TRICLINIC, e.map((row) => scale(t, row)) as unknown as Mat3)),
  ),
  species: SPECIES,
  atoms: [
    { species: 0, position: [0.1, 0.2, 0.3] },
    { species: 1, position: [0.6, 0.55, 0.85] },
  ],
  electrons: 17,
  smearing: "none",
  temperature: 0,
  nSpin,
});

/** Two strains whose elements all differ, so that no element of the stress is left out. */
const STRAINS: Mat3[] = [
  [[1, 0.3, -0.5], [0.3, -0.4, 0.7], [-0.5, 0.7, 0.2]],
  [[0.2, -0.6, 0.4], [-0.6, 0.9, 0.1], [0.4, 0.1, -1]],
]; // biome-ignore format: matrices

const double = (a: Mat3, b: Mat3): number => a.reduce((sum, row, i) => sum + dot(row, b[i]!), 0);

/** dE/dt at t = 0 by differences of fourth order. */
const slope = (energy: (t: number) => number, h: number): number =>
  (8 * (energy(h) - energy(-h)) - (energy(2 * h) - energy(-2 * h))) / (12 * h);

const termOf = (terms: readonly Term[], name: string): Term => terms.find((term) => term.name === name)!;

for (const nSpin of [1, 2] as const)
  for (const functional of ["lda-pw92", "pbe"])
    describe(`with ${nSpin} spin and ${functional} the stress is the derivative by a strain of`, () => {
      const at = (t: number, e: Mat3) => {
        const model = strained(t, e, nSpin);
        const grid = createGrid(model.lattice, [8, 6, 10], referenceKernels());
        return { model, grid, terms: kohnShamTerms(model, grid, functionals(functional)) };
      };
      const unstrained = at(0, STRAINS[0]!);
      const { volume } = unstrained.model.lattice;
      const { uniform } = random(2);
      // Smooth enough for finite differences of PBE, with all frequencies for the other terms.
      const electrons = Float64Array.from({ length: nSpin * 480 }, () => volume * (0.05 + 0.02 * uniform()));
      const density = (grid: Grid): RealField => asRealField(electrons.map((x) => x / grid.lattice.volume));

      for (const name of ["local", "hartree", "xc"] as const)
        test(name, () => {
          const found = ({ grid, terms }: typeof unstrained) => [termOf(terms, name), density(grid)] as const;
          const [term, rho] = found(unstrained);
          const stress = term.stress!({ rho, entropyEnergy: 0 });
          notTiny(stress.flat(), 1e-6, "stress");
          for (const e of STRAINS) {
            const energy = (t: number) => {
              const [moved, n] = found(at(t, e));
              return moved.evaluate!(n).energy;
            };
            const size = Math.abs(term.evaluate!(rho).energy);
            // h⁴/30 of the fifth derivative, some hundred times the energy.
            close(volume * double(stress, e), slope(energy, 2e-3), 1e-8 * (1 + size), name);
          }
        });

      for (const name of ["ewald", "pspCorrection"] as const)
        test(name, () => {
          const energyOf = ({ terms }: typeof unstrained) => termOf(terms, name);
          const none = { rho: density(unstrained.grid), entropyEnergy: 0 };
          const stress = energyOf(unstrained).stress!(none);
          for (const e of STRAINS)
            close(
              volume * double(stress, e),
              slope((t) => energyOf(at(t, e)).energy!(none), 2e-3),
              1e-7,
            );
        });
    });

test("the strain of orbitals is the derivative of their kinetic and nonlocal energy at fixed coefficients", () => {
  const kernels = referenceKernels();
  const kpointOf = (model: Model): KPoint => {
    const { gVectors, ...first } = createKPoint(
      createLattice(TRICLINIC),
      [12, 12, 15],
      3,
      [0.2, -0.1, 0.4],
      1,
    );
    const n = first.planeWaves;
    const q = Array.from({ length: n }, (_, g) =>
      rowsVec(
        model.lattice.reciprocal,
        add([gVectors[3 * g]!, gVectors[3 * g + 1]!, gVectors[3 * g + 2]!], first.k),
      ),
    );
    return {
      ...first,
      gVectors,
      kPlusG: Float64Array.from(q.flat()),
      kinetic: Float64Array.from(q, (v) => dot(v, v) / 2),
    };
  };
  const plain = strained(0, STRAINS[0]!, 1);
  const kpoint = kpointOf(plain);
  const n = kpoint.planeWaves;
  const { normal } = random(9);
  const psi = kernels.alloc(2 * n * 3);
  psi.set(Float64Array.from({ length: 2 * n * 3 }, () => normal() / Math.sqrt(n)));
  const weights = Float64Array.from([2, 0.7, 0]);
  const energy = (model: Model): number => {
    const k = kpointOf(model);
    const { count, projectors, coupling } = nonlocalProjectors(kernels, model, k);
    let sum = 0;
    for (let j = 0; j < 3; j++) {
      for (let g = 0; g < n; g++)
        sum += weights[j]! * k.kinetic[g]! * (psi[2 * (g + n * j)]! ** 2 + psi[2 * (g + n * j) + 1]! ** 2);
      for (let i = 0; i < count; i++) {
        let [re, im] = [0, 0];
        for (let g = 0; g < n; g++) {
          const [a, b] = [projectors[2 * (g + n * i)]!, projectors[2 * (g + n * i) + 1]!];
          const [c, d] = [psi[2 * (g + n * j)]!, psi[2 * (g + n * j) + 1]!];
          re += a * c + b * d;
          im += a * d - b * c;
        }
        sum += weights[j]! * coupling[i]! * (re * re + im * im);
      }
    }
    return sum;
  };
  const site = { kernels, ...plain, kpoint, fft: kernels.sphereFft([12, 12, 15], kpoint.gridIndex) };
  const strain = CRYSTAL_OPERATORS.map((operator) =>
    toMatrix(blockTermOf(operator, site).strain!(psi, weights)),
  ).reduce(addMatrices);
  notTiny(strain.flat(), 1, "strain");
  for (const e of STRAINS) {
    const expected = slope((t) => energy(strained(t, e, 1)), 1e-3);
    close(double(strain, e), expected, 1e-7 * Math.abs(energy(plain)));
  }
});

test("the slope of a radial transform is the derivative of its values, at points of its table and beyond its end", () => {
  const mesh = correctedTrapezoid(0.01, 401);
  for (const l of [0, 1, 2, 3]) {
    const transform = radialTransform(
      l,
      mesh,
      mesh.r.map((r) => r ** l * Math.exp(-2 * r * r)),
    );
    const total = transform.masses.reduce((sum, m) => sum + Math.abs(m), 0);
    const end = transform.step * transform.table.length;
    for (const q of [0, transform.step, 5 * transform.step, 1, 1.0001, 3.3, end + 1]) {
      const expected = slope(
        (t) => transformAt(transform, Math.abs(q + t)) * (q + t < 0 && l % 2 === 1 ? -1 : 1),
        0.01,
      );
      close(transformSlopeAt(transform, q), expected, 2e-8 * total, `l = ${l}, q = ${q}`);
    }
    expect(Math.abs(transformSlopeAt(transform, 1))).toBeGreaterThan(1e-3 * total);
  }
});

test("a symmetrised stress is invariant under the operations and keeps its trace", () => {
  const lattice = createLattice([[3, 0, 0], [-1.5, 2.598076211353316, 0], [0, 0, 5]]); // biome-ignore format: a matrix
  const threefold: Mat3 = [[0, -1, 0], [1, -1, 0], [0, 0, 1]]; // biome-ignore format: a matrix
  const identity: Mat3 = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]; // biome-ignore format: a matrix
  const group = [identity, threefold, matMul(threefold, threefold)].map((rotation) => ({ rotation }));
  const stress: Mat3 = [[1, 0.2, 0.3], [0.2, -2, 0.5], [0.3, 0.5, 3]]; // biome-ignore format: a matrix
  const found = symmetrizeStress(stress, lattice, group);
  close(found[0][0], -0.5, 1e-14);
  close(found[1][1], -0.5, 1e-14);
  close(found[2][2], 3, 1e-14);
  for (const [a, b] of [[0, 1], [0, 2], [1, 2]] as const) close(found[a][b], 0, 1e-14); // biome-ignore format: short
  expect(transpose(found)).toEqual(found.map((row) => row.map((x) => expect.closeTo(x, 12))));
});
