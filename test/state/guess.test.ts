import { describe, expect, test } from "vitest";
import { guessWidth } from "../../src/atoms/density-guess.ts";
import { parsePsp8 } from "../../src/atoms/files/psp8.ts";
import { parseUpf } from "../../src/atoms/files/upf.ts";
import { findGth } from "../../src/atoms/gth/gth-table.ts";
import { createGrid, type Grid } from "../../src/basis/grid.ts";
import { dot, type Mat3, type Vec3 } from "../../src/common/vec3.ts";
import { spinComponent, sumReal } from "../../src/kernels/fields.ts";
import type { GridSize } from "../../src/kernels/kernels.ts";
import { referenceKernels } from "../../src/kernels/reference.ts";
import { createLattice } from "../../src/model/lattice.ts";
import type { Atom, Model } from "../../src/model/model.ts";
import { superpositionOfAtoms } from "../../src/state/guess.ts";
import { toPsp8, toUpf } from "../atoms/pseudopotential-writers.ts";
import { close, closeArrays, notTiny } from "../close.ts";

const TRICLINIC: Mat3 = [[9, 0, 0], [1, 8, 0], [-2, 1.5, 10]]; // biome-ignore format: a matrix
const model = (atoms: Atom[], nSpin: 1 | 2 = 1, electrons = 7): Model => ({
  lattice: createLattice(TRICLINIC),
  species: [
    { element: "Al", pseudopotential: findGth("Al", "gth-lda") },
    { element: "Si", pseudopotential: findGth("Si", "gth-lda") },
  ],
  atoms,
  electrons,
  smearing: "none",
  temperature: 0,
  nSpin,
});
const ATOMS: Atom[] = [
  { species: 0, position: [0.1, 0.95, 0.3], magneticMoment: 1 },
  { species: 1, position: [0.55, 0.6, 1.8], magneticMoment: -2 },
];
const gridOf = (size: GridSize) => createGrid(createLattice(TRICLINIC), size, referenceKernels());

/** Σ_atoms share e^{−G²l²} e^{−iG·R}/Ω, the Fourier coefficients of the Gaussians. */
function coefficients(
  grid: Grid,
  shares: readonly number[],
  widths = [guessWidth(10, 3), guessWidth(10, 4)],
): Float64Array {
  const out = new Float64Array(2 * grid.points);
  for (let g = 0; g < grid.points; g++) {
    const n: Vec3 = [grid.gVectors[3 * g]!, grid.gVectors[3 * g + 1]!, grid.gVectors[3 * g + 2]!];
    ATOMS.forEach(({ species, position }, a) => {
      const size = (shares[a]! * Math.exp(-grid.normG2[g]! * widths[species]! ** 2)) / grid.lattice.volume;
      out[2 * g]! += size * Math.cos(2 * Math.PI * dot(n, position));
      out[2 * g + 1]! -= size * Math.sin(2 * Math.PI * dot(n, position));
    });
  }
  return out;
}

test.each([
  ["UPF", parseUpf(toUpf(findGth("Al", "gth-lda"), "SLA PW NOGX NOGC", 2), "a.upf"), 1],
  [
    "psp8",
    parsePsp8(
      toPsp8(findGth("Al", "gth-lda"), -1012, undefined, 801, { electrons: 2.9, width: 1.3 }),
      "a.psp8",
    ),
    1.3,
  ],
])("an atom whose file (%s) has the density of its valence starts from that", (_, pseudopotential, width) => {
  const grid = gridOf([36, 32, 40]);
  const mixed = model(ATOMS, 2);
  const rho = superpositionOfAtoms(
    { ...mixed, species: [{ element: "Al", pseudopotential }, mixed.species[1]!] },
    grid,
  );
  // Gaussians e^{−r²/w²} again, which hold the valence electrons whatever their number in the file.
  const widths = [width / 2, guessWidth(10, 4)];
  // The cubics between mesh points are wrong by 1e-10 or so, the aliases of the narrower one by 1e-9.
  closeArrays(grid.toFourier(spinComponent(rho, 0, grid.points)), coefficients(grid, [2, 1], widths), 1e-9);
  closeArrays(grid.toFourier(spinComponent(rho, 1, grid.points)), coefficients(grid, [1, 3], widths), 1e-9);
});

test("where a file has only zeros for its valence, as converted ones do, a Gaussian is taken as without", () => {
  const grid = gridOf([12, 10, 12]);
  const from = (text: string) =>
    superpositionOfAtoms(
      { ...model([ATOMS[0]!], 1, 3), species: [{ element: "Al", pseudopotential: parseUpf(text, "a.upf") }] },
      grid,
    );
  const text = toUpf(findGth("Al", "gth-lda"), "SLA PW NOGX NOGC", 2);
  const zeros = text.replace(/<PP_RHOATOM>[\s\S]*?<\/PP_RHOATOM>/, (rows) => rows.replace(/\S+e\S+/g, "0.0"));
  const without = text.replace(/<PP_RHOATOM>[\s\S]*?<\/PP_RHOATOM>/, "");
  expect(from(zeros)).toEqual(from(without));
  expect(from(text)).not.toEqual(from(without));
  closeArrays(from(without), superpositionOfAtoms(model([ATOMS[0]!], 1, 3), grid), 1e-15);
});

describe("superpositionOfAtoms", () => {
  // |G| ≤ 8 bohr⁻¹ at least: e^{−G²l²} beyond is below 1e-30, so series and sum over images are the same.
  const grid = gridOf([27, 25, 30]);

  test("has the Fourier coefficients Z e^{−G²l²} e^{−iG·R}/Ω, each spin its share", () => {
    const rho = superpositionOfAtoms(model(ATOMS), grid);
    // The Gaussians are cut at 2e-16 of their height.
    const one = coefficients(grid, [3, 4]);
    notTiny(one, 5e-3);
    closeArrays(grid.toFourier(rho), one, 1e-14);
    const spins = superpositionOfAtoms(model(ATOMS, 2), grid);
    closeArrays(grid.toFourier(spinComponent(spins, 0, grid.points)), coefficients(grid, [2, 1]), 1e-14);
    closeArrays(grid.toFourier(spinComponent(spins, 1, grid.points)), coefficients(grid, [1, 3]), 1e-14);
  });

  test("holds exactly the electrons of the model, also when charged or on a coarse grid", () => {
    for (const size of [[27, 25, 30], [8, 6, 9]] as const) // biome-ignore format: sizes
      for (const [nSpin, electrons] of [
        [1, 7],
        [2, 7],
        [1, 6.5],
      ] as const) {
        // biome-ignore format: cases
        const coarse = gridOf(size);
        const rho = superpositionOfAtoms(model(ATOMS, nSpin, electrons), coarse);
        close(coarse.dvol * sumReal(rho), electrons, 1e-12);
      }
  });

  test("is nowhere negative, however coarse the grid", () => {
    for (const coarse of [gridOf([8, 6, 9]), grid]) {
      const rho = superpositionOfAtoms(model(ATOMS, 2), coarse);
      notTiny(rho, 1e-2);
      expect(rho.every((x) => x >= 0)).toBe(true);
    }
  });

  test("does not see which image of an atom is named", () => {
    const moved = ATOMS.map(({ species, position: [x, y, z] }) => ({
      species,
      position: [x + 2, y - 3, z + 1] as const,
    }));
    const rho = superpositionOfAtoms(model(ATOMS), grid);
    notTiny(rho, 1e-2);
    closeArrays(superpositionOfAtoms(model(moved), grid), rho, 1e-14);
  });

  test("is uniform in a cell without atoms", () => {
    const empty = model([]);
    const rho = superpositionOfAtoms(empty, grid);
    expect(empty.electrons).toBeGreaterThan(0);
    closeArrays(rho, new Float64Array(rho.length).fill(empty.electrons / grid.lattice.volume), 1e-16);
  });

  test("refuses moments beyond the valence electrons", () => {
    const strong = model([{ species: 0, position: [0, 0, 0], magneticMoment: -3.5 }], 2);
    expect(() => superpositionOfAtoms(strong, grid)).toThrow(
      /atoms\[0\].magneticMoment: .* 3 valence .* -3.5 μB/,
    );
  });
});
