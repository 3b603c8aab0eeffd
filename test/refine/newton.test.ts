import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { norm, sub, type Vec3 } from "../../src/common/vec3.ts";
import { prepareScf } from "../../src/job/prepare/prepare-scf.ts";
import { newtonDensity, type SolvedPoint, solvedPoint } from "../../src/refine/newton.ts";
import { rows } from "../../src/refine/parts.ts";
import { energyRounding } from "../../src/refine/rounding.ts";
import { smearingError } from "../../src/refine/smearing-error.ts";
import { groundForces } from "../../src/scf/derivatives.ts";
import { solveScf } from "../../src/scf/scf.ts";
import { close, closeArrays, notTiny } from "../close.ts";
import { ALUMINIUM, DISPLACED_SILICON, finish, SILICON, to } from "../systems.ts";
import { distance, type Solved, solved } from "./solved.ts";

const TWO_ALUMINIUM = {
  ...ALUMINIUM,
  structure: {
    lattice: [[7.64, 0, 0], [0, 7.64, 0], [0, 0, 7.64]],
    atoms: [[0, 0, 0], [0.52, 0.5, 0], [0, 0.5, 0.5], [0.5, 0, 0.5]].map((position) => ({ element: "Al", position })),
  },
  ecut: 3,
  kgrid: [1, 1, 2],
}; // biome-ignore format: rows
const SPIN = { ...ALUMINIUM, ecut: 3, spin: "collinear", smearing: "gaussian", structure: { ...ALUMINIUM.structure, atoms: [{ element: "Al", position: [0, 0, 0], magneticMoment: 1 }] } }; // biome-ignore format: a row
const PBE = {
  ...DISPLACED_SILICON,
  ecut: 3,
  kgrid: [2, 1, 1],
  functional: "pbe",
  pseudopotentials: "gth-pbe",
};

const REQUEST = { tolerance: 1e-9 };
const farthest = (a: readonly Vec3[], b: readonly Vec3[]) =>
  Math.max(...a.map((row, i) => norm(sub(row, b[i]!))));

describe.each([
  { name: "displaced silicon", job: { ...DISPLACED_SILICON, ecut: 3, kgrid: [2, 1, 1] } },
  { name: "displaced silicon, PBE", job: PBE },
  { name: "displaced aluminium", job: TWO_ALUMINIUM },
  { name: "spin-polarised aluminium", job: SPIN },
])("a run of $name that ended early", ({ job }) => {
  let early: Solved;
  let truth: Solved;
  let trueForces: readonly Vec3[];
  let forces: readonly Vec3[];
  let same: SolvedPoint;
  let next: SolvedPoint;
  beforeAll(async () => {
    const { problem, options } = await prepareScf(to(3e-2, job));
    early = { problem, end: await solveScf(problem, options) };
    truth = await solved(job);
    trueForces = (await groundForces(truth.problem, truth.end.last, truth.end.orbitals))!;
    const { last, orbitals } = early.end;
    forces = (await groundForces(problem, last, orbitals))!;
    const request = { ...REQUEST, nStates: last.state.nConverge };
    same = await solvedPoint(problem, orbitals, last.rhoIn, request);
    const { rho, isConverged } = await newtonDensity(problem, same, { tolerance: 1e-2, maxProducts: 60 });
    expect(isConverged).toBe(true);
    next = await solvedPoint(problem, orbitals, rho, request);
  }, 300_000);
  afterAll(async () => {
    await early.end.orbitals.close();
    await truth.end.orbitals.close();
  });

  test("has the errors of the energy that the two parts say, the eigensolver's not negative", () => {
    const of = early.end.last.energies.total;
    const wrong = of - truth.end.last.energies.total;
    expect(wrong).toBeGreaterThan(1e-8);
    const [eigensolver, scf] = [of - same.energies.total, same.energies.total - next.energies.total];
    close((eigensolver + scf) / wrong, 1, 0.02, "energy, 1 % of the density left");
    expect(scf).toBeGreaterThan(0);
  });

  test("has the errors of density and forces that the two parts say", () => {
    const { last } = early.end;
    const { rhoOut } = truth.end.last;
    const wrong = distance(last.rhoOut, rhoOut);
    // 1 % is left of the equation, and what is of second order in the error
    expect(distance(next.rhoOut, rhoOut) / wrong).toBeLessThan(0.05);
    const ofForces = farthest(forces, trueForces);
    if (ofForces < 1e-10) return; // by symmetry
    expect(farthest(next.forces!, trueForces) / ofForces).toBeLessThan(0.1);
  });
});

test.each([
  ["silicon", SILICON],
  ["aluminium", ALUMINIUM],
])(
  "the rounding of %s is above the difference between two back ends, by less than a thousand",
  async (_, job) => {
    const small = to(1e-8, { ...job, ecut: 2, kgrid: [1, 1, 1] });
    const [a, b] = [
      await finish(small, {}, { backend: "wasm" }),
      await finish(small, {}, { backend: "reference" }),
    ];
    const { last, orbitals } = a.end;
    const estimate = energyRounding(a.problem.basis, last.energies, orbitals.spec.setup.nBands);
    const apart = Math.abs(last.energies.total - b.end.last.energies.total);
    expect(apart).toBeLessThan(estimate);
    expect(estimate).toBeLessThan(1e3 * Math.max(apart, 2 ** -53 * Math.abs(last.energies.total)));
  },
);

test("smearing is extrapolated from the ground states of narrower widths", async () => {
  const at = async (temperature: number) => {
    const { problem, end } = await solved({ ...TWO_ALUMINIUM, temperature, smearing: "marzari-vanderbilt" });
    const request = { ...REQUEST, nStates: end.last.state.nConverge };
    return {
      problem,
      end,
      request,
      point: await solvedPoint(problem, end.orbitals, end.last.rhoIn, request),
    };
  };
  const [wide, narrow, narrowest] = [await at(0.06), await at(0.06 * Math.SQRT1_2), await at(0.03)];
  const { problem, end, request, point } = wide;
  const settings = { tolerance: 1e-3, maxProducts: 60 };
  const found = await smearingError(problem, end.orbitals, point, request, settings);
  // X₀ of X(T) = X₀ + bT³; what Newton's step leaves is of second order.
  const power = Math.SQRT2 ** 3;
  const limit = (one: typeof wide, other: typeof wide) =>
    other.point.forces!.map(
      (row, i) => row.map((f, c) => (power * f - one.point.forces![i]![c]!) / (power - 1)) as never as Vec3,
    );
  const forces = limit(narrow, narrowest);
  closeArrays(found.forces!.corrected.flat(), forces.flat(), 2e-5);
  close(found.forces!.remains, rows(limit(wide, narrow), forces).error, 2e-5);
  notTiny([found.forces!.error], 1e-3);
  const limits = [narrow, wide].map(
    ({ point: { energies, occupation } }) => energies.total - occupation.entropyEnergy / 3,
  );
  close(found.energy.corrected, limits[1]!, 1e-12);
  close(found.remains, Math.abs(limits[0]! - limits[1]!), 1e-7);
  await wide.end.orbitals.close();
  await narrow.end.orbitals.close();
  await narrowest.end.orbitals.close();
});
