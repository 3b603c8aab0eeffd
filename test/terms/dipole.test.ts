import { describe, expect, test } from "vitest";
import { findGth } from "../../src/atoms/gth/gth-table.ts";
import { createGrid, type Grid } from "../../src/basis/grid.ts";
import { add, inverse, type Mat3, matMul, rowsVec, sub, type Vec3 } from "../../src/common/vec3.ts";
import { asRealField, dotReal, type RealField } from "../../src/kernels/fields.ts";
import { wasmKernelsSync } from "../../src/kernels/wasm/wasm.ts";
import { createLattice } from "../../src/model/lattice.ts";
import type { Model } from "../../src/model/model.ts";
import { vacuumOf } from "../../src/observables/vacuum.ts";
import { dipoleCorrection } from "../../src/terms/dipole/dipole-correction.ts";
import { dipoleLayer } from "../../src/terms/dipole/dipole-layer.ts";
import { ewaldTerm } from "../../src/terms/ewald/ewald.ts";
import { hartree } from "../../src/terms/hartree/hartree.ts";
import { localTerm } from "../../src/terms/local/local.ts";
import { pspCorrection } from "../../src/terms/psp-correction/psp-correction.ts";
import type { Term } from "../../src/terms/term.ts";
import { close, closeArrays, notTiny } from "../close.ts";

const SPACING = 0.5;
/** Fixed Cartesian places of a hydrogen and a lithium nucleus [bohr]. */
const ATOMS: readonly Vec3[] = [[2, 2.5, 4.3], [3, 1.5, 6.1]]; // biome-ignore format: vectors
/** Centre and width of two electrons, away from the nuclei. */
const [CENTRE, WIDTH] = [[2.4, 2.2, 4.6] as Vec3, 1];

/** A layer of two atoms in a cell of a given height that leans. */
function layer(
  height: number,
  atoms = ATOMS,
  strain: Mat3 = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
) {
  const upright: Mat3 = [[6, 0, 0], [0, 6, 0], [1, 2, height]]; // biome-ignore format: a matrix
  const places = inverse(upright);
  const model: Model = {
    lattice: createLattice(matMul(upright, strain)),
    species: ["H", "Li"].map((element) => ({
      element,
      pseudopotential: findGth(element, element === "Li" ? "gth-lda-q1" : "gth-lda"),
    })),
    atoms: atoms.map((r, species) => ({ species, position: rowsVec(places, r) })),
    electrons: 2,
    smearing: "none",
    temperature: 0,
    nSpin: 1,
  };
  const size = [12, 12, height / SPACING] as const;
  return { model, grid: createGrid(model.lattice, size, wasmKernelsSync()), upright };
}

/** The Gaussian cloud of two electrons, repeated. */
function cloud(grid: Grid, cell: Mat3): RealField {
  const [nx, ny, nz] = grid.size;
  const norm = 2 / (Math.sqrt(2 * Math.PI) * WIDTH) ** 3;
  const images = [-1, 0, 1].flatMap((i) => [-1, 0, 1].flatMap((j) => [-1, 0, 1].map((k): Vec3 => [i, j, k])));
  return asRealField(
    Float64Array.from({ length: grid.points }, (_, r) => {
      const s: Vec3 = [(r % nx) / nx, (Math.floor(r / nx) % ny) / ny, Math.floor(r / (nx * ny)) / nz];
      return images.reduce((sum, image) => {
        const d = sub(rowsVec(cell, add(s, image)), CENTRE);
        return sum + norm * Math.exp(-(d[0] ** 2 + d[1] ** 2 + d[2] ** 2) / (2 * WIDTH ** 2));
      }, 0);
    }),
  );
}

/** A layer whose axes are turned cyclically, so that another one leads out of it, and its cloud. */
function turnedLayer(axis: 0 | 1 | 2, nSpin: 1 | 2) {
  const { model, grid, upright } = layer(24);
  /** Entry i of the turned vector is entry i − axis − 1 of the upright one: axis 2 stays. */
  const turn = <T>(list: readonly T[]) =>
    list.map((_, i) => list[(i + 5 - axis) % 3]!) as unknown as [T, T, T];
  const turned: Model = {
    ...model,
    lattice: createLattice(turn(model.lattice.vectors)),
    atoms: model.atoms.map(({ species, position }) => ({ species, position: turn(position) })),
    nSpin,
  };
  const cell = createGrid(turned.lattice, turn(grid.size), wasmKernelsSync());
  const upward = cloud(grid, upright);
  const [nx, ny, nz] = grid.size;
  const [mx, my] = cell.size;
  const rho = asRealField(new Float64Array(nSpin * grid.points));
  for (let z = 0; z < nz; z++)
    for (let y = 0; y < ny; y++)
      for (let x = 0; x < nx; x++) {
        const [i, j, k] = turn([x, y, z]);
        const value = upward[x + nx * (y + ny * z)]!;
        // three quarters of the electrons have spin up
        for (let spin = 0; spin < nSpin; spin++)
          rho[spin * grid.points + i + mx * (j + my * k)] =
            value * (nSpin === 1 ? 1 : spin === 0 ? 0.75 : 0.25);
      }
  return { model: turned, grid: cell, rho };
}

const slope = (of: (t: number) => number, h: number): number =>
  (8 * (of(h) - of(-h)) - (of(2 * h) - of(-2 * h))) / (12 * h);

describe("the dipole correction", () => {
  test("makes the electrostatic energy of a layer that of one layer alone: the vacuum does not matter", () => {
    const energy = (height: number, isCorrected: boolean) => {
      const { model, grid, upright } = layer(height);
      const rho = cloud(grid, upright);
      const terms: Term[] = [
        hartree(grid, 1),
        localTerm(model, grid),
        ewaldTerm(model),
        pspCorrection(model),
      ];
      if (isCorrected) terms.push(dipoleCorrection(model, grid, 2));
      const state = { rho, entropyEnergy: 0 };
      return terms.reduce(
        (sum, term) => sum + (term.evaluate?.(rho).energy ?? 0) + (term.energy?.(state) ?? 0),
        0,
      );
    };
    notTiny([energy(24, false) - energy(36, false)], 1e-3);
    // Waves along the layer decay as e^(−2π z/6) over the vacuum: 10⁻⁹ over 20 bohr.
    close(energy(24, true), energy(36, true), 1e-8, "energy [Ha]");
  });

  test("makes the potential flat on both sides, with levels that differ by 4π p/A", () => {
    const { model, grid, upright } = layer(24);
    const rho = cloud(grid, upright);
    const electrostatic = () =>
      asRealField(
        hartree(grid, 1)
          .evaluate(rho)
          .potential.map((v, r) => v + ofCores[r]!),
      );
    const ofCores = localTerm(model, grid).evaluate(rho).potential;
    const found = dipoleLayer(model, grid, 2);
    const moment = found.moment(rho);
    const { levels, slope: field } = vacuumOf(model, grid, rho, electrostatic, found)!;
    notTiny([moment], 0.5);
    // p by hand: nuclei of charge 1 less two electrons at the centre of the cloud
    close(moment, ATOMS[0]![2] + ATOMS[1]![2] - 2 * CENTRE[2], 1e-9, "moment [e bohr]");
    // The planes of the vacuum have up to 10⁻⁶ electrons per bohr³, 4π of which is a curvature.
    close(field, 0, 1e-5, "field [Ha/bohr]");
    close(levels[0] - levels[1], (4 * Math.PI * moment) / 36, 1e-4, "step [Ha]");
    const periodic = vacuumOf({ ...model }, grid, rho, electrostatic, undefined);
    expect(Math.abs(periodic?.slope ?? 0)).toBeGreaterThan(1e-3);
  });

  test("has potential, kernel, forces and stress that are derivatives of its energy", () => {
    const { model, grid, upright } = layer(24);
    const rho = cloud(grid, upright);
    const state = { rho, entropyEnergy: 0 };
    const term = dipoleCorrection(model, grid, 2);
    const change = asRealField(rho.map((x, r) => x * Math.cos(r)));
    const along = (t: number) => asRealField(rho.map((x, r) => x + t * change[r]!));
    const { energy, potential } = term.evaluate(rho);
    notTiny([energy], 1e-3);
    // The energy is quadratic in the density and in the places of the atoms: differences are exact.
    close(
      grid.dvol * dotReal(potential, change),
      slope((t) => term.evaluate(along(t)).energy, 0.1),
      1e-12,
    );
    const response = asRealField(new Float64Array(grid.points));
    term.kernel!(rho)(response, change);
    const [p, m] = [1, -1].map((t) => term.evaluate(along(t)).potential);
    closeArrays(response, p!.map((v, r) => (v - m![r]!) / 2), 1e-13, "kernel"); // biome-ignore format: one line
    const forces = term.forces!(state);
    notTiny(forces.map(([, , z]) => z), 1e-3, "forces"); // biome-ignore format: one line
    for (const atom of [0, 1])
      for (const axis of [0, 1, 2]) {
        const moved = (t: number) =>
          ATOMS.map((r, a) =>
            a === atom ? (r.map((x, c) => (c === axis ? x + t : x)) as unknown as Vec3) : r,
          );
        const at = (t: number) => dipoleCorrection(layer(24, moved(t)).model, grid, 2).evaluate(rho).energy;
        close(forces[atom]![axis]!, -slope(at, 0.1), 1e-12, `atom ${atom} axis ${axis}`);
      }
    const stress = term.stress!(state);
    const E: Mat3 = [[0.7, 0.2, -0.4], [0.2, -0.5, 0.3], [-0.4, 0.3, 0.9]]; // biome-ignore format: a matrix
    const strained = (t: number) => {
      const shape = E.map((row, i) => row.map((x, j) => (i === j ? 1 : 0) + t * x)) as unknown as Mat3;
      const cell = layer(24, ATOMS, shape);
      const diluted = asRealField(rho.map((x) => (x * model.lattice.volume) / cell.model.lattice.volume));
      return dipoleCorrection(cell.model, cell.grid, 2).evaluate(diluted).energy;
    };
    const expected = stress.reduce((sum, row, i) => sum + row.reduce((s, x, j) => s + x * E[i]![j]!, 0), 0);
    // h⁴/30 times the fifth derivative of an energy of 0.03 Ha.
    close(model.lattice.volume * expected, slope(strained, 1e-2), 1e-8, "stress");
  });

  test.each([
    [0, 1],
    [1, 1],
    [0, 2],
    [1, 2],
    [2, 2],
  ] as const)("is the same along axis %i with %i spin(s): the sum of the spins counts", (axis, nSpin) => {
    const { model, grid, upright } = layer(24);
    const rho = cloud(grid, upright);
    const expected = dipoleCorrection(model, grid, 2);
    const other = turnedLayer(axis, nSpin);
    const term = dipoleCorrection(other.model, other.grid, axis);
    const [{ energy, potential }, known] = [term.evaluate(other.rho), expected.evaluate(rho)];
    notTiny([known.energy], 1e-3);
    close(energy, known.energy, 1e-13, "energy [Ha]");
    expect(potential).toHaveLength(nSpin * grid.points);
    // the potential is the derivative of the energy by the density of either spin
    for (let spin = 0; spin < nSpin; spin++) {
      const change = asRealField(other.rho.map((x, r) => (Math.floor(r / grid.points) === spin ? x * x : 0)));
      const at = (t: number) =>
        term.evaluate(asRealField(other.rho.map((x, r) => x + t * change[r]!))).energy;
      notTiny([slope(at, 0.1)], 1e-6);
      close(grid.dvol * dotReal(potential, change), slope(at, 0.1), 1e-12, `potential of spin ${spin}`);
    }
    const [forces, known1] = [
      term.forces!({ rho: other.rho, entropyEnergy: 0 }),
      expected.forces!({ rho, entropyEnergy: 0 }),
    ].map((list) => list.flat());
    closeArrays(forces!, known1!, 1e-13, "forces");
  });
});
