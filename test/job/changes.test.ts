import { expect, test } from "vitest";
import { withChanges } from "../../src/job/schema/changes.ts";
import { parseJob } from "../../src/job/schema/schema.ts";
import { SILICON } from "../systems.ts";

test("a changed job is the job written so in the first place", () => {
  const changed = withChanges(SILICON, {
    ecut: 7,
    kgrid: [3, 3, 3],
    set: ["scf.damping=0.5", "scf.mixing.name=kerker", "structure.atoms[1].position=0.3,0.2,0.25"],
  });
  const { structure } = SILICON as { structure: { atoms: object[] } };
  const written = {
    ...SILICON,
    ecut: 7,
    kgrid: [3, 3, 3],
    scf: { ...(SILICON as { scf?: object }).scf, damping: 0.5, mixing: { name: "kerker" } },
    structure: {
      ...structure,
      atoms: [structure.atoms[0], { ...structure.atoms[1], position: [0.3, 0.2, 0.25] }],
    },
  };
  expect(parseJob(changed)).toEqual(parseJob(written));
  expect(withChanges(SILICON, {})).toBe(SILICON);
});

test("values are JSON, lists of numbers or words; a grid takes the place of a list of k-points", () => {
  const set = [
    "a=true",
    "b=null",
    "c=gth-lda",
    'd={"spacing":0.2}',
    "e=1e-3",
    "f= two words ",
    "g=1=2",
    "h.i=-1,2",
  ];
  expect(withChanges({}, { set })).toEqual({
    a: true,
    b: null,
    c: "gth-lda",
    d: { spacing: 0.2 },
    e: 1e-3,
    f: "two words",
    g: "1=2",
    h: { i: [-1, 2] },
  });
  expect(withChanges({ kpoints: [{ k: [0, 0, 0], weight: 1 }] }, { kgrid: [2, 2, 2] })).toEqual({
    kgrid: [2, 2, 2],
  });
});

test("a field inside of what has none, and an entry that a list has not, are named", () => {
  expect(() => withChanges({ ecut: 5 }, { set: ["ecut.x=1"] })).toThrow(
    "ecut.x: must lie inside of an object of the job, got 5 where x is looked for",
  );
  expect(() => withChanges(SILICON, { set: ["structure.atoms[2].element=Ge"] })).toThrow(
    "structure.atoms[2].element: must name one of 2 entries by its number from 0, got 2",
  );
  expect(() => parseJob(withChanges(SILICON, { set: ["__proto__.x=1"] }))).toThrow(/__proto__/);
});
