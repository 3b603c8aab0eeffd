import { describe, expect, test } from "vitest";
import { prepareScf } from "../../src/job/prepare/prepare-scf.ts";
import { runBands } from "../../src/job/tasks/bands/run-bands.ts";
import type { ResultFile } from "../../src/job/tasks/scf/result.ts";
import { runScf } from "../../src/job/tasks/scf/run-scf.ts";
import { close, closeArrays, notTiny } from "../close.ts";
import { ALUMINIUM, finish, SILICON, to } from "../systems.ts";
import { ANTIFERROMAGNET, IRON, inBox } from "./spin-systems.ts";

const bandsOf = (result: ResultFile, spin: number): number[] =>
  result.kpoints.filter((k) => k.spin === spin).flatMap(({ eigenvalues }) => eigenvalues.slice(0, 6));

describe("without a moment a spin-polarised run is the unpolarised one", () => {
  test.each([
    ["in a metal with LDA", ALUMINIUM],
    ["with PBE", { ...SILICON, functional: "pbe", pseudopotentials: "gth-pbe", temperature: 0.01 }],
  ])("%s", async (_, job) => {
    const tight = to(1e-8, job);
    const shared = await finish(tight);
    const apart = await finish({ ...tight, spin: "collinear" });
    const [one, two] = [shared.end.last, apart.end.last];
    close(two.energies.total, one.energies.total, 1e-9, "energy");
    close(two.occupation.fermiLevel, one.occupation.fermiLevel, 1e-7, "Fermi level");
    const half = one.rhoOut.map((x) => x / 2);
    notTiny(half, 1e-2);
    // Two densities, each converged to 1e-8 in the norm; a value may be off by some of that.
    closeArrays(two.rhoOut.subarray(0, half.length), half, 1e-7, "up");
    closeArrays(two.rhoOut.subarray(half.length), half, 1e-7, "down");
  });
});

describe("iron", () => {
  test("converges as it comes, with a moment that the occupations have too", async () => {
    const result = await runScf(IRON);
    expect(result.status).toBe("converged");
    expect(result.iterations).toBeLessThan(30);
    expect(result.warnings).toEqual([expect.stringContaining("ecut: 12 Ha is low for Fe")]);
    const spins = result.kpoints.map(({ spin }) => spin);
    expect(spins).toEqual([...spins].sort());
    const electrons = [0, 1].map((spin) =>
      result.kpoints
        .filter((k) => k.spin === spin)
        .reduce((sum, { weight, occupations }) => sum + weight * occupations.reduce((a, b) => a + b), 0),
    );
    close(electrons[0]! + electrons[1]!, result.electrons, 1e-9, "electrons");
    expect(result.magnetisation!).toBeGreaterThan(1);
    // Weights of one spin add up to 1, and a density holds what its orbitals do to rounding.
    close(result.magnetisation!, electrons[0]! - electrons[1]!, 1e-9, "moment");
    expect(result.absoluteMagnetisation!).toBeGreaterThan(result.magnetisation!);
    expect(result.atomicMagnetisation!.moments).toHaveLength(1);
    close(result.history.at(-1)!.magnetisation!, result.magnetisation!, 1e-12);
  });

  test("has the same energy with up and down exchanged", async () => {
    const { lattice, atoms } = IRON.structure;
    const reversed = { lattice, atoms: atoms.map((atom) => ({ ...atom, magneticMoment: -3 })) };
    const up = await runScf(to(1e-8, IRON));
    const down = await runScf(to(1e-8, { ...IRON, structure: reversed }));
    close(down.energies.total, up.energies.total, 1e-9, "energy");
    expect(up.magnetisation!).toBeGreaterThan(1);
    close(down.magnetisation!, -up.magnetisation!, 1e-6, "moment");
    const [majority, minority] = [bandsOf(up, 0), bandsOf(up, 1)];
    notTiny(majority.map((e, i) => e - minority[i]!), 1e-2); // biome-ignore format: short
    closeArrays(bandsOf(down, 1), majority, 1e-6, "majority");
    closeArrays(bandsOf(down, 0), minority, 1e-6, "minority");
  });

  test("gives the same digits on any number of threads", async () => {
    const job = { ...IRON, scf: { maxIterations: 3 } };
    const [one, three] = [await runScf(job), await runScf(job, { threads: 3 })];
    expect(three.resources.threads).toBe(3);
    expect(three.magnetisation).toBe(one.magnetisation);
    expect(three.energies).toEqual(one.energies);
    expect(three.kpoints).toEqual(one.kpoints);
  });
});

test("moments tell atoms of one element apart, and only where spins are polarised", async () => {
  const operations = async (job: object) => (await prepareScf(job)).problem.basis.operations.length;
  const { spin: _, ...unpolarised } = ANTIFERROMAGNET;
  // Body-centred cubic has 48 rotations, each with and without the shift to the other atom.
  expect(await operations(ANTIFERROMAGNET)).toBe(48);
  expect(await operations(unpolarised)).toBe(96);
});

test("a hydrogen atom has the moment of its electron", async () => {
  const job = inBox(7, { element: "H", position: [0, 0, 0], magneticMoment: 0.5 });
  const result = await runScf(job);
  expect(result.status).toBe("converged");
  // The level of the other spin lies many smearing widths above.
  close(result.magnetisation!, 1, 1e-6);
});

test("a run without any initial moment says that it will find none", async () => {
  const { warnings } = await prepareScf({ ...ALUMINIUM, spin: "collinear" });
  expect(warnings).toEqual([expect.stringMatching(/structure\.atoms: spin is collinear but no atom/)]);
});

test("a moment without spin is said to be ignored, in a self-consistent run and with a fixed Hamiltonian", async () => {
  const [atom, ...others] = ALUMINIUM.structure.atoms;
  const structure = { ...ALUMINIUM.structure, atoms: [{ ...atom, magneticMoment: 1 }, ...others] };
  const ignored = [
    'structure.atoms: a magneticMoment is ignored because spin is none; give "spin": "collinear" for a magnetic run',
  ];
  expect((await prepareScf({ ...ALUMINIUM, structure })).warnings).toEqual(ignored);
  const core = { ...ALUMINIUM, structure, hamiltonian: "core" };
  expect((await runBands(core, { kpoints: [[0, 0, 0]], bands: 2 })).warnings).toEqual(ignored);
});

test("a moment above the valence is refused", async () => {
  const job = inBox(8, { element: "H", position: [0, 0, 0], magneticMoment: 2 });
  await expect(runScf(job)).rejects.toThrow(
    /atoms\[0\]\.magneticMoment: at most the 1 valence electrons, got 2/,
  );
});
