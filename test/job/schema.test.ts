import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { InputError } from "../../src/common/failure.ts";
import { requireSelfConsistent } from "../../src/job/schema/checks.ts";
import { MIXINGS } from "../../src/job/schema/mixings.ts";
import { parseJob } from "../../src/job/schema/schema.ts";

const structure = {
  lattice: [
    [0, 5, 5],
    [5, 0, 5],
    [5, 5, 0],
  ],
  atoms: [{ element: "Si", position: [0, 0, 0] }],
};
const least = { structure, ecut: 15 };

const messageOf = (job: unknown): string => {
  try {
    parseJob(job);
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return (error as Error).message;
  }
  throw new Error(`accepted: ${JSON.stringify(job)}`);
};

test("a job of structure and cutoff alone gets the documented defaults", () => {
  expect(parseJob(least)).toEqual({
    hamiltonian: "kohn-sham",
    structure: { ...structure, cartesian: false, units: "bohr" },
    pseudopotentials: "gth-lda",
    functional: "lda-pw92",
    ecut: 15,
    kgrid: [1, 1, 1],
    kshift: [0, 0, 0],
    kgridSymmetry: "crystal",
    fftSize: null,
    temperature: 0,
    smearing: "none",
    spin: "none",
    bands: null,
    symmetry: true,
    symmetryTolerance: 1e-4,
    stress: false,
    check: false,
    realOrbitals: true,
    scf: {
      mixing: { name: "auto" },
      accelerator: { name: "anderson", depth: 10, errorFactor: 1e5, maxCondition: 1e6 },
      damping: 0.8,
      tolerance: { density: 1e-6 },
      maxIterations: 100,
    },
    seed: 0,
  });
});

test("a parsed job parses to itself", () => {
  const job = parseJob({ ...least, temperature: 0.01, scf: { mixing: { name: "kerker", kTF: 1.5 } } });
  expect(job.scf.mixing).toEqual({ name: "kerker", kTF: 1.5 });
  expect(parseJob(job)).toEqual(job);
});

test("a temperature without a smearing means Fermi-Dirac", () => {
  expect(parseJob({ ...least, temperature: 0.01 }).smearing).toBe("fermi-dirac");
});

test("an energy tolerance alone is the only one that counts", () => {
  expect(parseJob({ ...least, scf: { tolerance: { energy: 1e-9 } } }).scf.tolerance).toEqual({
    energy: 1e-9,
  });
});

test("every mixing may be named alone and gets its parameters", () => {
  expect(MIXINGS.length).toBeGreaterThan(2);
  for (const name of MIXINGS)
    expect(parseJob({ ...least, scf: { mixing: { name } } }).scf.mixing.name).toBe(name);
  expect(parseJob({ ...least, scf: { mixing: { name: "kerker" } } }).scf.mixing).toEqual({
    name: "kerker",
    kTF: 0.8,
  });
});

test("settings of other programs are allowed in a job", () => {
  expect(parseJob({ ...least, peer: { diemac: 1e6 } }).peer).toEqual({ diemac: 1e6 });
});

test("the reference jobs and the shipped jobs are valid", () => {
  for (const folder of ["test/fixtures/abinit", "examples"]) {
    const files = readdirSync(folder).filter((file) => /(?<!\.result)\.json$/.test(file));
    expect(files.length, folder).toBeGreaterThan(4);
    for (const file of files) {
      const job = parseJob(JSON.parse(readFileSync(`${folder}/${file}`, "utf8")));
      expect(job.title, file).toBeTruthy();
      if (job.hamiltonian === "kohn-sham") requireSelfConsistent(job);
    }
  }
});

const withAtom = (atom: object) => ({ ...least, structure: { ...structure, atoms: [atom] } });
const withScf = (scf: unknown) => ({ ...least, scf });

/** What is wrong, the job, and what the message must hold: the field with its rule, the value, the remedy. */
const bad: readonly [string, unknown, readonly string[]][] = [
  ["no cutoff", { structure }, ["ecut: must be a positive", "missing", "10 to 40"]],
  ["a negative cutoff", { ...least, ecut: -3 }, ["ecut: must be a positive", "got -3", "10 to 40"]],
  ["a zero cutoff", { ...least, ecut: 0 }, ["ecut: must be a positive", "got 0"]],
  ["an infinite cutoff", { ...least, ecut: Number.POSITIVE_INFINITY }, ["ecut: must be", "got Infinity"]],
  ["a cutoff that is no number", { ...least, ecut: Number.NaN }, ["ecut: must be", "got NaN"]],
  ["a cutoff in quotes", { ...least, ecut: "15" }, ["ecut: must be", 'got "15"']],
  [
    "a misspelt field at the top",
    { structure, ectu: 15 },
    ["unknown field ectu (did you mean ecut?); known fields: $schema"],
  ],
  ["a misspelt field inside", withScf({ mixign: {} }), ["unknown field scf.mixign", "did you mean mixing?"]],
  [
    "a misspelt parameter",
    withScf({ mixing: { name: "kerker", kTf: 1 } }),
    ["unknown field scf.mixing.kTf", "did you mean kTF?"],
  ],
  [
    "a parameter of another mixing",
    withScf({ mixing: { name: "simple", kTF: 1 } }),
    ["unknown field scf.mixing.kTF", "known fields: name"],
  ],
  [
    "a misspelt field of an atom",
    withAtom({ element: "Si", position: [0, 0, 0], positoin: 1 }),
    ["unknown field structure.atoms[0].positoin", "did you mean position?"],
  ],
  [
    "a misspelt field of the structure",
    { ...least, structure: { ...structure, unit: "bohr" } },
    ["structure.unit", "did you mean units?"],
  ],
  [
    "an unknown mixing",
    withScf({ mixing: { name: "kreker" } }),
    [
      "scf.mixing.name: must be one of simple, kerker, kerker-dos, dielectric, hybrid, local-tf, ldos",
      'got "kreker"',
      "did you mean kerker?",
    ],
  ],
  ["a mixing without a name", withScf({ mixing: {} }), ["scf.mixing.name: must be one of simple", "missing"]],
  [
    "a mixing as a word",
    withScf({ mixing: "kerker" }),
    [
      "scf.mixing: must be an object",
      'got "kerker"',
      "names are simple, kerker, kerker-dos, dielectric, hybrid, local-tf, ldos",
    ],
  ],
  [
    "a negative kTF",
    withScf({ mixing: { name: "kerker", kTF: -1 } }),
    ["scf.mixing.kTF: must be a positive", "got -1", "0.8 is usual"],
  ],
  [
    "a damping that begins too high",
    withScf({ accelerator: { name: "adaptive-damping", minDamping: 1.5 } }),
    ["scf.accelerator.minDamping: must be a damping above 0 and at most 1", "got 1.5", "0.2 is usual"],
  ],
  [
    "a mixing of densities where potentials are mixed",
    withScf({ accelerator: { name: "adaptive-damping" }, mixing: { name: "chi0-exact" } }),
    ["scf.mixing.name: must not be chi0-exact with adaptive-damping", "ldos"],
  ],
  [
    "an unknown accelerator",
    withScf({ accelerator: { name: "andersen" } }),
    ["scf.accelerator.name: must be one of none", "did you mean anderson?"],
  ],
  [
    "a negative depth",
    withScf({ accelerator: { name: "anderson", depth: -1 } }),
    ["scf.accelerator.depth: must be a whole number of past steps, 0 or more", "got -1"],
  ],
  [
    "an error factor that forgets every step",
    withScf({ accelerator: { name: "anderson", errorFactor: 0.5 } }),
    ["scf.accelerator.errorFactor: must be a factor above 1, got 0.5; 1e5 is usual"],
  ],
  [
    "a damping where the damping is searched",
    withScf({ accelerator: { name: "adaptive-damping" }, damping: 0.5 }),
    ["scf.damping: must be left out with adaptive-damping, got 0.5; it finds the length"],
  ],
  [
    "a mixing where nothing is mixed",
    withScf({ accelerator: { name: "direct-minimisation" }, mixing: { name: "kerker" } }),
    ["scf.mixing: must be left out with direct-minimisation, got kerker; it moves the orbitals"],
  ],
  ["a damping of 2", withScf({ damping: 2 }), ["scf.damping: must be a damping between 0 and 2", "got 2"]],
  ["no tolerance", withScf({ tolerance: {} }), ["scf.tolerance: must name a tolerance", "got {}"]],
  [
    "a tolerance of zero",
    withScf({ tolerance: { density: 0 } }),
    ["scf.tolerance.density: must be a positive", "got 0"],
  ],
  ["half a step", withScf({ maxIterations: 2.5 }), ["scf.maxIterations: must be a positive", "got 2.5"]],
  ["no k-points", { ...least, kgrid: [4, 0, 4] }, ["kgrid[1]: must be a positive whole number", "got 0"]],
  [
    "a fraction of a k-point",
    { ...least, kgrid: [4, 4, 1.5] },
    ["kgrid[2]: must be a positive whole number", "got 1.5"],
  ],
  ["two k-grid axes", { ...least, kgrid: [4, 4] }, ["kgrid: must be three", "got [4,4]"]],
  ["a k-grid as a number", { ...least, kgrid: 4 }, ["kgrid: must be three", "got 4", "such as [4, 4, 4]"]],
  [
    "an unknown functional",
    { ...least, functional: "lda-pw29" },
    ["functional", "lda-pw29", "did you mean lda-pw92"],
  ],
  [
    "an unknown libxc name",
    { ...least, functional: ["lda_x", "lda_c_pww"] },
    ["functional", "lda_c_pww", "lda_c_pw"],
  ],
  [
    "an unknown smearing",
    { ...least, temperature: 0.01, smearing: "fermi" },
    ["smearing: must be one of none, fermi-dirac", 'got "fermi"'],
  ],
  [
    "a smearing at zero temperature",
    { ...least, smearing: "gaussian" },
    ["temperature: must be positive with smearing gaussian", "got 0", "0.001"],
  ],
  [
    "a temperature without smearing",
    { ...least, temperature: 0.01, smearing: "none" },
    ["smearing: must not be none", "0.01"],
  ],
  ["a negative temperature", { ...least, temperature: -1 }, ["temperature: must be", "got -1"]],
  [
    "a temperature that fills levels up to the cutoff",
    { ...least, ecut: 5, temperature: 0.6 },
    ["temperature: must be at most a tenth of ecut, 0.5 Ha", "got 0.6"],
  ],
  [
    "a temperature in kelvin",
    { ...least, temperature: 300 },
    ["temperature: must be", "got 300", "300 K would be 0.00095 Ha"],
  ],
  [
    "a cutoff beyond every machine",
    { ...least, ecut: 1e300 },
    ["ecut: must be at most 10000 Ha", "got 1e+300"],
  ],
  [
    "a grid beyond every machine",
    { ...least, fftSize: [24, 24, 1e15] },
    ["fftSize: must be at most 10000", "1000000000000000"],
  ],
  [
    "a slow grid",
    { ...least, fftSize: [22, 17, 58] },
    ["fftSize: must hold products of 2, 3, 5, 7, 11 and 13", "[22,17,58]", "[22,18,60]"],
  ],
  ["no bands", { ...least, bands: 0 }, ["bands: must be a positive whole number or null", "got 0"]],
  [
    "no atoms",
    { ...least, structure: { ...structure, atoms: [] } },
    ["structure.atoms: must be a list with at least one atom", "got []"],
  ],
  ["no structure", { ecut: 3 }, ["structure: must be", "missing"]],
  [
    "a structure as a word",
    { ...least, structure: "slab.extxyz" },
    ["structure: must be {", 'got "slab.extxyz"'],
  ],
  [
    "a file beside a lattice",
    { ...least, structure: { file: "a.xyz", units: "bohr" } },
    ["unknown field structure.units", "known fields: file"],
  ],
  ["a number as a file", { ...least, structure: { file: 3 } }, ["structure.file: must be the path", "got 3"]],
  [
    "a misspelt list of atoms",
    { ...least, structure: { lattice: structure.lattice, atom: structure.atoms } },
    ["unknown field structure.atom (did you mean atoms?); known fields: lattice"],
  ],
  [
    "two lattice vectors",
    {
      ...least,
      structure: {
        ...structure,
        lattice: [
          [1, 0, 0],
          [0, 1, 0],
        ],
      },
    },
    ["structure.lattice: must be three lattice vectors"],
  ],
  [
    "a flat position",
    withAtom({ element: "Si", position: [0, 0] }),
    ["structure.atoms[0].position: must be three numbers", "got [0,0]"],
  ],
  [
    "a word as a coordinate",
    withAtom({ element: "Si", position: [0, "0", 0] }),
    ["structure.atoms[0].position[1]: must be a finite number", 'got "0"'],
  ],
  [
    "no element",
    withAtom({ position: [0, 0, 0] }),
    ["structure.atoms[0].element: must be a chemical symbol", "missing"],
  ],
  [
    "unknown units",
    { ...least, structure: { ...structure, units: "Angstrom" } },
    ["structure.units: must be one of bohr, angstrom", "did you mean angstrom?"],
  ],
  ["an unknown Hamiltonian", { ...least, hamiltonian: "kohnsham" }, ["hamiltonian: must be", "kohnsham"]],
  [
    "a number as pseudopotentials",
    { ...least, pseudopotentials: 3 },
    ["pseudopotentials: must be a family name", "got 3"],
  ],
  ["symmetry as a word", { ...least, symmetry: "yes" }, ["symmetry: must be true or false", 'got "yes"']],
  ["a list", [least], ["job: must be an object", "ecut"]],
  ["nothing", null, ["job: must be an object", "got null"]],
];

describe("one line names the field, the value and what is allowed for", () => {
  test.each(bad)("%s", (_, job, fragments) => {
    const message = messageOf(job);
    expect(message).not.toContain("\n");
    for (const fragment of fragments) expect(message).toContain(fragment);
  });
});

test("a ground state of a fixed Hamiltonian is refused", () => {
  for (const hamiltonian of ["core", "cohen-bergstresser", { frozen: "potential.json" }])
    expect(() => requireSelfConsistent(parseJob({ ...least, hamiltonian }))).toThrow(
      /hamiltonian: must be kohn-sham/,
    );
});
