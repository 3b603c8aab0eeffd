import { expect, test } from "vitest";
import { runScf } from "../../src/job/tasks/scf/run-scf.ts";
import { close, closeArrays } from "../close.ts";
import { realSystems } from "./real-systems.ts";

// Diamond structure with its centre between two atoms, off the points of the grid; and zincblende without one.
test.each(["silicon", "gallium arsenide"])(
  "%s has the same energies and levels with real orbitals",
  async (name) => {
    const job = realSystems[name]!;
    const [complex, real] = [await runScf({ ...job, realOrbitals: false }), await runScf(job)];
    expect(real.converged).toBe(true);
    close(real.energies.total, complex.energies.total, 1e-11, "energy");
    real.kpoints.forEach(({ eigenvalues, occupations }, i) => {
      const occupied = occupations.filter((f) => f > 0).length;
      closeArrays(
        eigenvalues.slice(0, occupied),
        complex.kpoints[i]!.eigenvalues.slice(0, occupied),
        1e-7,
        "levels",
      );
    });
  },
);

test("no digit depends on the number of threads, with real and complex blocks in one run", async () => {
  const job = realSystems["gallium arsenide"]!;
  const [one, two] = [await runScf(job, { threads: 1 }), await runScf(job, { threads: 2 })];
  expect(two.energies).toEqual(one.energies);
  expect(two.kpoints).toEqual(one.kpoints);
});
