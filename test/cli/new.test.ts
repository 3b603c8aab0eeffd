import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { runProgram } from "../../src/cli/program.ts";
import { BOHR_PER_ANGSTROM } from "../../src/common/units.ts";
import type { Vec3 } from "../../src/common/vec3.ts";
import { prepareScf } from "../../src/job/prepare/prepare-scf.ts";
import type { InlineStructure } from "../../src/job/schema/job.ts";
import { parseJob } from "../../src/job/schema/schema.ts";
import { fakeHost } from "./fake-host.ts";

const cwd = mkdtempSync(join(tmpdir(), "stillwave-new-"));
afterAll(() => rmSync(cwd, { recursive: true }));

async function printed(words: string) {
  const host = fakeHost({ cwd });
  expect(await runProgram(["new", ...words.split(" ")], host)).toBe(0);
  expect(host.written.stderr).toMatch(/^pseudopotentials: \w+ gth-\S+ \(\d+ electrons?\).*; ecut \d+ Ha\n$/);
  return parseJob(JSON.parse(host.written.stdout));
}
const lattice = (job: Awaited<ReturnType<typeof printed>>) => (job.structure as InlineStructure).lattice;

test("a slab has the layers and the vacuum asked for, in angstrom", async () => {
  const job = await printed("slab Al --layers 10 --vacuum 20");
  const { atoms, units } = job.structure as InlineStructure;
  expect(atoms.length).toBe(10);
  expect(units).toBe("angstrom");
  expect(lattice(job)[2][2]).toBeCloseTo(9 * 2.025 + 20, 9);
  const kgrid = job.kgrid as Vec3;
  expect(kgrid[2]).toBe(1); // vacuum needs no k-points
  expect(kgrid[0]).toBeGreaterThan(3);
  expect(job.temperature).toBeGreaterThan(0);
});

test("the same slab in bohr is the same slab", async () => {
  const inAngstrom = await printed("slab Al --layers 4 --vacuum 10");
  const inBohr = await printed(`slab Al --layers 4 --vacuum ${10 * BOHR_PER_ANGSTROM} --units bohr`);
  expect((inBohr.structure as InlineStructure).units).toBe("bohr");
  lattice(inBohr).forEach((row, i) => {
    row.forEach((x, j) => {
      expect(x / BOHR_PER_ANGSTROM).toBeCloseTo(lattice(inAngstrom)[i]![j]!, 9); // written with 12 digits
    });
  });
});

test("an insulator has no smearing, a magnet has moments, PBE has its pseudopotentials", async () => {
  const silicon = await printed("bulk Si");
  expect(silicon.smearing).toBe("none");
  const iron = await printed("bulk Fe --moment 2.2 --functional pbe");
  expect(iron).toMatchObject({ spin: "collinear", functional: "pbe", pseudopotentials: "gth-pbe" });
  expect((iron.structure as InlineStructure).atoms[0]!.magneticMoment).toBe(2.2);
  const copies = await printed("bulk Cu --conventional --repeat 2,1,1 --kgrid 3x6x6 --ecut 12");
  expect((copies.structure as InlineStructure).atoms.length).toBe(8);
  expect(copies).toMatchObject({ kgrid: [3, 6, 6], ecut: 12 });
});

test("sodium and magnesium start without the semicore electrons that ask for 200 Ha; copper keeps its d electrons", async () => {
  expect(await printed("bulk Na")).toMatchObject({ pseudopotentials: { Na: "gth-lda-q1" }, ecut: 5 });
  expect(await printed("bulk Mg")).toMatchObject({ pseudopotentials: { Mg: "gth-lda-q2" }, ecut: 10 });
  expect(await printed("bulk Cu")).toMatchObject({ pseudopotentials: "gth-lda", ecut: 95 });
});

test.each(["bulk Na", "bulk GaAs", "bulk Mg", "slab Fe --face 110", "slab Al --face 1,-1,1", "molecule CH4"])(
  "new %s can be run as it is",
  async (words) => {
    const job = await printed(words);
    const { problem, warnings } = await prepareScf({ ...job, ecut: 5 });
    expect(problem.basis.kpoints.length).toBeGreaterThan(0);
    expect(warnings.filter((line) => !line.startsWith("ecut: 5 Ha is low for"))).toEqual([]);
  },
);

test("--pseudopotentials takes an entry for all elements or one for each, and new says which are taken", async () => {
  const printedBy = async (...words: string[]) => {
    const host = fakeHost({ cwd });
    expect(await runProgram(["new", ...words], host)).toBe(0);
    return { job: parseJob(JSON.parse(host.written.stdout)), text: host.written.stderr };
  };
  const small = await printedBy("bulk", "Cu", "--pseudopotentials", "gth-lda-q1");
  expect(small.job).toMatchObject({ pseudopotentials: "gth-lda-q1", ecut: 10 });
  expect(small.text).toBe("pseudopotentials: Cu gth-lda-q1 (1 electron); ecut 10 Ha\n");
  const mixed = await printedBy("bulk", "NaCl", "--pseudopotentials", "Na=gth-lda-q9");
  expect(mixed.job).toMatchObject({ pseudopotentials: { Na: "gth-lda-q9", Cl: "gth-lda" }, ecut: 220 });
  expect(mixed.text).toContain("Na gth-lda-q9 (9 electrons), Cl gth-lda-q7 (7 electrons); ecut 220 Ha");
});

test("--out writes the job and says how to go on", async () => {
  const host = fakeHost({ cwd });
  expect(await runProgram(["new", "bulk", "Si", "--out", "si.json"], host)).toBe(0);
  expect(host.written.stdout).toBe("");
  expect(host.written.stderr).toContain("stillwave scf si.json");
  expect(parseJob(JSON.parse(readFileSync(join(cwd, "si.json"), "utf8"))).title).toBe("diamond Si");
});

describe("wrong input returns 2 with one line", () => {
  test.each([
    ["bulk Sj", /^stillwave: name: must be an element .* got Sj/],
    ["bulk GaAs --a x", /^stillwave: --a: must be a number, got x/],
    ["slab Al --face 12", /^stillwave: --face: must be three Miller indices such as 111 or 1,-1,0, got 12/],
    ["slab Al --layers 2.5", /^stillwave: layers: must be a positive whole number, got 2\.5/],
    ["slab Al --layer 2", /^stillwave: unknown option '--layer'.*--layers/],
    ["bulk Al --repeat 2,2", /^stillwave: --repeat: must be three whole numbers such as 2,2,1, got 2,2/],
    ["bulk Al --pseudopotentials gth-lda-q11", /no Al with 11 valence electrons/],
    [
      "bulk NaCl --pseudopotentials Na=gth-lda,K=gth-lda",
      /--pseudopotentials: must name an entry for elements of NaCl, got Na=gth-lda,K=/,
    ],
    ["bulk NaCl --pseudopotentials Na=gth-lda,Na=gth-pbe", /--pseudopotentials: must name/],
    ["bulk Al --ecut -3", /^stillwave: ecut: must be a positive/],
    ["molecule H20", /^stillwave: molecule: must be one of .*did you mean H2/],
  ])("new %s", async (words, line) => {
    const host = fakeHost({ cwd });
    expect(await runProgram(["new", ...words.split(" ")], host)).toBe(2);
    expect(host.written.stdout).toBe("");
    expect(host.written.stderr.trim().split("\n")).toHaveLength(1);
    expect(host.written.stderr).toMatch(line);
  });
});
