import { describe, expect, test } from "vitest";
import { supercell } from "../../src/build/supercell.ts";
import { InputError } from "../../src/common/failure.ts";
import { random } from "../../src/common/random.ts";
import { parsePoscar } from "../../src/io/structures/poscar.ts";
import { jobCrystal, sizedCrystal } from "../../src/job/prepare/job-crystal.ts";
import { prepareSession } from "../../src/job/prepare/prepare-scf.ts";
import { openSession, type Session } from "../../src/job/prepare/session.ts";
import { parseJob } from "../../src/job/schema/schema.ts";
import { type BandsOptions, bandsTask } from "../../src/job/tasks/bands/run-bands.ts";
import { compareTask } from "../../src/job/tasks/compare/compare.ts";
import { convergeTask } from "../../src/job/tasks/converge/run-converge.ts";
import { dielectricTask } from "../../src/job/tasks/dielectric/run-dielectric.ts";
import { type DosOptions, dosTask, runDos } from "../../src/job/tasks/dos/run-dos.ts";
import { estimateTask } from "../../src/job/tasks/estimate/estimate-job.ts";
import { relaxTask } from "../../src/job/tasks/relax/run-relax.ts";
import { scfTask } from "../../src/job/tasks/scf/scf-task.ts";
import { solveSession } from "../../src/job/tasks/scf/solve-session.ts";
import { fastestBackend } from "../../src/kernels/backends.ts";
import { closePair } from "../../src/model/close-atoms.ts";
import { SILICON } from "../systems.ts";

/** The message of a refusal, or nothing. */
async function refusal(work: Promise<unknown>): Promise<string | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.message;
  }
}

/** A machine with that much memory. */
const sessionOn = async (job: object, memory: number, threads = 1) => {
  const session = await openSession(parseJob(job), { threads });
  return { ...session, platform: { ...session.platform, systemMemory: () => memory } };
};

test("estimate refuses what a run refuses, in the same words, and nothing else", async () => {
  const { uniform } = random(11);
  const pick = <T>(...of: readonly T[]): T => of[Math.floor(of.length * uniform())]!;
  const refusals: (string | undefined)[] = [];
  for (let i = 0; i < 24; i++) {
    const n = pick(1, 2, 3);
    const job = {
      ...SILICON,
      ecut: pick(0.05, 2, 4, 6),
      kgrid: [n, pick(n, 1), pick(n, 2)],
      kgridSymmetry: pick("crystal", "none"),
      fftSize: pick(null, null, null, [8, 8, 8], [15, 15, 15], [9, 13, 2]),
      bands: pick(null, null, 3, 8, 30, 60, 5000),
      spin: pick("none", "none", "collinear"),
      symmetry: pick(true, false),
    };
    const memory = pick(0.2, 0.21, 0.22, 16) * 2 ** 30;
    const threads = pick(1, 2);
    const [estimated, prepared] = await Promise.all([
      refusal(sessionOn(job, memory, threads).then(estimateTask)),
      refusal(sessionOn(job, memory, threads).then((session) => prepareSession(session, {}))),
    ]);
    expect(estimated, JSON.stringify(job)).toBe(prepared);
    refusals.push(prepared);
  }
  // The sample holds every kind of refusal, and jobs that run.
  expect(refusals).toContain(undefined);
  for (const kind of [/^job: must fit/, /^bands: .*at most/, /^bands: .*at least/, /^fftSize: /, /^ecut: /])
    expect(refusals.some((text) => kind.test(text ?? ""))).toBe(true);
});

test.each([
  [{ kgrid: [1000, 1000, 1000] }, /^kgrid: must give at most 1000000 .* 1000x1000x1000 = 1\.00e\+9, .* GiB/],
  [{ kgrid: { spacing: 1e-9 } }, /^kgrid: must give at most 1000000 .* GiB; lower kgrid$/],
  [{ kgrid: [90, 90, 90], ecut: 200 }, /^job: must fit into .* GiB .* k-points of /],
  [{ ecut: 9000 }, /^job: must fit into .* estimate of .* GiB/],
])("%j is refused before its symmetry is looked for", async (change, line) => {
  const session = await sessionOn({ ...SILICON, ...change }, 16 * 2 ** 30);
  const platform = {
    ...session.platform,
    analyseSymmetry: () => Promise.reject(new Error("symmetry was looked for")),
  };
  expect(await refusal(jobCrystal({ ...session, platform }))).toMatch(line);
});

test("a grid whose rotated points are too many is refused before they are looked for", async () => {
  const job = { ...SILICON, kgrid: [8, 8000, 8] };
  const line = "kgrid: must have the crystal's symmetry or at most 104166 k-points, got 8x8000x8 = 5.12e+5";
  expect(await refusal(prepareSession(await sessionOn(job, 2 ** 40), {}))).toContain(line);
  expect(await refusal(estimateTask(await sessionOn(job, 2 ** 40)))).toContain(line);
});

test("a density of states on too many k-points is refused before the ground state is looked for", async () => {
  const steps: unknown[] = [];
  const run = runDos(
    { ...SILICON, kgrid: [2, 2, 2] },
    { kgrid: [200, 200, 200], onStep: (row) => void steps.push(row) },
  );
  expect(await refusal(run)).toMatch(
    /^dos\.kgrid: must give at most 1000000 k-points .* 200x200x200 = 8\.00e\+6/,
  );
  expect(steps).toHaveLength(0);
});

test("what takes minutes is foretold before it begins, and nothing else", async () => {
  const foretold = async (job: object, work: (session: Session) => Promise<unknown>) => {
    const lines: string[] = [];
    const foretell = (line: string) => {
      lines.push(line);
      throw new InputError("enough"); // what comes later has been foretold
    };
    await work({ ...(await sessionOn({ ...SILICON, ...job }, 2 ** 40)), foretell }).catch(() => {});
    return lines;
  };
  const short = await foretold({ ecut: 6, kgrid: [2, 2, 2] }, (session) => prepareSession(session, {}));
  expect(short).toEqual([]);
  const long = await foretold({ ecut: 40, kgrid: [2, 2, 2], kgridSymmetry: "none" }, (session) =>
    dosTask(session, { kgrid: [60, 60, 60] }),
  );
  expect(long).toHaveLength(1);
  expect(long[0]).toMatch(
    /^the density of states takes at least \d+ (s|min|h \d+ min) and [\d.]+ GiB: \d+ k-points of \d+ plane waves, 12 bands, FFT grid /,
  );
});

describe("what is asked beside the ground state", () => {
  const MUCH = 2 ** 40;
  /** Room for the ground state, and next to nothing more. */
  const forGroundState = async (job: object): Promise<number> => {
    const { sizes } = await sizedCrystal(await sessionOn(job, MUCH));
    return (1.001 * sizes.memory.bytes) / 0.8;
  };
  const job = { ...SILICON, ecut: 6, kgrid: [2, 2, 2] };
  const steps: unknown[] = [];
  const heard = { onStep: (...row: unknown[]) => void steps.push(row) };
  const bands = (options: BandsOptions) => async (session: Session) =>
    bandsTask(session, { ...heard, ...options });
  const dos = (options: DosOptions) => async (session: Session) => dosTask(session, { ...heard, ...options });

  // biome-ignore-start format: a table
  test.each<[string, (session: Session) => Promise<unknown>, RegExp]>([
    [
      "a path with more levels than a file holds",
      bands({ points: 100_000, bands: 21 }),
      /^bands: must give at most 2000000 levels, got 100000 k-points of 21 bands/,
    ],
    ["bands beyond the basis", bands({ bands: 5000 }), /^bands: must be at most the \d+ plane waves/],
    ["states of bands beyond the basis", dos({ bands: 5000 }), /^bands: must be at most the \d+ plane waves/],
    [
      "states on an awkward grid",
      dos({ kgrid: [99, 100, 100] }),
      /^kgrid: must have the crystal's symmetry or at most 104166 k-points, got 99x100x100/,
    ],
    [
      "local states of many k-points",
      dos({ kgrid: [24, 24, 24], local: true }),
      /^job: must fit into .* GiB for the local density of states/,
    ],
    [
      "a dielectric analysis",
      async (session) => dielectricTask(session, { ...heard, maxProducts: 1000 }),
      /^job: must fit into .* GiB for the dielectric analysis/,
    ],
    [
      "a basis of three times the cutoff",
      async (session) => scfTask(session, { ...heard, errors: true }),
      /^job: must fit into .* GiB for errors on a basis of 3 times the cutoff/,
    ],
    [
      "a comparison of longer cells",
      async (session) => compareTask(session, { ...heard, sizes: [1, 300] }),
      /^job: must fit into /,
    ],
    [
      "a test of higher cutoffs",
      async (session) => convergeTask(session, { ...heard, ecut: [6, 900] }),
      /^job: must fit into /,
    ],
    [
      "a test of higher cutoffs with errors",
      async (session) => convergeTask(session, { ...heard, ecut: [5.9, 6], errors: true }),
      /^job: must fit into .* GiB for errors on a basis of 3 times the cutoff/,
    ],
    [
      "a test of denser k-grids",
      async (session) => convergeTask(session, { ...heard, kgrid: [2, 1000] }),
      /^kgrid: must give at most 1000000 k-points/,
    ],
  ])("%s: refused before the ground state is looked for", async (_, task, line) => {
    const memory = line.source.startsWith("^bands") ? MUCH : await forGroundState(job);
    expect(await refusal(task(await sessionOn(job, memory)))).toMatch(line);
    expect(steps).toHaveLength(0);
  });
  // biome-ignore-end format: a table

  test("products of a dielectric analysis of a state at hand are refused before its orbitals are touched", async () => {
    const small = { ...job, ecut: 2, kgrid: [1, 1, 1] };
    let memory = MUCH;
    const session = await sessionOn(small, MUCH);
    const here = { ...session, platform: { ...session.platform, systemMemory: () => memory } };
    await using state = await solveSession(here, await prepareSession(here, {}), {});
    const before = await state.orbitals.save();
    memory = await forGroundState(small);
    const line = /^job: must fit into .* GiB for the dielectric analysis/;
    expect(await refusal(state.dielectric({ maxProducts: 1000 }))).toMatch(line);
    expect(await state.orbitals.save()).toEqual(before);
    memory = MUCH;
    expect((await state.dielectric({ maxProducts: 3 })).hamiltonianApplications).toBeGreaterThan(0);
  });

  test("a relaxation of many atoms counts their Hessian", async () => {
    const { lattice, atoms } = SILICON.structure as unknown as Parameters<typeof supercell>[0];
    const many = { ...job, ecut: 2, kgrid: [1, 1, 1], structure: supercell({ lattice, atoms }, [4, 4, 4]) };
    const session = await sessionOn(many, await forGroundState(many));
    const relax = relaxTask(session, { onGeometry: () => void steps.push("geometry") });
    expect(await refusal(relax)).toMatch(/^job: must fit into .* GiB for the relaxation/);
    expect(steps).toHaveLength(0);
    const { memory, memoryOf } = await estimateTask(session);
    expect(memoryOf.relax - memory.bytes).toBeGreaterThan(8 * (3 * 128) ** 2);
  });
});

test("structures beyond every calculation are refused before they are made", async () => {
  const { lattice, atoms } = SILICON.structure as unknown as Parameters<typeof supercell>[0];
  expect(() => supercell({ lattice, atoms }, [1e9, 1, 1])).toThrow(
    /^repeat: must give at most 100000 atoms, got 1000000000,1,1, which makes 2000000000 of 2/,
  );
  const poscar = (count: string) => `Si\n1\n5 0 0\n0 5 0\n0 0 5\nSi\n${count}\nDirect\n0 0 0\n`;
  expect(parsePoscar(poscar("1")).atoms).toHaveLength(1);
  expect(() => parsePoscar(poscar("1000000000"))).toThrow(
    /^POSCAR:7: must be numbers of atoms .*"1000000000"/,
  );
});

test("the nearest pair is found across faces, edges and corners of a skew cell, by whichever name", () => {
  const lattice = [[20, 0, 0], [-7, 22, 0], [5, 9, 40]] as const; // biome-ignore format: a matrix
  for (let corner = 1; corner < 8; corner++) {
    const side = (sign: number) =>
      [0, 1, 2].map((axis) => ((corner >> axis) & 1 ? (sign * 0.3) / 40 : 0.45)) as [number, number, number];
    const atoms = [[0.7, 0.7, 0.7] as const, side(1), [0.2, 0.7, 0.2] as const, side(-1)];
    const structure = { lattice, atoms: atoms.map((position) => ({ element: "Si", position })) };
    expect(closePair(structure)).toMatchObject({ first: 1, second: 3 });
  }
});

test("many atoms far from each other are told so in a moment", () => {
  const many = supercell({ lattice: [[8, 0, 0], [0, 8, 0], [0, 0, 8]], atoms: [{ element: "Si", position: [0, 0, 0] }] }, [20, 20, 20]); // biome-ignore format: a cell
  const before = process.cpuUsage().user;
  expect(closePair(many)).toBeUndefined();
  expect(process.cpuUsage().user - before).toBeLessThan(3e6); // all 3·10⁷ pairs take more
});

test("a back end that was asked for is used at any size, and is what the resources say", async () => {
  for (const backend of ["wasm", "reference"] as const) {
    const session = await openSession(parseJob(SILICON), { backend });
    expect(await session.backendFor(1e6, 100)).toBe(backend);
    expect(session.resources().backend).toBe(backend);
  }
  const session = await openSession(parseJob(SILICON));
  const large = await session.backendFor(1e6, 100);
  expect(large).toBe(await fastestBackend(1e6, 100));
  expect(session.resources().backend).toBe(large);
  expect(await session.backendFor(10_000, 10)).toBe("wasm");
});
