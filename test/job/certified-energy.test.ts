import { expect, test } from "vitest";
import { exactProblem } from "../../src/errors/problem/exact-problem.ts";
import { jobCrystal } from "../../src/job/prepare/job-crystal.ts";
import { jobZone } from "../../src/job/prepare/room/sizes.ts";
import { openSession } from "../../src/job/prepare/session.ts";
import { parseJob } from "../../src/job/schema/schema.ts";
import { requireCertifiedJob } from "../../src/job/tasks/verify/certified-job.ts";
import { originOf } from "../../src/job/tasks/verify/origin.ts";
import { wholeMesh } from "../../src/model/kpoint-set.ts";

const job = (change: object) => ({
  structure: {
    lattice: [[6, 0, 0], [0, 6, 0], [0, 0, 7]], // biome-ignore format: a matrix
    atoms: [{ element: "He", position: [0, 0, 0] }],
  },
  functional: "none",
  smearing: "none",
  pseudopotentials: "gth-lda",
  kgrid: [2, 2, 2],
  ecut: 4,
  ...change,
});
const sessionOf = (change: object) => openSession(parseJob(job(change)));

/** What a certificate of a job's energy says of it. Its numbers are never looked at here. */
async function headOf(change: object) {
  const session = await sessionOf(change);
  const { model, operations } = await jobCrystal(session);
  const { lattice, ...core } = exactProblem(model);
  if (core.kind !== "core") expect.fail("GTH atoms are core");
  const mesh = wholeMesh(jobZone(session.job, model, operations).zone)!;
  return {
    origin: originOf(session.job),
    problem: { kind: "frozen", lattice, atoms: core.atoms, coefficients: [] },
    energy: { electrons: model.electrons, mesh, grid: [1, 1, 1], lower: 0, upper: 1, densityError: 1 },
  } as const;
}

// Seen red: the electrons, the sampling and the model not looked at.
test("an energy's electrons, k-points and model must be the job's, whatever the certificate says of its origin", async () => {
  const head = await headOf({});
  const compared = async (energy: object, change: object = {}, origin: object = head.origin) =>
    requireCertifiedJob({ ...head, origin: { ...origin }, energy: { ...head.energy, ...energy } }, await sessionOf(change));
  expect(await compared({})).toEqual([expect.stringMatching(/^Hartree and xc potential/)]);
  // nor does it depend on the grid of the job, which is not that of the proof
  expect(await compared({}, { fftSize: [30, 30, 32] }, {})).toContainEqual(
    expect.stringMatching(/^kgrid of the job, .*: the certificate does not state it/),
  );
  for (const electrons of [head.energy.electrons - 2, head.energy.electrons + 2])
    await expect(compared({ electrons })).rejects.toThrow(/^electrons: must be that of the certificate, \d, got 2 in the job/);
  const { mesh } = (await headOf({ kgrid: [2, 2, 1] })).energy;
  await expect(compared({ mesh })).rejects.toThrow(/^k-points of the sampling: must be that of the certificate/);
  const twice = head.energy.mesh.map((at, i) => ({ ...at, multiplicity: at.multiplicity * (i === 0 ? 2 : 1) }));
  await expect(compared({ mesh: twice })).rejects.toThrow(/^k-points of the sampling: must be/);
  for (const [change, message] of [
    [{ functional: "lda-pw92" }, /^functional: must be that of the certificate, "none", got "lda-pw92"/],
    [{ smearing: "gaussian", temperature: 0.01 }, /^smearing: must be that of the certificate, "none"/],
    [{ spin: "collinear" }, /^spin: must be that of the certificate, "none"/],
    [{ dipoleCorrection: 3 }, /^dipoleCorrection: must be that of the certificate, false, got 3/],
    [{ kgrid: [2, 2, 3] }, /^k-points of the sampling: must be/],
  ] as const)
    await expect(compared({}, change, {})).rejects.toThrow(message);
}); // biome-ignore format: a table

// Seen red: the field not among those of the origin.
test("the origin of a self-consistent potential states all that the sampling depends on", async () => {
  const head = await headOf({});
  for (const [change, message] of [
    [{ kgridSymmetry: "none" }, /^kgridSymmetry: must be that of the certificate, "crystal", got "none"/],
    [{ symmetry: false }, /^symmetry: must be that of the certificate, true, got false/],
    [{ symmetryTolerance: 1e-7 }, /^symmetryTolerance: must be/],
  ] as const)
    await expect(
      requireCertifiedJob({ problem: head.problem, origin: head.origin }, await sessionOf(change)),
    ).rejects.toThrow(message);
});
