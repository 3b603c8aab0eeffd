import { describe, expect, test } from "vitest";
import { findGth } from "../../src/atoms/gth/gth-table.ts";
import { InputError } from "../../src/common/failure.ts";
import { resolveStructure } from "../../src/job/prepare/structure.ts";
import { parseJob } from "../../src/job/schema/schema.ts";
import { compareMixings, ENERGY_ERROR, firstWithin } from "../../src/job/tasks/compare/compare.ts";
import { repeatedJob } from "../../src/job/tasks/compare/repeat.ts";
import { runDielectric } from "../../src/job/tasks/dielectric/run-dielectric.ts";
import { runScf } from "../../src/job/tasks/scf/run-scf.ts";
import { createLattice, longAxis } from "../../src/model/lattice.ts";
import { toUpf } from "../atoms/pseudopotential-writers.ts";
import { close, closeArrays } from "../close.ts";

const LITHIUM = {
  title: "lithium",
  structure: {
    lattice: [
      [4.5, 0, 0],
      [0.3, 4.5, 0],
      [0, 0, 6.5],
    ],
    atoms: [{ element: "Li", position: [0.1, 0.2, 0.3] }],
  },
  pseudopotentials: "gth-lda-q1",
  ecut: 3,
  kgrid: [1, 1, 4],
  temperature: 0.02,
  symmetry: false,
  scf: { mixing: { name: "kerker", kTF: 1.5 }, tolerance: { density: 1e-7 } },
};
const noFiles = () => Promise.reject(new Error("no files here"));
const resolved = async (value: object) => {
  const job = parseJob(value);
  return { job, structure: await resolveStructure(job, noFiles) };
};
const row = (step: number, energy: number) => ({
  step,
  energy,
  densityResidual: 10 ** -step,
  damping: 0.8,
  seconds: 0.1,
  hamiltonianApplications: 10,
});

describe("a repeated job", () => {
  test("has the energy of its pieces: copies along an axis whose k-points are folded change nothing", async () => {
    const { job, structure } = await resolved({ ...LITHIUM, fftSize: [10, 10, 15], bands: 4 });
    const axis = longAxis(createLattice(structure.lattice));
    expect(axis).toBe(2);
    const double = repeatedJob(job, structure, axis, 2);
    expect([double.kgrid, double.bands, double.fftSize, double.title]).toEqual([
      [1, 1, 2],
      8,
      [10, 10, 30],
      "lithium, 2 times",
    ]);
    const [one, two] = [await runScf(job), await runScf(double)];
    expect(Math.abs(one.energies.total)).toBeGreaterThan(0.1);
    expect(two.electrons).toBe(2 * one.electrons);
    // The same plane waves on the same grid: what differs is where the iterations stopped, of second order in 1e-7.
    close(two.energies.total / 2, one.energies.total, 1e-9, "energy of one piece");
  });

  test("keeps a k-grid that cannot be divided, atoms outside the cell, moments, and grows a cube along its last vector", async () => {
    const atoms = [
      { element: "Fe", position: [0.5, 0.5, 0.5], magneticMoment: 2 },
      { element: "Fe", position: [0, 0, -0.9], magneticMoment: -2 },
    ];
    const lattice = [[9, 0, 0], [0, 9, 0], [0, 0, 9]]; // biome-ignore format: a matrix
    const { job, structure } = await resolved({
      structure: { lattice, atoms },
      ecut: 5,
      kgrid: [2, 2, 3],
      temperature: 0.01,
    });
    expect(longAxis(createLattice(structure.lattice))).toBe(2);
    const triple = repeatedJob(job, structure, 2, 2);
    expect(triple.kgrid).toEqual([2, 2, 3]);
    const found = (await resolved(triple)).structure;
    expect(found.lattice[2]).toEqual([0, 0, 18]);
    expect(found.atoms.map(({ magneticMoment }) => magneticMoment)).toEqual([2, -2, 2, -2]);
    const heights = found.atoms.map(({ position }) => position[2] * 18);
    closeArrays(heights, [4.5, -8.1, 13.5, 0.9], 1e-12);
  });
});

describe("a comparison", () => {
  test("runs every mixing at every size; the job's own keeps its parameters", async () => {
    const asked: [unknown, number][] = [];
    const { runs, sizes, complete, axis } = await compareMixings(LITHIUM, {
      mixings: ["kerker", "ldos"],
      sizes: [1, 3],
      run: async (value, options) => {
        const job = parseJob(value);
        asked.push([job.scf.mixing, "atoms" in job.structure ? job.structure.atoms.length : 0]);
        options.onStep?.(row(1, -1));
        return {
          status: "converged",
          iterations: 3,
          history: [row(1, -1), row(2, -1.5), row(3, -1.5)],
          resources: { wallSeconds: 2 },
          warnings: [],
        } as never; // the comparison looks at no more
      },
    });
    expect(asked).toEqual([
      [{ name: "kerker", kTF: 1.5 }, 1],
      [{ name: "ldos" }, 1],
      [{ name: "kerker", kTF: 1.5 }, 3],
      [{ name: "ldos" }, 3],
    ]);
    expect([sizes, complete, axis]).toEqual([[1, 3], true, 2]);
    expect(
      runs.map(({ size, mixing, stepsToTolerance, stepsToEnergy }) => [
        size,
        mixing,
        stepsToTolerance,
        stepsToEnergy,
      ]),
    ).toEqual([
      [1, "kerker", 3, 2],
      [1, "ldos", 3, 2],
      [3, "kerker", 3, 2],
      [3, "ldos", 3, 2],
    ]);
    expect(runs[0]).toMatchObject({
      hamiltonianApplications: 30,
      seconds: 2,
      highestEnergy: -1,
      energy: -1.5,
    });
  });

  test("a mixing that ran out of steps is a row, measured by the lowest energy of its size", async () => {
    const histories = {
      simple: [row(1, 5), row(2, -1.9)],
      ldos: [row(1, -1), row(2, -2 + 2e-10), row(3, -2)],
    };
    const { runs, lowestEnergies } = await compareMixings(LITHIUM, {
      mixings: ["simple", "ldos"],
      run: async (value) => {
        const { name } = parseJob(value).scf.mixing;
        const history = histories[name as "simple" | "ldos"];
        const status = name === "ldos" ? "converged" : "iteration-limit";
        return {
          status,
          iterations: history.length,
          history,
          resources: { wallSeconds: 1 },
          warnings: [],
        } as never;
      },
    });
    expect(lowestEnergies).toEqual([-2]);
    expect(runs[0]).toMatchObject({
      mixing: "simple",
      status: "iteration-limit",
      iterations: 2,
      highestEnergy: 5,
    });
    expect(runs[0]).not.toHaveProperty("stepsToTolerance");
    expect(runs[0]).not.toHaveProperty("stepsToEnergy");
    expect(runs[1]).toMatchObject({ stepsToTolerance: 3, stepsToEnergy: 3 });
  });

  test("counts to the first step from which on the energy stays within 1.6e-10 Ha", () => {
    const history = [row(1, 1), row(2, 1e-11), row(3, 1e-3), row(4, 1.5e-10), row(5, 0)];
    expect(ENERGY_ERROR).toBe(1.6e-10);
    expect(firstWithin(history, 0)).toBe(4);
    expect(firstWithin(history.slice(0, 3), 0)).toBeUndefined();
  });

  test("stops between runs when interrupted, and says so", async () => {
    const stop = new AbortController();
    const { runs, complete } = await compareMixings(LITHIUM, {
      mixings: ["simple", "ldos"],
      sizes: [1, 2],
      signal: stop.signal,
      run: async (_, { signal }) => {
        stop.abort();
        expect(signal!.aborted).toBe(true);
        return {
          status: "interrupted",
          iterations: 1,
          history: [row(1, -1)],
          resources: { wallSeconds: 1 },
          warnings: [],
        } as never;
      },
    });
    expect([runs.length, complete]).toEqual([1, false]);
    expect(runs[0]).toMatchObject({ mixing: "simple", status: "interrupted" });
  });

  test.each([
    [
      { mixings: ["ldso"] },
      'compare.mixings: must be different names among simple, kerker, kerker-dos, dielectric, hybrid, local-tf, ldos, auto, chi0-exact, got ["ldso"] (did you mean ldos?)',
    ],
    [{ mixings: ["ldos", "ldos"] }, 'chi0-exact, got ["ldos","ldos"]'],
    [{ mixings: [] }, "compare.mixings: must be different names among"],
    [{ sizes: [0] }, "compare.sizes: must be different whole numbers from 1 to 1000, got [0]"],
    [{ sizes: [1, 1] }, "got [1,1]"],
  ])("refuses %j", async (options, message) => {
    const run = () => Promise.reject(new Error("must not run"));
    await expect(compareMixings(LITHIUM, { ...options, run })).rejects.toThrow(InputError);
    await expect(compareMixings(LITHIUM, { ...options, run })).rejects.toThrow(message);
  });

  // Seen red: each run read its crystal again, 6 for 2.
  test("reads the crystal of a size once, whatever is computed of it", async () => {
    const read: string[] = [];
    const potential = toUpf(findGth("Li", "gth-lda-q1"), "SLA PW NOGX NOGC", 1);
    const { runs } = await compareMixings(
      { ...LITHIUM, kgrid: [1, 1, 2], pseudopotentials: { Li: "Li.upf" } },
      {
        mixings: ["simple", "kerker"],
        sizes: [1, 2],
        readText: async (path) => {
          read.push(path);
          return potential;
        },
      },
    );
    expect(runs.map(({ status }) => status)).toEqual(runs.map(() => "converged"));
    expect(read).toEqual(["Li.upf", "Li.upf"]);
  });

  test("condition numbers are those of the dielectric operator with each mixing and its parameters", async () => {
    const job = { ...LITHIUM, kgrid: [1, 1, 2] };
    const { runs } = await compareMixings(job, {
      mixings: ["simple", "kerker", "chi0-exact"],
      conditionNumbers: true,
    });
    const alone = await runDielectric(job, { observedSteps: 0 }); // kerker, the job's own
    const expected = alone.largest!.value / alone.smallest!.value;
    const [simple, kerker, exact] = runs.map(({ conditionNumber }) => conditionNumber!);
    close(kerker! / expected, 1, 1e-3); // Arnoldi stops at changes of 5e-4
    expect(Math.abs(simple! / expected - 1)).toBeGreaterThan(0.02);
    expect(exact).toBe(1);
    const plain = await compareMixings(job, { mixings: ["kerker"] });
    expect(plain.runs[0]).not.toHaveProperty("conditionNumber");
  });

  test("real runs of all mixings end at one energy", async () => {
    const { runs, mixings } = await compareMixings(
      { ...LITHIUM, kgrid: [1, 1, 2] },
      {
        mixings: [
          "simple",
          "kerker",
          "kerker-dos",
          "dielectric",
          "hybrid",
          "local-tf",
          "ldos",
          "auto",
          "chi0-exact",
        ],
      },
    );
    expect(runs.map(({ mixing }) => mixing)).toEqual(mixings);
    const lowest = Math.min(...runs.map(({ energy }) => energy));
    expect(lowest).toBeLessThan(-0.1);
    for (const { mixing, status, energy, highestEnergy } of runs) {
      expect([mixing, status]).toEqual([mixing, "converged"]);
      expect(highestEnergy).toBeGreaterThan(energy + 1e-6);
      close(energy, lowest, 1e-10, mixing); // of second order in the tolerance of 1e-7
    }
  });
});
