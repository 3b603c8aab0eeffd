import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { findGth } from "../../src/atoms/gth/gth-table.ts";
import { modelFromJob, readPseudopotentials, requireBands } from "../../src/job/prepare/model.ts";
import { resolveStructure } from "../../src/job/prepare/structure.ts";
import { jobWarnings } from "../../src/job/prepare/warnings.ts";
import { parseJob } from "../../src/job/schema/schema.ts";

const lattice = [
  [10, 0, 0],
  [0, 10, 0],
  [0, 0, 10],
];
const atoms = [
  { element: "As", position: [0, 0, 0] },
  { element: "Ga", position: [0.5, 0.5, 0.5] },
  { element: "As", position: [0.25, 0.25, 0.25] },
  { element: "Al", position: [0.75, 0.75, 0.75] },
];
const never = (path: string): Promise<string> => Promise.reject(new Error(`read ${path}`));

async function modelOf(fields: object, readText: (path: string) => Promise<string> = never) {
  const job = parseJob({ structure: { lattice, atoms }, ecut: 10, ...fields });
  return modelFromJob(job, await resolveStructure(job, readText), await readPseudopotentials(job, readText));
}

test("species stand in the order of their first atom and electrons are their valence charges", async () => {
  const model = await modelOf({});
  expect(model.species.map((species) => species.element)).toEqual(["As", "Ga", "Al"]);
  expect(model.atoms.map((atom) => atom.species)).toEqual([0, 1, 0, 2]);
  expect(model.atoms[3]!.position).toEqual([0.75, 0.75, 0.75]);
  expect(model.electrons).toBe(5 + 13 + 5 + 3); // the table calls the gallium of 13 electrons GTH-PADE
  expect(model.lattice.volume).toBeCloseTo(1000, 10);
  expect([model.smearing, model.temperature, model.nSpin]).toEqual(["none", 0, 1]);
});

test("a family per element decides that element alone", async () => {
  const model = await modelOf({ pseudopotentials: { As: "gth-lda", Ga: "gth-lda-q13", Al: "gth-pbe" } });
  expect(model.species[1]!.pseudopotential).toEqual(findGth("Ga", "gth-lda-q13"));
  expect(model.species[2]!.pseudopotential).toEqual(findGth("Al", "gth-pbe"));
  expect(model.electrons).toBe(5 + 13 + 5 + 3);
});

test("a file gives its potential of the plain name", async () => {
  const text = `Al GTH-MINE-q11
    4    7
     0.40000000    0
     0
Al GTH-MINE-q3 GTH-MINE
    2    1
     0.45000000    1    -8.49135116
     2
     0.46010427    1     5.08833953
     0.53674439    1     2.19343827
`;
  const paths: string[] = [];
  const read = (path: string) => {
    paths.push(path);
    return Promise.resolve(text);
  };
  const families = { As: "gth-lda", Ga: "gth-lda" };
  const model = await modelOf({ pseudopotentials: { ...families, Al: "mine/al.gth" } }, read);
  expect(paths).toEqual(["mine/al.gth"]);
  expect(model.species[2]!.pseudopotential).toMatchObject({
    element: "Al",
    charge: 3,
    rloc: 0.45,
    c: [-8.49135116],
  });
  await expect(
    modelOf({ pseudopotentials: { ...families, Al: "gth-lda", As: "x.gth" } }, read),
  ).rejects.toThrow(/pseudopotentials\.As: must be a file with an entry for As, got "x\.gth"/);
});

test.each([
  [
    "an element left out",
    { pseudopotentials: { As: "gth-lda", Ga: "gth-lda" } },
    /pseudopotentials: .* Al is missing/,
  ],
  ["an unknown family", { pseudopotentials: "gth-ldb" }, /pseudopotentials: .*gth-ldb.*did you mean gth-lda/],
  [
    "one file for all",
    { pseudopotentials: "all.gth" },
    /pseudopotentials: .* got "all\.gth"; give files per element/,
  ],
])("%s is refused", async (_, fields, message) => {
  await expect(modelOf(fields)).rejects.toThrow(message);
});

test("an odd number of electrons needs smearing", async () => {
  const odd = { structure: { lattice, atoms: [atoms[1]] } };
  await expect(modelOf(odd)).rejects.toThrow(
    /temperature: .* odd number of electrons, got 0 with 13 electrons.*smearing/,
  );
  expect((await modelOf({ ...odd, temperature: 0.01 })).electrons).toBe(13);
});

test("bands that cannot hold the electrons are refused, and with smearing full ones too", () => {
  const bands = (count: number | null, temperature: number, electrons: number) => () =>
    requireBands({ bands: count, temperature }, { electrons });
  for (const right of [bands(null, 0, 8), bands(4, 0, 8), bands(2, 0.01, 3)]) expect(right).not.toThrow();
  expect(bands(3, 0, 8)).toThrow(/bands: must be at least 4 for 8 electrons, got 3/);
  expect(bands(4, 0.01, 8)).toThrow(/at least 5 for 8 electrons with smearing, got 4/);
  expect(bands(1, 0.01, 3)).toThrow(/at least 2/);
});

test("a pseudopotential made for another functional and unused moments are warned of", async () => {
  const warningsOf = async (fields: object) => {
    const job = parseJob({ structure: { lattice, atoms }, ecut: 10, ...fields });
    return jobWarnings(job, await resolveStructure(job, never));
  };
  expect(await warningsOf({})).toEqual([]);
  expect(await warningsOf({ functional: "pbe", pseudopotentials: "gth-pbe" })).toEqual([]);
  expect(await warningsOf({ functional: "none" })).toEqual([]);
  expect(await warningsOf({ functional: "pbe" })).toEqual([
    expect.stringMatching(/gth-lda was made for LDA .* pbe; gth-pbe fits/),
  ]);
  expect(await warningsOf({ pseudopotentials: "gth-pbe-q3" })).toEqual([
    expect.stringMatching(/gth-pbe-q3 was made for PBE .* lda-pw92; gth-lda fits/),
  ]);
  const moments = atoms.map((atom, i) => (i === 0 ? { ...atom, magneticMoment: 1 } : atom));
  expect(await warningsOf({ structure: { lattice, atoms: moments } })).toEqual([
    expect.stringContaining("a magneticMoment is ignored because spin is none"),
  ]);
});

test("every shipped job makes a model that its bands can hold, without warnings", async () => {
  const names = [
    "silicon",
    "silicon-pbe",
    "aluminium",
    "aluminium-slab",
    "aluminium-slab-10",
    "gallium-arsenide",
    "magnesium",
    "water",
    "iron",
    "chromium",
  ];
  const electrons = [8, 8, 3, 24, 60, 8, 4, 8, 16, 12];
  for (const [i, name] of names.entries()) {
    const job = parseJob(JSON.parse(readFileSync(`examples/${name}.json`, "utf8")));
    const structure = await resolveStructure(job, never);
    const model = modelFromJob(job, structure);
    expect(model.electrons, name).toBe(electrons[i]);
    requireBands(job, model);
    expect(jobWarnings(job, structure), name).toEqual([]);
  }
});
