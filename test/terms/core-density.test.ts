import { describe, expect, test } from "vitest";
import { parsePsp8 } from "../../src/atoms/files/psp8.ts";
import { findGth } from "../../src/atoms/gth/gth-table.ts";
import { forEachInBall } from "../../src/basis/ball.ts";
import { createGrid } from "../../src/basis/grid.ts";
import { random } from "../../src/common/random.ts";
import { add, inverse, type Mat3, norm, rowsVec, type Vec3 } from "../../src/common/vec3.ts";
import { functionals } from "../../src/functionals/functionals.ts";
import { asRealField, type RealField } from "../../src/kernels/fields.ts";
import { referenceKernels } from "../../src/kernels/reference.ts";
import { createLattice } from "../../src/model/lattice.ts";
import type { Atom, Model } from "../../src/model/model.ts";
import { coreCorrection, coreDensity, withCore } from "../../src/terms/core-correction/core-correction.ts";
import { kohnShamTerms } from "../../src/terms/kohn-sham.ts";
import { exchangeCorrelation } from "../../src/terms/xc/exchange-correlation.ts";
import { toPsp8 } from "../atoms/pseudopotential-writers.ts";
import { close, closeArrays, notTiny } from "../close.ts";

const TRICLINIC: Mat3 = [[6, 0, 0], [1, 5, 0], [-2, 0.5, 7]]; // biome-ignore format: a matrix
const withCoreOf = (element: string, electrons: number, width: number) => ({
  element,
  pseudopotential: parsePsp8(toPsp8(findGth(element, "gth-lda"), 7, { electrons, width }), `${element}.psp8`),
});
const SILICON = withCoreOf("Si", 3, 0.9);
const PLAIN = { element: "Al", pseudopotential: findGth("Al", "gth-lda") };
const ATOMS: Atom[] = [
  { species: 0, position: [0.1, 0.2, 0.3] },
  { species: 1, position: [0.6, 0.55, 0.85] },
  { species: 0, position: [-0.4, 1.3, 0.7] },
];
const model = (atoms: Atom[], nSpin: 1 | 2 = 1): Model => ({
  lattice: createLattice(TRICLINIC),
  species: [SILICON, PLAIN],
  atoms,
  electrons: 11,
  smearing: "none",
  temperature: 0,
  nSpin,
});
const gridOf = (size: readonly [number, number, number]) =>
  createGrid(createLattice(TRICLINIC), size, referenceKernels());
const sum = (f: ArrayLike<number>): number => Array.from(f).reduce((a, b) => a + b, 0);

test("a ball holds each grid point within its radius once for each image", () => {
  const grid = gridOf([5, 4, 6]);
  const counts = new Float64Array(grid.points);
  const position: Vec3 = [0.93, -0.2, 2.4];
  forEachInBall(grid, position, 4.5, (point, x, y, z, distance) => {
    expect(distance).toBeCloseTo(Math.hypot(x, y, z), 12);
    counts[point]!++;
  });
  const expected = counts.map((_, point) => {
    const at: Vec3 = [(point % 5) / 5, (Math.floor(point / 5) % 4) / 4, Math.floor(point / 20) / 6];
    let images = 0;
    for (let i = -4; i <= 4; i++)
      for (let j = -4; j <= 4; j++)
        for (let k = -5; k <= 4; k++) {
          const d: Vec3 = [at[0] - position[0] + i, at[1] - position[1] + j, at[2] - position[2] + k];
          if (norm(rowsVec(TRICLINIC, d)) <= 4.5) images++;
        }
    return images;
  });
  expect(Array.from(counts)).toEqual(Array.from(expected));
  expect(Math.max(...counts)).toBeGreaterThan(2);
});

test("cores hold their electrons, are nowhere negative, and absent where no atom has one", () => {
  const grid = gridOf([24, 20, 30]);
  const core = coreDensity(model(ATOMS), grid)!;
  // Two cores of 3 electrons; a Gaussian of 0.9 bohr on points 0.25 bohr apart: e^{−(π·0.9/0.25)²} is nothing.
  close(grid.dvol * sum(core), 6, 1e-8);
  expect(Math.min(...core)).toBeGreaterThanOrEqual(0);
  expect(coreDensity(model([ATOMS[1]!]), grid)).toBeNull();
});

/** A density of valence electrons with some structure, two spins differing. */
function valence(points: number, nSpin: 1 | 2): RealField {
  const { uniform } = random(3);
  return asRealField(Float64Array.from({ length: nSpin * points }, () => 0.02 + 0.02 * uniform()));
}

for (const name of ["lda-pw92", "pbe"])
  for (const nSpin of [1, 2] as const)
    describe(`${name}, ${nSpin} spin`, () => {
      const grid = gridOf([8, 6, 10]);
      const xc = (atoms: Atom[]) =>
        exchangeCorrelation(grid, functionals(name), nSpin, {
          core: coreCorrection(model(atoms, nSpin), grid),
        });
      const rho = valence(grid.points, nSpin);

      test("exchange and correlation see the core, half of it in each spin, and no other term does", () => {
        const core = coreDensity(model(ATOMS), grid);
        const seen = exchangeCorrelation(grid, functionals(name), nSpin).evaluate(withCore(rho, core, nSpin));
        const found = xc(ATOMS).evaluate(rho);
        close(found.energy, seen.energy, 0);
        closeArrays(found.potential, seen.potential, 0);
        const blind = exchangeCorrelation(grid, functionals(name), nSpin).evaluate(rho);
        expect(Math.abs(found.energy - blind.energy)).toBeGreaterThan(0.5);
        const terms = kohnShamTerms(model(ATOMS, nSpin), grid, functionals(name));
        close(terms.find((term) => term.name === "xc")!.evaluate!(rho).energy, found.energy, 0);
      });

      test("core forces are minus the derivative of the energy by the positions", () => {
        const forces = xc(ATOMS).forces!({ rho, entropyEnergy: 0 });
        notTiny(forces.flat(), 0.01, "forces");
        expect(forces[1]).toEqual([0, 0, 0]);
        const toReduced = inverse(TRICLINIC);
        for (const a of [0, 2])
          for (const c of [0, 1, 2]) {
            const energy = (t: number): number => {
              const step = rowsVec(toReduced, [c === 0 ? t : 0, c === 1 ? t : 0, c === 2 ? t : 0]);
              const at = (atom: Atom, i: number) =>
                i === a ? { ...atom, position: add(atom.position, step) } : atom;
              return xc(ATOMS.map(at)).evaluate(rho).energy;
            };
            const h = 4e-3;
            const slope = (8 * (energy(h) - energy(-h)) - (energy(2 * h) - energy(-2 * h))) / (12 * h);
            // The shape has jumps of 10⁻⁴ in its second derivative's slope; a tenth of a percent of the force is far above.
            close(forces[a]![c]!, -slope, 1e-6, `atom ${a}, direction ${c}`);
          }
      });
    });
