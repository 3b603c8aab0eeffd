import { describe, expect, test } from "vitest";
import { findGth } from "../../src/atoms/gth/gth-table.ts";
import { localFourier } from "../../src/atoms/pseudopotential-formulas.ts";
import { createGrid } from "../../src/basis/grid.ts";
import { random } from "../../src/common/random.ts";
import { erf } from "../../src/common/special/erfc.ts";
import { dot, type Mat3, norm, rowsVec, scale, type Vec3 } from "../../src/common/vec3.ts";
import { asRealField, sumReal } from "../../src/kernels/fields.ts";
import type { GridSize } from "../../src/kernels/kernels.ts";
import { referenceKernels } from "../../src/kernels/reference.ts";
import { createLattice } from "../../src/model/lattice.ts";
import type { Atom, Model } from "../../src/model/model.ts";
import { ewald } from "../../src/terms/ewald/ewald.ts";
import { localTerm } from "../../src/terms/local/local.ts";
import { localPotential } from "../../src/terms/local/potential.ts";
import { close, closeArrays, notTiny } from "../close.ts";

const TRICLINIC: Mat3 = [[6, 0, 0], [1, 5, 0], [-2, 0.5, 7]]; // biome-ignore format: a matrix
const ATOMS: Atom[] = [
  { species: 0, position: [0.1, 0.2, 0.3] },
  { species: 1, position: [0.6, 0.55, 0.85] },
  { species: 0, position: [1.4, -0.7, 0.1] },
];
const model = (vectors: Mat3, atoms: Atom[], nSpin: 1 | 2 = 1): Model => ({
  lattice: createLattice(vectors),
  species: [
    { element: "Si", pseudopotential: findGth("Si", "gth-lda") },
    { element: "Al", pseudopotential: findGth("Al", "gth-lda") },
  ],
  atoms,
  electrons: 8,
  smearing: "none",
  temperature: 0,
  nSpin,
});
const gridOf = (m: Model, size: GridSize) => createGrid(m.lattice, size, referenceKernels());

describe("localPotential", () => {
  test("is the Fourier series summed term by term, on even and odd grids", () => {
    for (const size of [
      [6, 8, 10],
      [7, 5, 9],
    ] as const) {
      // biome-ignore format: sizes
      const m = model(TRICLINIC, ATOMS);
      const grid = gridOf(m, size);
      const v = localPotential(m, grid);
      notTiny(v, 0.5);
      for (const [x, y, z] of [
        [0, 0, 0],
        [3, 1, 2],
        [5, 4, 8],
      ] as const) {
        // biome-ignore format: points
        const r: Vec3 = [x / size[0], y / size[1], z / size[2]];
        let sum = 0;
        for (let g = 1; g < grid.points; g++) {
          const n: Vec3 = [grid.gVectors[3 * g]!, grid.gVectors[3 * g + 1]!, grid.gVectors[3 * g + 2]!];
          const q = norm(rowsVec(m.lattice.reciprocal, n));
          for (const { species, position } of m.atoms) {
            const angle = 2 * Math.PI * (dot(n, r) - dot(n, position));
            sum += localFourier(m.species[species]!.pseudopotential, q) * Math.cos(angle);
          }
        }
        close(v[x + size[0] * (y + size[1] * z)]!, sum / m.lattice.volume, 1e-12, `${size} at ${r}`);
      }
      // Its mean, the dropped G = 0, is zero.
      close(sumReal(v) / grid.points, 0, 1e-13);
    }
  });

  test("of one atom is its radial form plus the field of the Coulomb tails of its images", () => {
    // v(r) = −(Z/r) erf(r/√2 rloc) + C1 e^{−r²/2rloc²}; far images are point charges in a background.
    const a = 12;
    const m = model([[a, 0, 0], [0, a, 0], [0, 0, a]], [{ species: 0, position: [0, 0, 0] }]); // biome-ignore format: a matrix
    const { charge, rloc, c } = findGth("Si", "gth-lda");
    const size: GridSize = [64, 64, 64];
    const v = localPotential(m, gridOf(m, size));
    const radial = (r: number) => {
      const x = r / rloc;
      return (-charge / r) * erf(x / Math.SQRT2) + c[0]! * Math.exp((-x * x) / 2);
    };
    // The field of a unit charge's images at distance d along x, and of the charge: twice the pair energy less both selves.
    const interaction = (d: number) =>
      ewald({ lattice: m.lattice, charges: [1, 1], positions: [[0, 0, 0], [d / a, 0, 0]] }).energy - // biome-ignore format: atoms
      2 * ewald({ lattice: m.lattice, charges: [1], positions: [[0, 0, 0]] }).energy;
    const difference = (x: number) =>
      v[x]! - (radial((a * x) / 64) - charge * (interaction((a * x) / 64) - 64 / (a * x)));
    // One constant, the mean of the short-ranged part, is free; the rest agrees at all distances.
    expect(Math.abs(v[3]! - v[20]!)).toBeGreaterThan(1);
    for (const x of [3, 7, 12, 25]) close(difference(x), difference(20), 1e-9, `distance ${(a * x) / 64}`);
  });

  test("does not see which image of an atom is named, and repeats in a doubled cell", () => {
    const m = model(TRICLINIC, ATOMS);
    const v = localPotential(m, gridOf(m, [6, 8, 10]));
    const doubled = model(
      [scale(2, TRICLINIC[0]), TRICLINIC[1], TRICLINIC[2]],
      [0, 1].flatMap((copy) =>
        ATOMS.map(
          ({ species, position: [x, y, z] }): Atom => ({ species, position: [(x + copy) / 2, y + 3, z] }),
        ),
      ),
    );
    const twice = localPotential(doubled, gridOf(doubled, [12, 8, 10]));
    const expected = Float64Array.from(twice, (_, i) => v[((i % 12) % 6) + 6 * Math.floor(i / 12)]!);
    // Nyquist along x (index −3 of 6) is −6 of 12, not a different one: the same series.
    closeArrays(twice, expected, 1e-12);
  });
});

describe("localTerm", () => {
  test("has the energy of the density in the potential, for both spins", () => {
    const m = model(TRICLINIC, ATOMS, 2);
    const grid = gridOf(m, [6, 5, 8]);
    const { uniform } = random(2);
    const rho = asRealField(Float64Array.from({ length: 2 * grid.points }, uniform));
    const v = localPotential(m, grid);
    const { energy, potential } = localTerm(m, grid).evaluate(rho);
    let sum = 0;
    for (let r = 0; r < grid.points; r++) sum += v[r]! * (rho[r]! + rho[grid.points + r]!);
    expect(Math.abs(energy)).toBeGreaterThan(0.1);
    close(energy, (sum * m.lattice.volume) / grid.points, 1e-11);
    closeArrays(potential, [...v, ...v], 0);
  });
});
