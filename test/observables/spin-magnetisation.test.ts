import { beforeAll, describe, expect, test } from "vitest";
import { createGrid, type Grid } from "../../src/basis/grid.ts";
import { erfc } from "../../src/common/special/erfc.ts";
import { rowsVec, sub, type Vec3 } from "../../src/common/vec3.ts";
import { createKernels } from "../../src/kernels/backends.ts";
import { asRealField, newRealField, type RealField } from "../../src/kernels/fields.ts";
import { createLattice } from "../../src/model/lattice.ts";
import {
  atomicMagnetisation,
  losesOrder,
  magnetisation,
  spinDensity,
} from "../../src/observables/magnetisation.ts";
import { close, closeArrays, notTiny } from "../close.ts";

const lattice = createLattice([[9, 0, 0], [1, 9.5, 0], [-0.5, 0.7, 10]]); // biome-ignore format: a matrix
let grid: Grid;
beforeAll(async () => {
  grid = createGrid(lattice, [30, 32, 33], await createKernels("wasm"));
});

/** Σ_images amplitude (πs²)^{−3/2} e^{−|r−R|²/s²}: holds `amplitude`. */
function bump(position: Vec3, amplitude: number, s: number): RealField {
  const out = newRealField(grid.points);
  const [nx, ny, nz] = grid.size;
  const height = amplitude * (Math.PI * s * s) ** -1.5;
  const cells = [-1, 0, 1];
  const images = cells.flatMap((i) =>
    cells.flatMap((j) => cells.map((k) => rowsVec(lattice.vectors, [i, j, k]))),
  );
  for (let z = 0, at = 0; z < nz; z++)
    for (let y = 0; y < ny; y++)
      for (let x = 0; x < nx; x++, at++) {
        const [dx, dy, dz] = rowsVec(lattice.vectors, sub([x / nx, y / ny, z / nz], position));
        for (const image of images) {
          const square = (dx + image[0]) ** 2 + (dy + image[1]) ** 2 + (dz + image[2]) ** 2;
          if (square < (6 * s) ** 2) out[at]! += height * Math.exp(-square / s ** 2);
        }
      }
  return out;
}

const plus = (a: RealField, b: RealField): RealField => asRealField(a.map((x, i) => x + b[i]!));
const atom = (position: Vec3) => ({ species: 0, position });

describe("atomicMagnetisation", () => {
  // erf(a/s) − (2a/(s√π)) e^{−a²/s²} of a Gaussian lies within a; here a/s = 2/1.4.
  const inside = 1 - erfc(2 / 1.4) - ((2 * 2) / (1.4 * Math.sqrt(Math.PI))) * Math.exp(-((2 / 1.4) ** 2));

  test("finds what a Gaussian holds within the sphere, between grid points too, with its sign", () => {
    const atoms = [atom([0.013, 0.21, 0.4]), atom([0.52, 0.68, 0.93])];
    const m = plus(bump(atoms[0]!.position, 3, 1.4), bump(atoms[1]!.position, -2, 1.4));
    const { sphereRadius, moments } = atomicMagnetisation({ atoms, lattice }, grid, m);
    expect(sphereRadius).toBe(2);
    notTiny([inside], 0.5);
    // The other atom's tail, 4 bohr and more away, adds less than this.
    closeArrays(moments, [3 * inside, -2 * inside], 1e-5);
  });

  test("finds the volume of the sphere where the density is 1 everywhere", () => {
    const one = newRealField(grid.points).fill(1) as RealField;
    const { moments } = atomicMagnetisation({ atoms: [atom([0.1, 0, 0])], lattice }, grid, one);
    close(moments[0]!, (4 / 3) * Math.PI * 8, 1e-12 * 34);
  });

  test("does not see where the cell begins", () => {
    const near: Vec3 = [0.013, 0.21, 0.4];
    const m = bump(near, 3, 1.4);
    const at = (position: Vec3) =>
      atomicMagnetisation({ atoms: [atom(position)], lattice }, grid, m).moments[0]!;
    close(at([2.013, -0.79, 0.4]), at(near), 1e-12);
  });

  test("has spheres that touch where atoms are near, also near an image", () => {
    const radius = (...positions: Vec3[]) =>
      atomicMagnetisation({ atoms: positions.map(atom), lattice }, grid, newRealField(grid.points))
        .sphereRadius;
    close(radius([0, 0, 0], [0.2, 0, 0]), 0.9, 1e-12);
    close(radius([0.05, 0, 0], [0.95, 0, 0]), 0.45, 1e-12);
    const small = createLattice([[-2.7, 2.7, 2.7], [2.7, -2.7, 2.7], [2.7, 2.7, -2.7]]); // biome-ignore format: a matrix
    expect(radius([0, 0, 0])).toBe(2);
    const cell = { atoms: [atom([0, 0, 0])], lattice: createLattice([[3, 0, 0], [0, 9, 0], [0, 0, 9]]) }; // biome-ignore format: a matrix
    close(atomicMagnetisation(cell, grid, newRealField(grid.points)).sphereRadius, 1.5, 1e-12);
    const bcc = { atoms: [atom([0, 0, 0])], lattice: small };
    expect(atomicMagnetisation(bcc, grid, newRealField(grid.points)).sphereRadius).toBe(2);
  });
});

test("the moments of opposite bumps cancel in the total and add without sign", () => {
  const m = plus(bump([0.2, 0.2, 0.2], 3, 0.8), bump([0.7, 0.7, 0.7], -2, 0.8));
  const rho = newRealField(2 * grid.points);
  const background = 0.1;
  m.forEach((x, r) => {
    rho[r] = background + Math.max(x, 0);
    rho[grid.points + r] = background + Math.max(-x, 0);
  });
  const { total, absolute } = magnetisation(spinDensity(asRealField(rho)), grid.dvol);
  // The sum over a grid is exact for Gaussians this wide to e^{−(πs/h)²}, and they do not meet.
  close(total, 1, 1e-9, "total");
  close(absolute, 5, 1e-9, "absolute");
});

test("an antiferromagnet loses its order where the staggered moment is gone, whatever the atoms have", () => {
  const atoms = [4, -4, 0, 0].map((magneticMoment) => ({ magneticMoment }));
  expect(losesOrder(atoms, [3.46, -3.46, 0, 0])).toBe(false);
  expect(losesOrder(atoms, [-3.46, 3.46, 0, 0])).toBe(false); // both spins exchanged
  expect(losesOrder(atoms, [-0.0865, -0.0846, 0, 0])).toBe(true);
  expect(losesOrder(atoms, [2, 2, 0, 0])).toBe(true);
  expect(losesOrder([{ magneticMoment: 4 }, {}], [0.01, 0])).toBe(false); // no order to lose
});
