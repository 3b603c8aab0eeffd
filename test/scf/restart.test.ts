import { expect, test } from "vitest";
import { prepareScf } from "../../src/job/prepare/prepare-scf.ts";
import { scf } from "../../src/scf/scf.ts";
import { SILICON } from "../systems.ts";

test("a state whose orbitals do not fit is refused, and the orbitals made for it are closed", async () => {
  const { problem, options } = await prepareScf({ ...SILICON, ecut: 3, kgrid: [1, 1, 1] });
  const first = await scf(problem, { ...options, maxIterations: 1 }).next();
  if (first.done) throw new Error("a first step was expected");
  const { state } = first.value;
  let closed = 0;
  const watched: typeof problem = {
    ...problem,
    async createOrbitals(nBands, operators) {
      const orbitals = await problem.createOrbitals(nBands, operators);
      return {
        ...orbitals,
        close: async () => {
          closed++;
          await orbitals.close();
        },
      };
    },
  };
  const restart = { ...state, orbitals: [new Float64Array(7)] };
  await expect(scf(watched, { ...options, restart }).next()).rejects.toThrow(
    /checkpoint: orbitals of k-point 0/,
  );
  expect(closed).toBe(1);
});
