import { describe, expect, test } from "vitest";
import { runScf } from "../../src/job/tasks/scf/run-scf.ts";
import { close } from "../close.ts";
import { to } from "../systems.ts";
import { checkForces } from "./forces-law.ts";
import { ANTIFERROMAGNET, inBox } from "./spin-systems.ts";

describe("an antiferromagnet", () => {
  test("converges to moments that cancel, each atom keeping its own", async () => {
    const result = await runScf(ANTIFERROMAGNET);
    expect(result.status).toBe("converged");
    const [first, second] = result.atomicMagnetisation!.moments;
    expect(first!).toBeGreaterThan(1);
    close(second!, -first!, 1e-5);
    // Exchanging the atoms exchanges the spins; the run does not know and is as symmetric as it is converged.
    close(result.magnetisation!, 0, 1e-5);
    expect(result.absoluteMagnetisation!).toBeGreaterThan(2 * first!);
  });

  test("has the energy with symmetry that it has without", async () => {
    const reduced = await runScf(to(1e-7, ANTIFERROMAGNET));
    const full = await runScf(to(1e-7, { ...ANTIFERROMAGNET, symmetry: false }));
    expect(full.kpoints.length).toBeGreaterThan(reduced.kpoints.length);
    close(reduced.energies.total, full.energies.total, 1e-9);
  });
});

test("the moment of an oxygen atom is 2: Hund's rule", async () => {
  // Without symmetry: the degenerate levels of a cube would have to share the two electrons.
  const job = inBox(7, { element: "O", position: [0, 0, 0], magneticMoment: 1 });
  const result = await runScf({ ...job, symmetry: false });
  expect(result.status).toBe("converged");
  close(result.magnetisation!, 2, 1e-6);
});

test("forces on the atoms of a triplet are minus the derivative of the free energy", () =>
  checkForces({
    ...inBox(
      6,
      { element: "H", position: [0, 0, 0], magneticMoment: 1 },
      { element: "H", position: [0.35, 0.05, 0.02], magneticMoment: 1 },
    ),
    temperature: 0.01,
  }));
