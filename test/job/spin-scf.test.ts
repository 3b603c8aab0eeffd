import { describe, expect, test } from "vitest";
import { prepareScf } from "../../src/job/prepare/prepare-scf.ts";
import { runBands } from "../../src/job/tasks/bands/run-bands.ts";
import { runScf } from "../../src/job/tasks/scf/run-scf.ts";
import { close, closeArrays, notTiny } from "../close.ts";
import { ALUMINIUM, finish, SILICON, to } from "../systems.ts";
import { ANTIFERROMAGNET, inBox } from "./spin-systems.ts";

describe("without a moment a spin-polarised run is the unpolarised one", () => {
  test.each([
    ["in a metal with LDA", { ...ALUMINIUM, ecut: 4 }],
    ["with PBE", { ...SILICON, ecut: 3, functional: "pbe", pseudopotentials: "gth-pbe", temperature: 0.01 }],
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
