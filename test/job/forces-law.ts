import { expect } from "vitest";
import { add, inverse, type Mat3, norm, rowsVec, scale, type Vec3 } from "../../src/common/vec3.ts";
import { runScf } from "../../src/job/tasks/scf/run-scf.ts";
import { close } from "../close.ts";
import { ALUMINIUM, to } from "../systems.ts";

/** A job as far as it is moved here. */
export interface Crystal {
  readonly [field: string]: unknown;
  readonly structure: {
    readonly lattice: number[][];
    readonly atoms: { readonly element: string; readonly position: number[] }[];
  };
}

/** `job` with an atom moved by a Cartesian vector [bohr]. */
function moved<T extends Crystal>(job: T, index: number, by: Vec3): T {
  const { lattice, atoms } = job.structure;
  const step = rowsVec(inverse(lattice as unknown as Mat3), by);
  const position = add(atoms[index]!.position as unknown as Vec3, step);
  return {
    ...job,
    structure: {
      lattice,
      atoms: atoms.map((atom, i) => (i === index ? { ...atom, position: [...position] } : atom)),
    },
  };
}

/** Two aluminium atoms out of place in a skewed cell. */
export const METAL = {
  ...ALUMINIUM,
  structure: {
    lattice: [[5.4, 0, 0], [0.3, 5.4, 0], [0, -0.2, 7.6]], // biome-ignore format: a matrix
    atoms: [
      { element: "Al", position: [0, 0, 0] },
      { element: "Al", position: [0.53, 0.47, 0.46] },
    ],
  },
  kgrid: [2, 2, 1],
};

/** The force on the second atom along some direction is minus the derivative of the total energy. */
export async function checkForces(crystal: Crystal): Promise<void> {
  const job = to(1e-9, { ...crystal, symmetry: false });
  const { forces } = await runScf(job);
  const direction: Vec3 = scale(1 / norm([1, -2, 0.7]), [1, -2, 0.7]);
  const index = 1;
  const energy = async (t: number) => (await runScf(moved(job, index, scale(t, direction)))).energies.total;
  const h = 0.03;
  const near = (await energy(h)) - (await energy(-h));
  const far = (await energy(2 * h)) - (await energy(-2 * h));
  const slope = (8 * near - far) / (12 * h);
  const [fx, fy, fz] = forces![index]!;
  const along = fx * direction[0] + fy * direction[1] + fz * direction[2];
  expect(Math.abs(along)).toBeGreaterThan(1e-3);
  // The formula errs by h⁴ E⁽⁵⁾/30, the force by 1e-9 of the density: together well below 1e-6.
  close(along, -slope, 1e-6);
}
