import { expect } from "vitest";
import { runScf } from "../../src/job/tasks/scf/run-scf.ts";
import { close } from "../close.ts";
import { DISPLACED_SILICON, to } from "../systems.ts";

/** The force on the first atom of displaced silicon, along the first lattice vector, is minus the energy's derivative. */
export async function checkCoreForces(
  fields: object,
  readText: (path: string) => Promise<string>,
): Promise<void> {
  const job = to(1e-9, { ...DISPLACED_SILICON, kgrid: [1, 1, 1], symmetry: false, ...fields });
  const [first, second] = DISPLACED_SILICON.structure.atoms;
  const at = (x: number) => {
    const moved = { element: "Si", position: [first!.position[0]! + x, ...first!.position.slice(1)] };
    return runScf({ ...job, structure: { ...job.structure, atoms: [moved, second] } }, { readText });
  };
  const energy = async (x: number) => (await at(x)).energies.total;
  const h = 2e-3;
  const near = (await energy(h)) - (await energy(-h));
  const far = (await energy(2 * h)) - (await energy(-2 * h));
  const slope = (8 * near - far) / (12 * h);
  const force = (await at(0)).forces![0]!;
  // dE/dx₁ = −F·a₁, x fractional along a₁ = (0, 5.13, 5.13).
  const along = 5.13 * (force[1]! + force[2]!);
  expect(Math.abs(along)).toBeGreaterThan(0.02);
  close(along, -slope, 2e-6); // of a length of 7 bohr: 3·10⁻⁷ Ha/bohr
}
