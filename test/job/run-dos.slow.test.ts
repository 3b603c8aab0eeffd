import { expect, test } from "vitest";
import { runDos } from "../../src/job/tasks/dos/run-dos.ts";
import { ALUMINIUM, SILICON } from "../systems.ts";

/** Integrated states at an energy, between the ends of intervals. */
const statesAt = ({ energies, spins }: Awaited<ReturnType<typeof runDos>>, energy: number) => {
  const h = energies[1]! - energies[0]!;
  const x = (energy - energies[0]!) / h - 0.5;
  const i = Math.floor(x);
  return spins.reduce(
    (sum, { integrated }) => sum + integrated[i]! + (x - i) * (integrated[i + 1]! - integrated[i]!),
    0,
  );
};

test("silicon has 8 electrons below its gap by both methods, and no state inside", async () => {
  const gap = { ...SILICON, kgrid: [2, 2, 2] as const };
  const tetrahedra = await runDos(gap, { points: 1500 });
  expect(tetrahedra.method).toBe("tetrahedron");
  expect(tetrahedra.kgrid).toEqual([4, 4, 4]);
  const inside = tetrahedra.fermiLevel + 0.01;
  expect(statesAt(tetrahedra, inside)).toBeCloseTo(8, 9);
  const broadened = await runDos(gap, { method: "gaussian", width: 0.002, points: 1500 });
  expect(statesAt(broadened, inside)).toBeCloseTo(8, 6);
  expect(broadened.fermiLevel).toBeCloseTo(tetrahedra.fermiLevel, 10);
  expect(broadened.completeBelow).toBeGreaterThan(inside);
});

test("the local density of states of a metal adds up to the total one, with symmetry and without", async () => {
  const options = {
    method: "gaussian",
    local: true,
    kgrid: [3, 3, 3],
    width: 0.02,
    window: [-0.2, 0.1],
    points: 120,
  } as const;
  const whole = await runDos(ALUMINIUM, options);
  const { local, energies, spins } = whole;
  expect(local!.energies).toEqual(energies);
  const most = Math.max(...spins[0]!.density);
  const h = energies[1]! - energies[0]!;
  const volume = 2 * 3.82 ** 3;
  local!.values.forEach((row, i) => {
    const states = (row.reduce((sum, x) => sum + x, 0) / row.length) * volume;
    expect(Math.abs(states - spins[0]!.density[i]!)).toBeLessThan((2 * most * (h / 0.02) ** 2) / 12); // the mean over an interval h differs by h²D″/24, D″ ≤ 2D/T² at a peak; twice that
  });
  expect(Math.max(...local!.values.flat())).toBeGreaterThan(1e-3);
  const plain = await runDos({ ...ALUMINIUM, symmetry: false }, options);
  plain.local!.values.forEach((row, i) => {
    row.forEach((x, z) => {
      expect(Math.abs(x - local!.values[i]![z]!)).toBeLessThan(1e-5); // eigensolver's tolerance
    });
  });
});

test("two spins share the states of one when nothing is magnetic", async () => {
  const job = { ...ALUMINIUM, spin: "collinear" };
  const options = { kgrid: [4, 4, 4], window: [-0.3, 0.1], points: 200 } as const;
  const [both, one] = [await runDos(job, options), await runDos(ALUMINIUM, options)];
  expect(both.spins.length).toBe(2);
  const last = (dos: typeof one, spin: number) => dos.spins[spin]!.integrated.at(-1)!;
  expect(last(one, 0)).toBeGreaterThan(2);
  for (const spin of [0, 1]) expect(last(both, spin)).toBeCloseTo(last(one, 0) / 2, 3);
});

test("whole bands of two spins hold the electrons of each below one Fermi level", async () => {
  // A nitrogen atom without smearing: the p shell of one spin, 2s² 2p³, and nothing of it of the other.
  const nitrogen = {
    structure: {
      lattice: [[6, 0, 0], [0, 6, 0], [0, 0, 6]], // biome-ignore format: a matrix
      atoms: [{ element: "N", position: [0, 0, 0], magneticMoment: 3 }],
    },
    pseudopotentials: "gth-lda",
    functional: "lda-pw92",
    ecut: 4,
    kgrid: [1, 1, 1],
    spin: "collinear",
  };
  const dos = await runDos(nitrogen, { method: "gaussian", width: 0.002, points: 800 });
  const after = dos.energies.findIndex((e) => e > dos.fermiLevel + 0.01);
  const [up, down] = dos.spins.map(({ integrated }) => integrated[after]!);
  expect(up).toBeCloseTo(4, 6);
  expect(down).toBeCloseTo(1, 6);
});

test("a fixed Hamiltonian needs no ground state; a window beyond the bands is warned of", async () => {
  const core = { ...SILICON, hamiltonian: "core", kgrid: [4, 4, 4] };
  const dos = await runDos(core, { kgrid: [4, 4, 4], window: [-0.5, 3] });
  expect(dos.warnings.join()).toMatch(/bands: end at .* Ha, above which states are missing/);
  expect(dos.spins[0]!.integrated.at(-1)).toBeCloseTo(2 * 8, 8);
});

test("several shifts give the union of their grids; a list of its points has the same levels, and no tetrahedra", async () => {
  const core = { ...SILICON, hamiltonian: "core" };
  const kshifts = [[0, 0, 0], [0.5, 0.5, 0.5]]; // biome-ignore format: vectors
  const options = { method: "gaussian", window: [-0.6, 0.2], points: 50, bands: 5 } as const;
  const union = await runDos({ ...core, kshifts }, { ...options, kgrid: [2, 2, 2] });
  const kpoints = kshifts.flatMap(([shift]) =>
    [0, 1, 2, 3, 4, 5, 6, 7].map((i) => ({
      k: [i & 1, (i >> 1) & 1, i >> 2].map((j) => (j + shift!) / 2),
      weight: 1,
    })),
  );
  const { kgrid: _, ...rest } = core;
  const list = await runDos({ ...rest, kpoints }, options);
  expect([list.method, list.kgrid, list.kpoints]).toEqual(["gaussian", undefined, union.kpoints]);
  expect(Math.max(...list.spins[0]!.density)).toBeGreaterThan(10);
  list.spins[0]!.density.forEach((d, i) => {
    expect(Math.abs(d - union.spins[0]!.density[i]!)).toBeLessThan(1e-6);
  });
  await expect(runDos({ ...rest, kpoints }, { method: "tetrahedron" })).rejects.toThrow(
    /method: must be gaussian for a list of k-points, .* got tetrahedron for 16 of them; give a dos\.kgrid/,
  );
});

test("options out of range are refused", async () => {
  await expect(runDos(SILICON, { kgrid: [0, 1, 1] })).rejects.toThrow(
    /kgrid: must be three positive whole numbers/,
  );
  await expect(runDos(SILICON, { width: -1 })).rejects.toThrow(
    /width: must be a positive energy in Ha, got -1/,
  );
  await expect(runDos(SILICON, { window: [1, 0] })).rejects.toThrow(
    /window: must be a lower and a higher energy/,
  );
  await expect(runDos(SILICON, { points: 1 })).rejects.toThrow(/points: must be a whole number from 2/);
});
