import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { problemText } from "../../src/bands/frozen-problem.ts";
import { NotConvergedError } from "../../src/common/failure.ts";
import type { Vec3 } from "../../src/common/vec3.ts";
import { readTextFrom } from "../../src/io/node-files.ts";
import { runBands } from "../../src/job/tasks/bands/run-bands.ts";
import { runScf } from "../../src/job/tasks/scf/run-scf.ts";
import { close, closeArrays } from "../close.ts";

const folder = mkdtempSync(join(tmpdir(), "stillwave-bands-"));
afterAll(() => rmSync(folder, { recursive: true }));

const example = (name: string, change: object = {}) => ({
  ...(JSON.parse(readFileSync(`examples/${name}.json`, "utf8")) as Record<string, unknown>),
  ...change,
});
const silicon = (change: object = {}) =>
  example("silicon", { ecut: 5, kgrid: [2, 2, 2], scf: { tolerance: { density: 1e-7 } }, ...change });
const energies = (run: Awaited<ReturnType<typeof runBands>>) =>
  run.file.kpoints.map(({ bands }) => bands.map(({ energy }) => energy));

test("bands of a ground state are its own levels at its own k-points, and a file brings them back", async () => {
  const result = await runScf(silicon());
  const kpoints = result.kpoints.map(({ k }) => k as Vec3);
  expect(kpoints.length).toBeGreaterThan(2);
  const run = await runBands(silicon(), { kpoints, saveProblem: true });
  energies(run).forEach((bands, i) => {
    // The solver of the ground state stops at a residual of 3 % of 1e-7.
    closeArrays(
      bands.slice(0, 4),
      result.kpoints[i]!.eigenvalues.slice(0, 4),
      1e-9,
      `levels at [${kpoints[i]}]`,
    );
  });
  expect(run.file.zero).toBe(Math.max(...energies(run).map((bands) => bands[3]!)));
  expect(run.zero.kind).toBe("valence-maximum");
  expect(run.gap!.gap).toBeGreaterThan(0.01);

  writeFileSync(join(folder, "si.problem.json"), problemText(run.problem!));
  const stored = silicon({ hamiltonian: { frozen: "si.problem.json" } });
  const again = await runBands(stored, { kpoints, readText: readTextFrom(folder) });
  energies(again).forEach((bands, i) => {
    closeArrays(bands, energies(run)[i]!, 1e-10, `levels from the file at [${kpoints[i]}]`);
  });
  expect(again.file.hamiltonian).toEqual({ frozen: "si.problem.json" });
  expect(again.zero.kind).toBe("valence-maximum");
  close(again.file.zero, run.file.zero, 1e-10);

  // More plane waves lower every level, and the coefficients that are not in the file are taken as zero.
  const finer = await runBands({ ...stored, ecut: 8 }, { kpoints, readText: readTextFrom(folder) });
  energies(finer).forEach((bands, i) => {
    bands.forEach((e, band) => {
      expect(e).toBeLessThan(energies(run)[i]![band]! + 1e-10);
    });
  });
  expect(energies(run)[0]![0]! - energies(finer)[0]![0]!).toBeGreaterThan(1e-4);
  await expect(runBands(silicon({ hamiltonian: { frozen: "none.json" } }), { kpoints })).rejects.toThrow(
    /none\.json: must be a readable file/,
  );
});

test("a metal is measured from its Fermi level", async () => {
  const job = example("aluminium", { ecut: 4, kgrid: [3, 3, 3] });
  const { fermiLevel } = await runScf(job);
  const run = await runBands(job, { path: "GX", points: 5, bands: 4 });
  close(run.file.zero, fermiLevel!, 1e-9);
  expect(run.zero.kind).toBe("fermi-level");
  expect(run.filled).toBeUndefined(); // three electrons fill no whole number of bands
  expect(run.file.kpoints.length).toBe(5);
  expect(run.file.kpoints[0]!.bands.map(({ index }) => index)).toEqual([1, 2, 3, 4]);
});

test("without a moment both spins have the levels of a run without spin, each k-point listed once for each", async () => {
  const job = example("aluminium", { ecut: 4, kgrid: [3, 3, 3], scf: { tolerance: { density: 1e-8 } } });
  const options = { path: "LG", points: 3, bands: 4 };
  const plain = await runBands(job, options);
  const both = await runBands({ ...job, spin: "collinear" }, options);
  expect(plain.file.kpoints.map(({ spin }) => spin)).toEqual([undefined, undefined, undefined]);
  expect(both.file.kpoints.map(({ spin }) => spin)).toEqual([0, 0, 0, 1, 1, 1]);
  both.file.kpoints.forEach(({ k, bands }, i) => {
    expect(k).toEqual(plain.file.kpoints[i % 3]!.k);
    // Potentials that differ by what a density residual of 1e-8 leaves.
    closeArrays(
      bands.map(({ energy }) => energy),
      energies(plain)[i % 3]!,
      1e-7,
      `spin levels ${i}`,
    );
  });
  close(both.file.zero, plain.file.zero, 1e-7);
  expect(both.gap).toBeUndefined();
  await expect(runBands({ ...job, spin: "collinear" }, { ...options, saveProblem: true })).rejects.toThrow(
    /^spin: must be none with bands\.saveProblem, got collinear/,
  );
});

test("a fixed Hamiltonian is measured from the top of band N/2 along the path", async () => {
  const run = await runBands(example("cohen-bergstresser", { ecut: 4 }), { path: "LGX", points: 9 });
  const { file } = run;
  expect(file.path.map(({ label }) => label)).toEqual(["L", "Γ", "X"]);
  expect(file.zero).toBe(Math.max(...energies(run).map((bands) => bands[3]!)));
  expect(run.zero).toEqual({ energy: file.zero, kind: "band-top", band: 4, index: expect.any(Number) });
  expect(Object.keys(file)).toEqual([
    "stillwave",
    "job",
    "hamiltonian",
    "ecut",
    "zero",
    "path",
    "kpoints",
    "resources",
  ]);
  expect(file.kpoints[0]!.bands[0]).toEqual({ index: 1, energy: energies(run)[0]![0] });
  expect(run.residual).toBeLessThan(1e-6);
});

test("the core Hamiltonian knows neither electrons nor a functional", async () => {
  const options = { kpoints: [[0.1, 0.2, 0.3]] as Vec3[], bands: 4 };
  const run = await runBands(example("silicon-core", { ecut: 4 }), options);
  const pbe = await runBands(
    example("silicon-core", { ecut: 4, functional: "pbe", temperature: 0.01 }),
    options,
  );
  expect(energies(pbe)).toEqual(energies(run));
  expect(energies(run)[0]![0]!).toBeGreaterThan(0.06); // far above the self-consistent one
});

test("the empirical model is refused for any crystal but its own", async () => {
  const refused = (change: object, message: RegExp) =>
    expect(runBands(example("cohen-bergstresser", change), { points: 30 })).rejects.toThrow(message);
  const structure = (change: object) => ({
    structure: { ...(example("cohen-bergstresser").structure as object), ...change },
  });
  const atoms = (element: string, ...positions: Vec3[]) =>
    structure({ atoms: positions.map((position) => ({ element, position })) });
  const [p, q] = [
    [0.125, 0.125, 0.125],
    [-0.125, -0.125, -0.125],
  ] as [Vec3, Vec3];
  await refused(atoms("Ge", p, q), /^hamiltonian: cohen-bergstresser must have silicon alone, got Ge; /);
  await refused(
    structure({ lattice: [[0, 2.715, 2.715], [2.715, 0, 2.715], [2.715, 2.715, 0]] }), // biome-ignore format: a matrix
    /the lattice constant 10\.2612 bohr, got 5\.4300/,
  );
  await refused(
    structure({
      lattice: [
        [5.43, 0, 0],
        [0, 5.43, 0],
        [0, 0, 5.43],
      ],
    }),
    /face-centred cubic lattice, got a simple cubic one/,
  );
  await refused(atoms("Si", p), /two atoms, got 1/);
  await refused(atoms("Si", p, [0.125, 0.125, 0.5]), /as in diamond/);
  await refused(atoms("Si", [0, 0, 0], [0.5, 0.5, 0.5]), /as in diamond/);
  // The other places of a diamond crystal are as good.
  const moved = await runBands(
    example("cohen-bergstresser", { ecut: 3, ...atoms("Si", [0, 0, 0], [1.25, -0.75, 0.25]) }),
    { kpoints: [[0, 0, 0]] },
  );
  const usual = await runBands(example("cohen-bergstresser", { ecut: 3 }), { kpoints: [[0, 0, 0]] });
  closeArrays(energies(moved)[0]!, energies(usual)[0]!, 1e-9);
});

test("a wrong label is refused before the ground state is looked for, and no ground state means no bands", async () => {
  let steps = 0;
  const onStep = () => {
    steps++;
  };
  await expect(runBands(silicon(), { path: "GQ", onStep })).rejects.toThrow(/^bands\.path: must be made of/);
  expect(steps).toBe(0);
  const short = silicon({ scf: { maxIterations: 2 } });
  const attempt = runBands(short, { path: "GX", points: 5, onStep });
  await expect(attempt).rejects.toThrow(NotConvergedError);
  await expect(attempt).rejects.toThrow(/ground state: iteration-limit after 2 steps/);
  expect(steps).toBe(2);
});

test("options that exclude each other are refused", async () => {
  const job = example("cohen-bergstresser", { ecut: 3 });
  await expect(runBands(job, { path: "GX", kpoints: [[0, 0, 0]] })).rejects.toThrow(
    /^bands\.kpoints: must stand without bands\.path and bands\.points/,
  );
  await expect(runBands(job, { kpoints: [] })).rejects.toThrow(
    /^bands\.kpoints: must be a list of k-points, got \[\]; such as/,
  );
  await expect(runBands(job, { saveProblem: true })).rejects.toThrow(
    /^bands\.saveProblem: needs the hamiltonian kohn-sham/,
  );
});
