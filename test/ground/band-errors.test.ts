import { describe, expect, test } from "vitest";
import { runBands } from "../../src/job/tasks/bands/run-bands.ts";
import { solve } from "../../src/job/tasks/scf/solve.ts";
import { ALUMINIUM, SILICON, to } from "../systems.ts";

const KPOINTS = [
  [0, 0, 0],
  [0.5, 0.25, 0.75],
] as const;

const levelsOf = async (job: object) => {
  await using state = await solve(job);
  return (await state.bands(KPOINTS, { bands: 8 })).energies.flatMap((e) => [...e]);
};
/** Length of the true errors, and the share of it that the estimates leave. */
const left = (energies: readonly number[], errors: readonly number[], truth: readonly number[]) => {
  const wrong = Math.hypot(...energies.map((e, n) => e - truth[n]!));
  return { wrong, left: Math.hypot(...energies.map((e, n) => e - errors[n]! - truth[n]!)) / wrong };
};

// Seen red: in the larger basis with the density of the run, 0.26 of the errors of silicon are left.
describe.each([
  ["aluminium", { ...ALUMINIUM, ecut: 4 }],
  ["silicon", { ...SILICON, ecut: 4 }],
])("estimated errors of bands of %s", (_, job) => {
  test("are the differences from a self-consistent run on the larger basis", async () => {
    await using run = await solve(to(1e-7, job));
    const { kpoints, energies, errors } = await run.bands(KPOINTS, { bands: 8, errors: true });
    const parts = kpoints.flatMap(({ bands }) => bands.map(({ errors: of }) => of!));
    const found = left(
      energies.flatMap((e) => [...e]),
      parts.map(({ scf, basis }) => scf + basis),
      await levelsOf(to(1e-7, { ...job, ecut: 3 * job.ecut })),
    );
    expect(found.wrong).toBeGreaterThan(0.01);
    expect(found.left).toBeLessThan(0.05);
    expect(errors!.cutoff).toBe(3 * job.ecut);
    expect(errors!.largest.basis).toBe(Math.max(...parts.map(({ basis }) => Math.abs(basis))));
  });
});

// Seen red: with the basis alone all of it is left.
test("the SCF's part of the errors of bands is what a run that stopped early lacks", async () => {
  await using run = await solve(to(1e-1, SILICON));
  const { kpoints, energies } = await run.bands(KPOINTS, { bands: 8, errors: true });
  const parts = kpoints.flatMap(({ bands }) => bands.map(({ errors }) => errors!.scf));
  const raw = energies.flatMap((e) => [...e]);
  const found = left(raw, parts, await levelsOf(to(1e-8, SILICON)));
  expect(found.wrong).toBeGreaterThan(1e-5);
  expect(found.left).toBeLessThan(0.05);
});

test("are in the file of a run, and refused beside bounds and without a ground state", async () => {
  const choices = { kpoints: [KPOINTS[0]], errors: true };
  const { file, errors } = await runBands({ ...SILICON, ecut: 3 }, choices);
  expect(file.errorsAgainst).toBe(9);
  expect(file.kpoints[0]!.bands[0]!.errors!.basis).toBeGreaterThan(1e-3);
  expect(errors!.gap!.gap).toBeGreaterThan(0);
  const bounds = runBands(SILICON, { ...choices, errorBars: true });
  await expect(bounds).rejects.toThrow(
    /^bands\.errors: needs the hamiltonian kohn-sham, without bands\.errorBars/,
  );
  const core = runBands({ ...SILICON, hamiltonian: "core" }, choices);
  await expect(core).rejects.toThrow(/^bands\.errors: needs the hamiltonian kohn-sham/);
});
