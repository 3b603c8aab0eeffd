import { expect, test } from "vitest";
import { findGth } from "../../src/atoms/gth/gth-table.ts";
import { InputError, NotConvergedError } from "../../src/common/failure.ts";
import type { GroundState } from "../../src/ground/ground-state.ts";
import { energyBars } from "../../src/job/tasks/scf/energy-bars/energy-bars.ts";
import { runScf } from "../../src/job/tasks/scf/run-scf.ts";
import { toPsp8 } from "../atoms/pseudopotential-writers.ts";
import { example } from "../errors/enclose/contained.ts";

test("models of whose energy no interval is known are refused before the run", async () => {
  for (const change of [{}, { functional: "none", smearing: "gaussian", temperature: 0.01 }])
    await expect(runScf(example("silicon", change), { errorBars: true })).rejects.toThrow(
      /errorBars: needs the functional none, smearing none and spin none, got/,
    );
  await expect(
    runScf(example("silicon", { functional: "none", dipoleCorrection: true }), { errorBars: true }),
  ).rejects.toThrow(/errorBars: needs a job without dipoleCorrection, got true/);
});

// Seen red: without the refusal the ground state was found first, and lost.
test("crystals of which nothing can be proved are refused before the first step", async () => {
  const steps: number[] = [];
  const run = (change: object) =>
    runScf(example("silicon", { functional: "none", ecut: 3, kgrid: [1, 1, 1], ...change }), {
      errorBars: true,
      readText: async () => toPsp8(findGth("Si", "gth-lda"), -1012),
      onStep: ({ step }) => {
        steps.push(step);
      },
    });
  await expect(run({ pseudopotentials: { Si: "Si.psp8" } })).rejects.toThrow(
    /^scf.errorBars: needs GTH pseudopotentials, got .*no enclosure is known of the mean of potentials on a mesh/,
  );
  await expect(run({ charge: 1 })).rejects.toThrow(/odd number of electrons, got 0 with 7 electrons/);
  expect(steps).toEqual([]);
});

// Seen red: the error left as it was, and the ground state lost with it.
test("what fails after the ground state is the reason why there is no interval; a bug stays one", async () => {
  const bars = (error: Error) => {
    const state: Pick<GroundState, "levels" | "bands"> & { readonly basis: object } = {
      basis: { model: { electrons: 2 }, operations: [] },
      levels: [
        { k: [0, 0, 0], weight: 1, spin: 0, energies: new Float64Array(1), occupations: new Float64Array(1) },
      ],
      bands: () => Promise.reject(error),
    };
    return energyBars(state as unknown as GroundState, { width: 1e-3 });
  };
  expect(await bars(new InputError("cutoff: must leave fewer waves"))).toBe("cutoff: must leave fewer waves");
  expect(await bars(new NotConvergedError("stopped"))).toBe("stopped");
  await expect(bars(new TypeError("bug"))).rejects.toThrow(TypeError);
});
