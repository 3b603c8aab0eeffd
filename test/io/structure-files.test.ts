import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bulk } from "../../src/build/bulk.ts";
import { slab } from "../../src/build/slab.ts";
import { BOHR_PER_ANGSTROM } from "../../src/common/units.ts";
import { dot, type Mat3, norm, rowsVec, sub, type Vec3 } from "../../src/common/vec3.ts";
import {
  FORMATS,
  formatOf,
  formatStructure,
  parseStructure,
} from "../../src/io/structures/structure-files.ts";
import type { Structure } from "../../src/model/structure.ts";
import { hasAse, python, testWithAse } from "../ase.ts";
import { needs } from "../needs.ts";

interface AseAtoms {
  readonly cell: Mat3;
  readonly symbols: readonly string[];
  readonly scaled: readonly Vec3[];
}

const folder = mkdtempSync(join(tmpdir(), "stillwave-structures-"));
afterAll(() => rmSync(folder, { recursive: true }));

const nearest = (x: Vec3): Vec3 => [
  x[0] - Math.round(x[0]),
  x[1] - Math.round(x[1]),
  x[2] - Math.round(x[2]),
];

/** Same cell up to a rotation, and the same atoms, whatever their order: largest distance [bohr]. */
function expectSame(found: Structure, wanted: AseAtoms, tolerance: number, label: string): void {
  for (const i of [0, 1, 2] as const)
    for (const j of [0, 1, 2] as const) {
      const metric = dot(found.lattice[i], found.lattice[j]) / BOHR_PER_ANGSTROM ** 2;
      expect(Math.abs(metric - dot(wanted.cell[i], wanted.cell[j])), `${label} metric`).toBeLessThan(
        tolerance * 20,
      );
    }
  expect(found.atoms.map(({ element }) => element).sort(), label).toEqual([...wanted.symbols].sort());
  for (const { element, position } of found.atoms) {
    const distances = wanted.scaled
      .filter((_, i) => wanted.symbols[i] === element)
      .map((other) => norm(rowsVec(found.lattice, nearest(sub(position, other)))));
    expect(Math.min(...distances), `${label} ${element}`).toBeLessThan(tolerance);
  }
}

/** ASE writes five structures in every format it knows of ours, and says what they are. */
const WRITE = `
import json, sys, os
from ase.build import bulk, molecule, fcc111
from ase import Atoms
from ase.io import write
folder = sys.argv[1]
skew = Atoms("SiOHSi", cell=[[5.1, 0.3, -0.2], [-1.2, 6.3, 0.4], [0.7, 0.9, 7.7]], pbc=True,
             scaled_positions=[[0.1, 0.2, 0.3], [0.45, -0.3, 1.2], [0.7, 0.8, 0.05], [0.31, 0.62, 0.77]])
water = molecule("H2O", vacuum=4); water.pbc = True
systems = {"silicon": bulk("Si"), "magnesium": bulk("Mg"), "salt": bulk("NaCl", "rocksalt", a=5.64, cubic=True),
           "slab": fcc111("Al", (2, 1, 3), vacuum=5, orthogonal=False), "skew": skew, "water": water}
systems["slab"].pbc = True
said = {}
for name, atoms in systems.items():
    said[name] = dict(cell=atoms.cell.tolist(), symbols=atoms.get_chemical_symbols(), scaled=atoms.get_scaled_positions().tolist())
    at = lambda end: os.path.join(folder, name + end)
    write(at(".cif"), atoms)
    write(at("-direct.vasp"), atoms, format="vasp", direct=True)
    write(at("-cartesian.vasp"), atoms, format="vasp", direct=False, vasp5=True)
    write(at(".xsf"), atoms, format="xsf")
    write(at(".extxyz"), atoms, format="extxyz")
    pseudo = {s: s + ".upf" for s in set(atoms.get_chemical_symbols())}
    write(at(".pwi"), atoms, format="espresso-in", pseudopotentials=pseudo, input_data={"ecutwfc": 30})
    write(at("-crystal.pwi"), atoms, format="espresso-in", pseudopotentials=pseudo, crystal_coordinates=True)
    write(at(".abi"), atoms, format="abinit-in")
print(json.dumps(said))
`;
/** What ASE keeps of a number in the formats: decimals of its print statements, in bohr, with room for two roundings. */
const WRITTEN: readonly (readonly [string, number])[] = [
  [".cif", 2e-3],
  ["-direct.vasp", 1e-12],
  ["-cartesian.vasp", 1e-12],
  [".xsf", 1e-10],
  [".extxyz", 1e-6],
  [".pwi", 1e-8],
  ["-crystal.pwi", 1e-8],
  [".abi", 1e-8],
];

describe.skipIf(!hasAse)(needs("python3-ase", hasAse, "files that ASE writes"), () => {
  let said: Record<string, AseAtoms> = {};
  beforeAll(() => {
    said = python<Record<string, AseAtoms>>(WRITE, folder);
  });

  test.each(WRITTEN)("are read: %s", (end, tolerance) => {
    expect(Object.keys(said).length).toBe(6);
    for (const [name, atoms] of Object.entries(said)) {
      const file = `${name}${end}`;
      const text = readFileSync(join(folder, file), "utf8");
      expectSame(parseStructure(text, file), atoms, tolerance, file);
    }
  });
});

const skew: Structure = {
  lattice: [
    [9.1, 0.3, -0.2],
    [-1.2, 10.3, 0.4],
    [0.7, 0.9, 11.7],
  ],
  atoms: [
    { element: "Si", position: [0.1, 0.2, 0.3] },
    { element: "O", position: [0.45, -0.3, 1.2] },
    { element: "Si", position: [0.7, 0.8, 0.05] },
  ],
};
const ours: readonly (readonly [string, Structure])[] = [
  ["skew", skew],
  ["slab", slab("Al", { face: [1, 1, 1], layers: 4, vacuum: 12 })],
  ["gallium-arsenide", bulk("GaAs", { conventional: true })],
];
const WRITERS = FORMATS.filter(({ format }) => format !== undefined);
const ENDS = WRITERS.map(({ endings }) => endings[0]!);

test.each(ENDS)("what we write we read: %s", (end) => {
  expect(ENDS.length).toBeGreaterThan(3);
  for (const [name, structure] of ours) {
    const again = parseStructure(formatStructure(structure, `${name}${end}`), `${name}${end}`);
    const said = {
      cell: structure.lattice.map((a) => a.map((x) => x / BOHR_PER_ANGSTROM)) as unknown as Mat3,
      symbols: structure.atoms.map(({ element }) => element),
      scaled: structure.atoms.map(({ position }) => position),
    };
    expectSame(again, said, 1e-10, `${name}${end}`); // printed with all digits; a change of unit and back
  }
});

test("what we write is known by its content alone, by one format before all others", () => {
  for (const [, structure] of ours)
    for (const { format, title } of WRITERS)
      expect(formatOf("without-an-ending", format!(structure)).title).toBe(title);
});

test("no two formats claim one ending", () => {
  const endings = FORMATS.flatMap((format) => format.endings);
  expect([...new Set(endings)]).toEqual(endings);
});

testWithAse("what we write ASE reads", () => {
  const files = ours.flatMap(([name, structure]) =>
    [".extxyz", ".cif", ".vasp", ".xsf"].map((end) => {
      const file = `ours-${name}${end}`;
      writeFileSync(join(folder, file), formatStructure(structure, file));
      return { file, structure };
    }),
  );
  const read = python<AseAtoms[]>(
    `import json, sys
from ase.io import read
def say(path):
    atoms = read(path)
    return dict(cell=atoms.cell.tolist(), symbols=atoms.get_chemical_symbols(), scaled=atoms.get_scaled_positions(wrap=False).tolist())
print(json.dumps([say(path) for path in sys.argv[1:]]))`,
    ...files.map(({ file }) => join(folder, file)),
  );
  files.forEach(({ file, structure }, i) => {
    expectSame(structure, read[i]!, 1e-7, file); // ASE's own constant for the bohr differs in the ninth digit
  });
});
