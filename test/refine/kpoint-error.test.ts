import { describe, expect, test } from "vitest";
import { bulk } from "../../src/build/bulk.ts";
import { supercell } from "../../src/build/supercell.ts";
import { InputError } from "../../src/common/failure.ts";
import type { Vec3 } from "../../src/common/vec3.ts";
import { prepareScf } from "../../src/job/prepare/prepare-scf.ts";
import { solve } from "../../src/job/tasks/scf/solve.ts";
import { judged, type KpointErrorOptions, kpointError } from "../../src/refine/kpoint-error.ts";
import { solvedPoint } from "../../src/refine/newton.ts";
import { solveScf } from "../../src/scf/scf.ts";
import { close } from "../close.ts";
import { ALUMINIUM, DISPLACED_SILICON, finish, SILICON, to } from "../systems.ts";

const found = async (job: object, atKgrid?: KpointErrorOptions["atKgrid"]) => {
  const { problem, options } = await prepareScf(to(1e-7, job));
  const { last, orbitals } = await solveScf(problem, options);
  try {
    const request = { nStates: last.state.nConverge, tolerance: 1e-8 };
    const point = await solvedPoint(problem, orbitals, last.rhoIn, request);
    const error = await kpointError(problem, orbitals, point, { atKgrid });
    return { error, energy: last.energies.total };
  } finally {
    await orbitals.close();
  }
};
const energyOf = async (job: object) => (await finish(to(1e-7, job))).end.last.energies.total;

const SYSTEMS = [
  { name: "silicon", job: { ...SILICON, ecut: 3 }, twice: [4, 4, 4] },
  {
    name: "silicon on a shifted grid",
    job: { ...SILICON, ecut: 3, kshift: [0.5, 0.5, 0.5] },
    twice: [4, 4, 4],
  },
  { name: "silicon along two axes", job: { ...SILICON, ecut: 3, kgrid: [2, 2, 1] }, twice: [4, 4, 1] },
  { name: "aluminium", job: { ...ALUMINIUM, ecut: 3, kgrid: [4, 4, 4] }, twice: [8, 8, 8] },
  { name: "aluminium on an odd grid", job: { ...ALUMINIUM, ecut: 3, kgrid: [3, 3, 3] }, twice: [6, 6, 6] },
  { name: "spin-polarised aluminium", job: { ...ALUMINIUM, ecut: 3, spin: "collinear" }, twice: [4, 4, 4] },
];

describe("the error of a k-grid", () => {
  test.each(SYSTEMS)("of $name is the difference from a run on twice the grid", async ({ job, twice }) => {
    const { error, energy } = await found(job);
    const wrong = energy - (await energyOf({ ...job, kgrid: twice, kshift: [0, 0, 0] }));
    if ("reason" in error) return expect.fail(error.reason);
    expect(error.denser).toEqual(twice);
    expect(Math.abs(wrong)).toBeGreaterThan(1e-3);
    // The density does not follow, which changes the energy in second order.
    close(error.energy / wrong, 1, 0.15, "share of the true difference");
  });

  test("tells where differences fall and where they do not, by the grid of half the divisions", async () => {
    const fine = await found({ ...SILICON, ecut: 3, kgrid: [4, 4, 4] });
    const halved = (await energyOf({ ...SILICON, ecut: 3 })) - fine.energy;
    expect(fine.error).toMatchObject({ denser: [8, 8, 8], remains: expect.any(Number) });
    expect(fine.error).not.toHaveProperty("doubt");
    close((fine.error as { halved: number }).halved / halved, 1, 0.15, "from the grid of before");
    const odd = await found({ ...ALUMINIUM, ecut: 3, kgrid: [3, 3, 3] });
    expect(odd.error).not.toHaveProperty("halved");
  });

  test("remains as it fell, and is in doubt where it did not fall to a half", () => {
    const grids = [[2, 2, 2], [4, 4, 4], [8, 8, 8]] as const; // biome-ignore format: a row
    expect(judged("energy", -1e-4, 1e-3, grids)).toEqual({ remains: expect.closeTo(1e-5, 12) });
    for (const energy of [6e-4, -6e-4, 2e-3])
      expect(judged("energy", energy, 1e-3, grids)).toEqual({
        doubt: expect.stringMatching(/not asymptotic yet/),
      });
    expect(judged("energy", 1e-12, 1e-12, grids)).toEqual({ remains: 1e-9 }); // of the levels
  });

  test.each([
    [
      { kgrid: [1, 1, 1] },
      /^one k-point has no grid to be halved or doubled; compare with a run of kgrid 2,2,2/,
    ],
    [
      { kgrid: undefined, kpoints: [{ k: [0.25, 0.25, 0.25], weight: 1 }] },
      /^a list of 1 k-point has no denser one/,
    ],
    [{ kgrid: [2, 2, 2], kshifts: [[0, 0, 0], [0.5, 0.5, 0.5]] }, /^a union of shifted grids/], // biome-ignore format: a row
  ])("is not estimated for %j", async (choice, reason) => {
    const { error } = await found({ ...SILICON, ecut: 3, ...choice });
    expect(error).toEqual({ reason: expect.stringMatching(reason) });
  });

  test("of the energy alone is told, with the reason, where the denser grid does not fit", async () => {
    const refused = new InputError("needs 20 GiB");
    const { error } = await found({ ...SILICON, ecut: 3 }, () => Promise.reject(refused));
    expect(error).toMatchObject({ energyAlone: "needs 20 GiB", energy: expect.any(Number) });
    expect(error).not.toHaveProperty("forces");
    await expect(found(SILICON, () => Promise.reject(new Error("a bug")))).rejects.toThrow("a bug");
  });
});

const [first, second] = supercell(bulk("Al"), [2, 1, 1]).atoms;
const PAIR = {
  ...ALUMINIUM,
  structure: {
    ...supercell(bulk("Al"), [2, 1, 1]),
    atoms: [{ ...first!, position: [0.013, 0.004, -0.009] }, second],
  },
};

// Seen red: with levels alone there are no forces; with ρ of the run on the denser grid, and no
// step from there, 0.02 to 0.4 of the errors of forces are left.
test.each([
  {
    name: "silicon",
    job: { ...DISPLACED_SILICON, ecut: 3, kshift: [0.5, 0.5, 0.5] },
    twice: [4, 4, 4],
  },
  { name: "aluminium", job: { ...PAIR, ecut: 3, kgrid: [1, 2, 2] }, twice: [1, 4, 4] },
])("energy, forces and stress of $name are those of a run on twice the grid", async ({ job, twice }) => {
  await using run = await solve(to(1e-7, job));
  await using truth = await solve(to(1e-7, { ...job, kgrid: twice, kshift: [0, 0, 0] }));
  const { kpoints } = await run.errors({ cutoff: 3, without: ["smearing"] });
  const left = (found: { raw: readonly Vec3[]; corrected: readonly Vec3[] }, right: readonly Vec3[]) => {
    const apart = (rows: readonly Vec3[]) => Math.hypot(...rows.flat().map((x, i) => x - right.flat()[i]!));
    expect(apart(found.raw)).toBeGreaterThan(1e-5);
    return apart(found.corrected) / apart(found.raw);
  };
  close(kpoints!.energy / (run.energies.total - truth.energies.total), 1, 0.01, "of the energy");
  expect(left(kpoints!.forces!, await truth.forces())).toBeLessThan(0.05);
  expect(left(kpoints!.stress!, await truth.stress())).toBeLessThan(0.05);
});
