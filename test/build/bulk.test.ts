import { describe, expect, test } from "vitest";
import { bulk } from "../../src/build/bulk.ts";
import { type CrystalName, crystalShape, knownCrystals } from "../../src/build/crystals.ts";
import { sheet } from "../../src/build/sheet.ts";
import { supercell } from "../../src/build/supercell.ts";
import { InputError } from "../../src/common/failure.ts";
import { BOHR_PER_ANGSTROM } from "../../src/common/units.ts";
import { det } from "../../src/common/vec3.ts";
import { symmetricStructure } from "../../src/job/prepare/crystal.ts";
import { platformServices } from "../../src/job/prepare/platform.ts";
import type { Structure } from "../../src/model/structure.ts";
import { python, testWithAse } from "../ase.ts";
import { distancesFrom } from "./neighbours.ts";

const A = BOHR_PER_ANGSTROM;
const volumePerAtom = ({ lattice, atoms }: Structure) => Math.abs(det(lattice)) / atoms.length;

/** Crystal, example, neighbours of the first atom, their distance in lattice constants, atoms of the cubic cell. */
const cases: [CrystalName, string, number, number, number][] = [
  ["fcc", "Al", 12, Math.SQRT1_2, 4],
  ["bcc", "Fe", 8, Math.sqrt(3) / 2, 2],
  ["diamond", "Si", 4, Math.sqrt(3) / 4, 8],
  ["zincblende", "GaAs", 4, Math.sqrt(3) / 4, 8],
  ["rocksalt", "NaCl", 6, 0.5, 8],
];

describe.each(cases)("%s %s", (crystal, name, neighbours, distance, cubicAtoms) => {
  const { a, elements } = crystalShape(name);

  test("atoms have their neighbours, of the other kind in a compound", () => {
    expect(crystalShape(name).crystal).toBe(crystal);
    const found = distancesFrom(bulk(name), 0, 1.1 * distance * a, elements.at(-1)!);
    expect(found.length).toBe(neighbours);
    for (const d of found) expect(d / a).toBeCloseTo(distance, 12);
  });

  test("the cubic cell is the same crystal: each atom sees what the first one of the primitive cell sees", () => {
    const [primitive, cubic] = [bulk(name), bulk(name, { conventional: true })];
    expect(cubic.atoms.length).toBe(cubicAtoms);
    expect(volumePerAtom(cubic)).toBeCloseTo(volumePerAtom(primitive), 8);
    const radius = 1.6 * a;
    cubic.atoms.forEach(({ element }, i) => {
      const like = primitive.atoms.findIndex((atom) => atom.element === element);
      for (const other of new Set(elements)) {
        const wanted = distancesFrom(primitive, like, radius, other);
        const found = distancesFrom(cubic, i, radius, other);
        expect(found.length).toBe(wanted.length);
        expect(found.length).toBeGreaterThan(5);
        found.forEach((d, n) => {
          expect(d).toBeCloseTo(wanted[n]!, 10);
        });
      }
    });
  });
});

test("hcp of touching spheres has twelve nearest neighbours; magnesium's are not quite equal", () => {
  const ideal = distancesFrom(bulk("Mg", { a: 6 }), 0, 6.5);
  expect(ideal.length).toBe(12);
  for (const d of ideal) expect(d).toBeCloseTo(6, 12);
  const real = distancesFrom(bulk("Mg"), 0, 6.5);
  expect(real.length).toBe(12);
  expect(real[11]! - real[0]!).toBeGreaterThan(0.01);
});

test("a supercell is the same crystal, whole copies one after the other", () => {
  const one = bulk("GaAs");
  const many = supercell(one, [2, 1, 3]);
  expect(many.atoms.map(({ element }) => element).join(" ")).toBe("Ga As ".repeat(6).trim());
  expect(det(many.lattice)).toBeCloseTo(6 * det(one.lattice), 8);
  const wanted = distancesFrom(one, 1, 15);
  many.atoms.forEach(({ element }, i) => {
    if (element === "As")
      distancesFrom(many, i, 15).forEach((d, n) => {
        expect(d).toBeCloseTo(wanted[n]!, 10);
      });
  });
  expect(() => supercell(one, [2, 0, 1])).toThrow(
    /^repeat: must be three positive whole numbers .* got 2,0,1/,
  );
});

/** Crystal, space group, neighbours of the first atom up to a distance [Å], and where the nearest is. */
test.each([
  ["C", "graphitic", 194, 3, 1.5, 2.461 / Math.sqrt(3)],
  ["BN", "graphitic", 194, 3, 1.5, 2.504 / Math.sqrt(3)],
  ["TiO2", undefined, 136, 6, 2, 1.95],
  ["SnO2", undefined, 136, 6, 2.1, 2.05],
  ["MgF2", undefined, 136, 6, 2.1, 1.98],
] as const)(
  "%s, %s: group %d, %d neighbours within %d Å",
  async (name, crystal, group, count, within, nearest) => {
    const structure = bulk(name, { crystal });
    const analyse = await (await platformServices()).analyseSymmetry();
    expect(symmetricStructure(structure, analyse, 1e-4).symmetry?.number).toBe(group);
    const found = distancesFrom(structure, 0, within * A).map((d) => d / A);
    expect(found).toHaveLength(count);
    expect(Math.abs(found[0]! - nearest)).toBeLessThan(crystal === undefined ? 0.02 : 1e-9);
  },
);

test("names with several crystals stand for the usual one; a lattice constant alone keeps the shape", () => {
  expect(crystalShape("C").crystal).toBe("diamond");
  expect(crystalShape("BN").crystal).toBe("zincblende");
  const { a, c } = crystalShape("TiO2", { a: 9 });
  expect(c! / a).toBeCloseTo(2.959 / 4.594, 12);
});

test("a sheet has the bonds of the crystal, and its atoms in one plane", () => {
  for (const name of ["C", "BN"]) {
    const { lattice, atoms } = sheet(name, { vacuum: 20 });
    expect(lattice[2]).toEqual([0, 0, 20]);
    expect(atoms.map(({ position }) => position[2])).toEqual([0.5, 0.5]);
    const [wanted] = distancesFrom(bulk(name, { crystal: "graphitic" }), 0, 4);
    expect(distancesFrom({ lattice, atoms }, 0, 3.2)).toEqual(Array(3).fill(expect.closeTo(wanted!, 10)));
  }
  expect(() => sheet("SiC", { vacuum: 20 })).toThrow(/^a: must be given for graphitic SiC/);
  expect(() => sheet("C", { vacuum: 0 })).toThrow(/^vacuum: must be a positive length, got 0/);
});

describe("what cannot be built is refused", () => {
  test.each([
    ["Xx", {}, /^name: must be an element or a compound as GaAs or TiO2, got Xx/],
    ["GaAss", {}, /did you mean GaAs\?/],
    ["Ga", {}, /^crystal: must be given for Ga, one of fcc, bcc/],
    [
      "Ga",
      { crystal: "fcc" },
      /^a: must be given for fcc Ga, but it is missing; constants are shipped for Ne Al/,
    ],
    [
      "Al",
      { crystal: "zincblende", a: 5 },
      /^crystal: must be fcc, bcc, hcp, diamond or graphitic for one element, got zincblende for Al/,
    ],
    [
      "GaAs",
      { crystal: "fcc", a: 5 },
      /^crystal: must be graphitic, zincblende or rocksalt for two elements, got fcc for GaAs/,
    ],
    ["Al", { a: -3 }, /^a: must be a positive length for fcc Al, got -3/],
    ["Al", { c: 3 }, /^c: must be a positive length, of hcp, graphitic and rutile only, got 3 for fcc/],
    ["TiO2", { crystal: "rocksalt", a: 9 }, /^crystal: must be rutile for a name as TiO2, got rocksalt/],
    ["SiC", { crystal: "graphitic", a: 6 }, /^c: must be given for graphitic SiC, but it is missing/],
  ] as const)("%s %o", (name, options, message) => {
    expect(() => bulk(name, options)).toThrow(InputError);
    expect(() => bulk(name, options)).toThrow(message);
  });
});

testWithAse("lattice constants of elements are those of ASE's table, to what differs between sources", () => {
  const theirs = python<Record<string, [string, number, number | null]>>(
    `import json; from ase.data import reference_states, chemical_symbols
print(json.dumps({s: [r["symmetry"], r["a"], r["a"] * r["c/a"] if "c/a" in r else None]
  for s, r in zip(chemical_symbols, reference_states) if r and r["symmetry"] in ("fcc", "bcc", "hcp", "diamond")}))`,
  );
  let compared = 0;
  for (const name of knownCrystals()) {
    const other = theirs[name];
    if (other === undefined) continue;
    const { crystal, a, c } = crystalShape(name);
    expect(crystal, name).toBe(other[0]);
    // Ashcroft and Mermin print three digits, and thermal expansion of the range of "room temperature" is as large.
    expect(Math.abs(a / A - other[1]), name).toBeLessThan(0.011);
    if (other[2] !== null) expect(Math.abs(c! / A - other[2]) / other[2], name).toBeLessThan(0.01);
    compared++;
  }
  expect(compared).toBeGreaterThan(45);
});
