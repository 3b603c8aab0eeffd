import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bulk } from "../../src/build/bulk.ts";
import { runProgram } from "../../src/cli/program.ts";
import { parseJobFile } from "../../src/io/job-file.ts";
import { parseStructure } from "../../src/io/structures/structure-files.ts";
import { parseJob } from "../../src/job/schema/schema.ts";
import { hasAse, python } from "../ase.ts";
import { needs } from "../needs.ts";
import { fakeHost } from "./fake-host.ts";

const cwd = mkdtempSync(join(tmpdir(), "stillwave-files-"));
afterAll(() => rmSync(cwd, { recursive: true }));
const text = (name: string) => readFileSync(join(cwd, name), "utf8");

const toml = `# silicon
title = "silicon"
ecut = 3
kgrid = [2, 2, 2]
temperature = 0.01
smearing = "gaussian"

[structure]
units = "bohr"
lattice = [[0, 5.13, 5.13], [5.13, 0, 5.13], [5.13, 5.13, 0]]

[[structure.atoms]]
element = "Si"
position = [0, 0, 0]

[[structure.atoms]]
element = "Si"
position = [0.25, 0.25, 0.25]

[scf]
mixing = { name = "kerker", kTF = 0.5 }
`;

async function run(...words: string[]) {
  const host = fakeHost({ cwd, isReal: true });
  const code = await runProgram(words, host);
  return { code, ...host.written };
}

describe("job files in TOML", () => {
  test("say what the same JSON says", () => {
    const job = parseJob(parseJobFile(toml, "si.toml"));
    const json = {
      title: "silicon",
      ecut: 3,
      kgrid: [2, 2, 2],
      temperature: 0.01,
      smearing: "gaussian",
      structure: {
        units: "bohr",
        lattice: [
          [0, 5.13, 5.13],
          [5.13, 0, 5.13],
          [5.13, 5.13, 0],
        ],
        atoms: [
          { element: "Si", position: [0, 0, 0] },
          { element: "Si", position: [0.25, 0.25, 0.25] },
        ],
      },
      scf: { mixing: { name: "kerker", kTF: 0.5 } },
    };
    expect(job).toEqual(parseJob(json));
    expect(parseJob(parseJobFile(JSON.stringify(json), "stdin"))).toEqual(job);
    expect(parseJob(parseJobFile(toml, "stdin"))).toEqual(job); // told apart without a name
  });

  test.each([
    ["a.toml", "ecut = \n", /^a\.toml: must be TOML, got .* at line 1, column \d+$/],
    ["stdin", "ecut = 3\nkgrid = [2, 2\n", /^stdin: must be TOML, got .* at line \d, column \d+$/],
    ["a.json", '{ "ecut": 3,, }', /^a\.json: must be JSON, got .* at line 1, column 13$/],
    ["a.json", "", /^a\.json: must be JSON, got nothing$/],
  ])("%s with a mistake is refused with its place", (name, wrong, message) => {
    expect(() => parseJobFile(wrong, name)).toThrow(message);
  });
});

describe("density, potential and local density of states", () => {
  beforeAll(async () => {
    writeFileSync(join(cwd, "si.toml"), toml);
    const { code, stderr } = await run(
      ...[
        "scf",
        "si.toml",
        "--threads",
        "1",
        "--density",
        "rho.npy",
        "--potential",
        "v.cube",
        "--ldos",
        "ldos.xsf",
      ],
    );
    expect(code).toBe(0);
    expect(stderr).toMatch(/density: rho\.npy\npotential: v\.cube\nldos: ldos\.xsf\n/);
  });

  test("the density holds the electrons", () => {
    const bytes = readFileSync(join(cwd, "rho.npy"));
    const header = bytes.toString("latin1", 0, 128);
    const [nx, ny, nz] = /\((\d+), (\d+), (\d+)\)/.exec(header)!.slice(1).map(Number);
    const values = bytes.subarray(bytes.length - 8 * nx! * ny! * nz!);
    let sum = 0;
    for (let i = 0; i < values.length; i += 8) sum += values.readDoubleLE(i);
    expect((sum * 2 * 5.13 ** 3) / (nx! * ny! * nz!)).toBeCloseTo(8, 10);
  });

  test("the potential is deep at the atoms, the local density of states is not negative", () => {
    const lines = text("v.cube").trim().split("\n");
    expect(lines[0]).toBe("potential in Ha");
    const values = lines.slice(8).join(" ").trim().split(/\s+/).map(Number);
    const atoms = lines.slice(6, 8).map((line) => line.trim().split(/\s+/).map(Number));
    expect(atoms.map((atom) => atom.slice(0, 2))).toEqual([
      [14, 4],
      [14, 4],
    ]);
    const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
    expect(values[0]).toBeLessThan(mean - 0.3); // the first atom is at the origin
    const xsf = text("ldos.xsf");
    expect(xsf).toContain("BEGIN_DATAGRID_3D_ldos_in_states_per_Ha_and_bohr^3");
    expect(parseStructure(xsf, "ldos.xsf").atoms.length).toBe(2);
  });

  test("a name that is no format is refused before the run", async () => {
    const { code, stderr } = await run("scf", "si.toml", "--density", "rho.dat");
    expect(code).toBe(2);
    expect(stderr).toBe(
      "stillwave: --density: must end in .cube, .cub, .xsf or .npy, got rho.dat; the ending chooses what is written\n",
    );
  });
});

test.each([
  [
    "a.json",
    '{ "ecut": 5,\n "scf": { "damping": 0.5 },\n "ecut": 6 }',
    /a\.json: must have every field once, got "ecut" in line 3 as well as in line 1/,
  ],
  ["a.json", '{"s": {"x": [{"a": 1}, {"a": 2, "b": "a\\": {", "b": 3}]}}', /got "b" in line 1/],
  ["a.toml", "ecut = 5\necut = 6\n", /a\.toml: must be TOML, got .* at line 2/],
])("a field twice is refused in %s: the parser would take the last", (name, text, message) => {
  expect(() => parseJobFile(text, name)).toThrow(message);
});

test("the same name in different objects is no double", () => {
  expect(parseJobFile('{"atoms": [{"a": 1}, {"a": 2}], "b": {"a": "{a:"}, "a": 0}', "a.json")).toEqual({
    atoms: [{ a: 1 }, { a: 2 }],
    b: { a: "{a:" },
    a: 0,
  });
});

describe("convert", () => {
  test("writes a shipped job's structure, a file's, and copies", async () => {
    expect((await run("convert", "silicon", "si.cif")).code).toBe(0);
    const { code, stderr } = await run("convert", "si.cif", "POSCAR", "--repeat", "2,1,1");
    expect(code).toBe(0);
    expect(stderr).toBe("structure: POSCAR, Si4\n");
    expect(parseStructure(text("POSCAR"), "POSCAR").atoms.length).toBe(4);
  });

  test("new from a file makes a job of it", async () => {
    await run("convert", "gallium-arsenide", "gaas.xsf");
    const { code, stdout } = await run("new", "from", "gaas.xsf");
    expect(code).toBe(0);
    const job = parseJob(JSON.parse(stdout));
    expect(job.title).toBe("GaAs, gaas.xsf");
    expect(job.temperature).toBeGreaterThan(0);
  });

  test.each([
    [
      ["convert", "silicon", "si.pdb"],
      /^stillwave: si\.pdb: must have a name of a structure format that is written, got another; these are extxyz/,
    ],
    [
      ["convert", "nothing.cif", "a.xsf"],
      /^stillwave: IN: must be a file or the name of a shipped job, got nothing\.cif, which is no file here/,
    ],
    [
      ["convert", "silicon", "no/such/folder.cif"],
      /^stillwave: OUT: must be in a folder that can be written/,
    ],
    [["convert", "-", "a.cif"], /^stillwave: IN: must be a structure file or a job, got -/],
    [
      ["new", "from", "broken.vasp"],
      /^stillwave: broken\.vasp:3: must be three numbers, a lattice vector, got nothing/,
    ],
  ])("%o", async (words, line) => {
    writeFileSync(join(cwd, "broken.vasp"), "Si\n");
    const { code, stderr } = await run(...words);
    expect(code).toBe(2);
    expect(stderr).toMatch(line);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });
});

test("a job reads its structure from a file of any format", async () => {
  const { a, elements } = { a: 10.26, elements: bulk("Si").atoms };
  expect(elements.length).toBe(2);
  writeFileSync(
    join(cwd, "si.abi"),
    `acell 3*${a} rprim 0 .5 .5 .5 0 .5 .5 .5 0\nnatom 2 typat 1 1 znucl 14\nxred 3*0 3*.25\n`,
  );
  writeFileSync(
    join(cwd, "job.toml"),
    'ecut = 3\nscf = { maxIterations = 40 }\n[structure]\nfile = "si.abi"\n',
  );
  const { code, stdout } = await run("scf", "job.toml", "--json", "--threads", "1");
  expect(code).toBe(0);
  expect((JSON.parse(stdout) as { electrons: number }).electrons).toBe(8);
});

describe("schema", () => {
  test("has every field with what it means, and needs what a job needs", async () => {
    const { code, stdout } = await run("schema");
    expect(code).toBe(0);
    const schema = JSON.parse(stdout) as {
      required: string[];
      anyOf: object[];
      properties: Record<string, { description?: string }>;
    };
    expect(schema.required).toEqual(["structure"]);
    expect(schema.anyOf).toEqual([{ required: ["ecut"] }, { required: ["accuracy"] }]);
    expect(schema.properties.ecut!.description).toMatch(/cutoff in Ha/);
    for (const [field, { description }] of Object.entries(schema.properties))
      expect(description, field).toBeTypeOf("string");
  });

  const hasJsonSchema =
    hasAse &&
    python<boolean>(
      "import json, importlib.util as u; print(json.dumps(u.find_spec('jsonschema') is not None))",
    );
  test.skipIf(!hasJsonSchema)(
    needs(
      "python3-ase python3-jsonschema",
      hasJsonSchema,
      "accepts the shipped jobs and refuses what parseJob refuses",
    ),
    async () => {
      const { stdout } = await run("schema");
      const job = parseJobFile(toml, "si.toml") as Record<string, unknown>;
      const wrong = [
        { ...job, ecutt: 3 },
        { ...job, ecut: -1 },
        { ...job, kgrid: [1, 2] },
        { ecut: 3 },
        { ...job, scf: { mixing: { name: "kerkr" } } },
      ];
      for (const value of wrong) expect(() => parseJob(value)).toThrow();
      const verdicts = python<{ shipped: boolean[]; wrong: boolean[] }>(
        `import json, sys, glob
from jsonschema import Draft202012Validator
data = json.loads(sys.argv[1])
valid = Draft202012Validator(data["schema"]).is_valid
print(json.dumps(dict(shipped=[valid(json.load(open(p))) for p in glob.glob("examples/*.json")], wrong=[valid(x) for x in data["wrong"]])))`,
        JSON.stringify({ schema: JSON.parse(stdout), wrong }),
      );
      expect(verdicts.shipped.length).toBeGreaterThan(8);
      expect(verdicts.shipped.every(Boolean)).toBe(true);
      expect(verdicts.wrong).toEqual(wrong.map(() => false));
    },
  );
});
