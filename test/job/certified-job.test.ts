import { expect, test } from "vitest";
import { exactProblem } from "../../src/errors/problem/exact-problem.ts";
import { jobCrystal } from "../../src/job/prepare/job-crystal.ts";
import { openSession } from "../../src/job/prepare/session.ts";
import { parseJob } from "../../src/job/schema/schema.ts";
import { requireCertifiedJob } from "../../src/job/tasks/verify/certified-job.ts";
import { originOf } from "../../src/job/tasks/verify/origin.ts";

const LAYER = {
  structure: {
    lattice: [[6, 0, 0], [0, 6, 0], [0, 0, 20]], // biome-ignore format: a matrix
    atoms: [
      { element: "Li", position: [0.1, 0, 0.3] },
      { element: "H", position: [0, 0.05, 0.44] },
    ],
  },
  pseudopotentials: { Li: "gth-lda-q1", H: "gth-lda" },
  ecut: 6,
};

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
  expect(await compared({ ...LAYER, ...one }, { ...LAYER, ...other })).toEqual([
    "Hartree and xc potential: that of a self-consistent run, which is not made again",
  ]);
});

test("a certificate without a dipole correction is of no job with one, and the other way round", async () => {
  const corrected = { ...LAYER, dipoleCorrection: true };
  await expect(compared(corrected, LAYER)).rejects.toThrow(
    /^dipoleCorrection: must be that of the certificate/,
  );
  expect((await compared(LAYER, corrected)).join()).toMatch(
    /dipoleCorrection of the job, true: .* not state/,
  );
});
