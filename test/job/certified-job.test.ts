import { expect, test } from "vitest";
import { exactProblem } from "../../src/errors/problem/exact-problem.ts";
import { jobCrystal } from "../../src/job/prepare/job-crystal.ts";
import { openSession } from "../../src/job/prepare/session.ts";
import { parseJob } from "../../src/job/schema/schema.ts";
import { requireCertifiedJob } from "../../src/job/tasks/verify/certified-job.ts";
import { originOf } from "../../src/job/tasks/verify/origin.ts";
import { TILTED_LAYER } from "../systems.ts";

/** Compares a job with the certificate of another. */
async function compared(certified: object, verified: object): Promise<string[]> {
  const { lattice, ...core } = exactProblem(
    (await jobCrystal(await openSession(parseJob(certified), {}))).model,
  );
  const atoms = core.kind === "core" ? core.atoms : [];
  const problem = { kind: "frozen", lattice, atoms, coefficients: [] } as const;
  const head = { problem, origin: originOf(parseJob(certified)) };
  return requireCertifiedJob(head as never, await openSession(parseJob(verified), {}));
}

test.each([
  [{ dipoleCorrection: false }, {}],
  [{}, { dipoleCorrection: false }],
  [{ dipoleCorrection: true }, { dipoleCorrection: 3 }],
  [{ dipoleCorrection: 3 }, { dipoleCorrection: true }],
])("a certificate with %o is of a job with %o: the same Hamiltonian", async (one, other) => {
  expect(await compared({ ...TILTED_LAYER, ...one }, { ...TILTED_LAYER, ...other })).toEqual([
    "Hartree and xc potential: that of a self-consistent run, which is not made again",
  ]);
});

test("a certificate without a dipole correction is of no job with one, and the other way round", async () => {
  const corrected = { ...TILTED_LAYER, dipoleCorrection: true };
  await expect(compared(corrected, TILTED_LAYER)).rejects.toThrow(
    /^dipoleCorrection: must be that of the certificate/,
  );
  expect((await compared(TILTED_LAYER, corrected)).join()).toMatch(
    /dipoleCorrection of the job, true: .* not state/,
  );
});
