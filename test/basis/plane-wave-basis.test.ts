import { describe, expect, test } from "vitest";
import { findGth } from "../../src/atoms/gth/gth-table.ts";
import { createBasis } from "../../src/basis/plane-wave-basis.ts";
import { InputError } from "../../src/common/failure.ts";
import type { Mat3, Vec3 } from "../../src/common/vec3.ts";
import { loadMoyo } from "../../src/io/moyo-node.ts";
import { wasmKernelsSync } from "../../src/kernels/wasm/wasm.ts";
import { createLattice } from "../../src/model/lattice.ts";
import type { Model } from "../../src/model/model.ts";
import { findSymmetry } from "../../src/model/symmetry.ts";
import { close } from "../close.ts";

const analyse = await loadMoyo();
const kernels = wasmKernelsSync();
const FCC: Mat3 = [[0, 5.13, 5.13], [5.13, 0, 5.13], [5.13, 5.13, 0]]; // biome-ignore format: a matrix
const diamond: Model = {
  lattice: createLattice(FCC),
  species: [{ element: "Si", pseudopotential: findGth("Si", "gth-lda") }],
  atoms: [
    { species: 0, position: [0.125, 0.125, 0.125] },
    { species: 0, position: [-0.125, -0.125, -0.125] },
  ],
  electrons: 8,
  smearing: "none",
  temperature: 0,
  nSpin: 1,
};
const operations = findSymmetry(diamond.lattice, diamond.atoms, analyse);

describe("createBasis", () => {
  for (const kgrid of [[1, 1, 1], [2, 2, 2], [3, 3, 3], [4, 2, 3]] as Vec3[]) // biome-ignore format: grids
    for (const kshift of [[0, 0, 0], [0.5, 0.5, 0.5], [0.5, 0, 0.25]] as Vec3[]) // biome-ignore format: shifts
      test(`weights of the ${kgrid.join("×")} grid shifted by [${kshift}] add to 1, with symmetry and without`, () => {
        const whole = createBasis(diamond, { ecut: 3, kgrid, kshift }, kernels);
        const reduced = createBasis(diamond, { ecut: 3, kgrid, kshift, operations }, kernels);
        const total = kgrid[0] * kgrid[1] * kgrid[2];
        for (const { kpoints } of [whole, reduced]) {
          close(
            kpoints.reduce((sum, { weight }) => sum + weight, 0),
            1,
            1e-14,
          );
          for (const { weight } of kpoints) close(weight * total, Math.round(weight * total), 1e-12);
        }
        expect(reduced.kpoints.length).toBeLessThanOrEqual(whole.kpoints.length);
        expect(whole.operations).toHaveLength(1);
        // The mean plane-wave count is the same: orbits have spheres of equal size.
        const mean = (basis: typeof whole) =>
          basis.kpoints.reduce((sum, { weight, planeWaves }) => sum + weight * planeWaves, 0);
        close(mean(reduced), mean(whole), 1e-9);
      });

  test("of 64 k-points time reversal leaves 36, the group of diamond 8", () => {
    const count = (options: object) =>
      createBasis(diamond, { ecut: 3, kgrid: [4, 4, 4], fftSize: [12, 12, 12], ...options }, kernels).kpoints
        .length;
    expect(count({})).toBe(36); // time reversal: (64 − 8)/2 + 8
    expect(count({ operations })).toBe(8);
  });

  test("keeps operations whose rotations map the grid onto itself, and tells whether points go to points", () => {
    const on = (...fftSize: [number, number, number]) =>
      createBasis(diamond, { ecut: 3, kgrid: [2, 2, 2], fftSize, operations }, kernels);
    expect(operations).toHaveLength(48);
    // Half of the operations of diamond, seen from the bond centre, carry translations of halves.
    expect(on(12, 12, 12)).toMatchObject({ operations: { length: 48 }, mapsPoints: true });
    expect(on(15, 15, 15)).toMatchObject({ operations: { length: 48 }, mapsPoints: false });
    expect(on(15, 15, 15).kpoints).toEqual(
      on(12, 12, 12).kpoints.map(({ k }) => expect.objectContaining({ k })),
    );
    const uneven = on(12, 12, 15).operations;
    expect(uneven.length).toBeLessThan(48);
    for (const { rotation } of uneven) expect([rotation[2][0], rotation[2][1]]).toEqual([0, 0]);
  });

  test("symmetrises a density with the group it kept", () => {
    const basis = createBasis(
      diamond,
      { ecut: 3, kgrid: [2, 2, 2], fftSize: [12, 12, 12], operations },
      kernels,
    );
    const f = basis.grid.toReal(
      basis.grid.toFourier(
        Float64Array.from({ length: basis.grid.points }, (_, i) => Math.sin(i * i)) as never,
      ),
    );
    basis.symmetrize(f);
    expect(new Set(f).size).toBeLessThan(basis.grid.points / 20); // orbits of up to 48 points
    expect(new Set(f).size).toBeGreaterThan(10);
  });

  test("refuses grids with other factors, grids too small, and cutoffs that are none", () => {
    const make = (options: object) => () =>
      createBasis(diamond, { ecut: 3, kgrid: [1, 1, 1], ...options }, kernels);
    expect(make({ fftSize: [34, 20, 20] })).toThrow(InputError);
    expect(make({ fftSize: [34, 20, 20] })).toThrow(/fftSize: .* 2, 3, 5, 7, 11 and 13, got \[34, 20, 20\]/);
    expect(make({ fftSize: [4, 20, 20] })).toThrow(/fftSize: must tell all \d+ plane waves/);
    for (const ecut of [0, -1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(make({ ecut })).toThrow(new RegExp(`ecut: must be a positive energy in Ha, got ${ecut}`));
    expect(make({ fftSize: [14, 22, 26] })).not.toThrow();
    expect(make({ fftSize: null })).not.toThrow();
  });
});
