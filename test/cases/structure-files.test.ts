import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { InputError } from "../../src/common/failure.ts";
import { norm } from "../../src/common/vec3.ts";
import { parseJobFile } from "../../src/io/job-file.ts";
import { resolveStructure } from "../../src/job/prepare/structure.ts";
import { parseJob } from "../../src/job/schema/schema.ts";
import { formula } from "../../src/model/structure.ts";

const FOLDER = "test/fixtures/cases";
const read = (path: string) => readFile(`${FOLDER}/${path}`, "utf8");
const structureOf = (file: string, more: object = {}) =>
  resolveStructure({ structure: { file, ...more } }, read);

test.each([
  ["cif-attached-h.cif", /:2: must be the formula of the atoms in the cell, O4; .* got "H2 O times Z = 4"/],
  ["cif-formula-mismatch.cif", /:2: must be the formula of .* K4 P4 O16; .* got "H2 K O4 P times Z = 4"/],
  ["cif-dup-cell.cif", /:9: must be the only _cell_length_a of data_dup: it stands in line 2 too/],
  ["cif-dup-loops2.cif", /:18: must be the only _atom_site_label of data_dup: it stands in line 10 too/],
  [
    "cif-two-digits.cif",
    /Si of atoms\[\d\] must be at least 2\.10 bohr .* got 0\.\d+ bohr from Si of atoms\[\d\]/,
  ],
  ["sym-FeNi.cif", /:14: must be an atom whose type or label is one chemical symbol, .* got "FeNi"/],
  ["sym-Fe_Ni.cif", /:14: must be an atom whose type or label is one chemical symbol, .* got "Fe_Ni"/],
  ["sym-Fe-slash-Ni.cif", /:14: must be an atom whose type or label is one chemical symbol, .* got "Fe\/Ni"/],
  [
    "sym-Fe0_5Ni0_5.cif",
    /:14: must be an atom whose type or label is one chemical symbol, .* got "Fe0\.5Ni0\.5"/,
  ],
  ["ang.abi", /:1: must be a variable with a value, or a unit: angstrom, bohr or nm for lengths, got "ang"/],
  ["both.abi", /:1: must be positions given once: line 1 has xred, got "xcart"/],
  ["nox1.abi", /must be an input with positions: xred, xcart or xangst, got "none"/],
])("%s is refused", async (file, message) => {
  await expect(structureOf(file)).rejects.toThrow(InputError);
  await expect(structureOf(file)).rejects.toThrow(message);
});

test("what a file was refused for can be insisted on, and is told", async () => {
  const ice = await structureOf("cif-attached-h.cif", { allowFormulaMismatch: true });
  expect(formula(ice)).toBe("O4");
  expect(ice.warnings.join("\n")).toMatch(/H2 O times Z = 4: went on as asked/);
  expect(formula(await structureOf("cif-two-digits.cif", { allowCloseAtoms: true }))).toBe("Si6");
});

test("atoms of a job that are too close are refused", async () => {
  const job = parseJob(parseJobFile(await read("close-atoms.json"), "close-atoms.json"));
  await expect(resolveStructure(job, read)).rejects.toThrow(/got 0\.205 bohr from Si of atoms\[0\]/);
});

test("a magnetic CIF gives all its atoms with the moments that its operations turn round", async () => {
  const { atoms, warnings } = await structureOf("mcif-mnf2.mcif");
  expect(atoms.map(({ element, magneticMoment }) => `${element} ${magneticMoment}`)).toEqual([
    "Mn 4.6",
    "Mn -4.6",
    "F 0",
    "F 0",
    "F 0",
    "F 0",
  ]);
  expect(atoms[1]!.position).toEqual([0.5, 0.5, 0.5]);
  expect(warnings).toEqual([]);
});

test.each([
  ["comma.in", "Si", 8, [0.1, 0.2, 0.3]],
  ["frac.in", "Si2", 6, [1 / 3, 2 / 3, 0.25]],
  ["ib0bohr.pwi", "H2", 6.2, [0, 0, 0]],
  ["paren.in", "Si", 8, [0, 0, 0]],
  ["qe-alat-number.pwi", "Si", 10.26 * Math.SQRT1_2, [0, 0, 0]],
  ["star-acell.abi", "H2", 7, [0, 0, 0]],
] as const)("%s is read as the program reads it", async (file, wanted, length, first) => {
  const structure = await structureOf(file);
  expect(formula(structure)).toBe(wanted);
  expect(norm(structure.lattice[0])).toBeCloseTo(length, 10);
  expect(structure.atoms[0]!.position).toEqual(first);
});

test("expressions are positions", async () => {
  const { atoms } = await structureOf("ib0bohr.pwi");
  expect(atoms[1]!.position).toEqual([1 / 3, 0.5, 0.4]);
});

test("kinds of one element have their own share of the valence electrons as moment, and a charge is read", async () => {
  const { atoms } = await structureOf("antiferromagnet.in");
  expect(atoms.map(({ element, momentShare }) => [element, momentShare])).toEqual([
    ["Fe", 0.5],
    ["Fe", -0.5],
  ]);
  const iron = await structureOf("qe-magnetic.pwi");
  expect(iron.atoms[0]!.momentShare).toBe(0.6);
  expect(iron.charge).toBe(1);
  expect(iron.warnings).toEqual([
    "qe-magnetic.pwi:1: only the structure is read, not ecutwfc, occupations, degauss, K_POINTS, masses and potentials of ATOMIC_SPECIES",
  ]);
});

test.each([
  [
    "noncollinear-moments.extxyz",
    Math.hypot(1.5, 2.2),
    /:2: moments along \(0\.5633, 0, 0\.8262\) are kept as numbers/,
  ],
  ["spinat.abi", 5, /:1: moments along \(0\.6, 0\.8, 0\) are kept as numbers along that axis/],
])("%s: one axis is enough for collinear spin, and it is said", async (file, moment, message) => {
  const { atoms, warnings } = await structureOf(file);
  expect(atoms[0]!.magneticMoment).toBeCloseTo(moment, 12);
  expect(warnings.join("\n")).toMatch(message);
});

test.each(["deuterium.extxyz", "deuterium.vasp"])("%s: deuterium is hydrogen", async (file) => {
  const isHeavyWater = file.endsWith("vasp");
  const { atoms } = await structureOf(file, isHeavyWater ? { allowCloseAtoms: true } : {});
  expect(atoms.map(({ element }) => element)).toEqual(isHeavyWater ? ["H", "H", "O"] : ["H"]);
});
