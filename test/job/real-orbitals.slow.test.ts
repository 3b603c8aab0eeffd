import { expect, test } from "vitest";
import { runScf } from "../../src/job/tasks/scf/run-scf.ts";
import { close, closeArrays } from "../close.ts";
import { realSystems } from "./real-systems.ts";

for (const [name, system] of Object.entries(realSystems))
  test(`${name}: energy, forces and stress with real orbitals`, async () => {
    const job = { ...system, stress: true };
    const [complex, real] = [await runScf({ ...job, realOrbitals: false }), await runScf(job)];
    expect(real.converged && complex.converged).toBe(true);
    close(real.energies.total, complex.energies.total, 1e-11, "energy");
    closeArrays(real.forces!.flat(), complex.forces!.flat(), 1e-7, "forces");
    closeArrays(real.stress!.flat(), complex.stress!.flat(), 1e-9, "stress");
  });
