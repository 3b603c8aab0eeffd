import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { BOHR_PER_ANGSTROM } from "../../src/common/units.ts";
import { norm, rowsVec, sub, type Vec3 } from "../../src/common/vec3.ts";
import { resolveStructure, type Structure } from "../../src/job/prepare/structure.ts";
import { parseJob } from "../../src/job/schema/schema.ts";

const STRUCTURES = "test/fixtures/published/structures";

const skewed = [
  [6, 0.5, 0],
  [-1, 7, 0.3],
  [0.2, 1, 9],
];
const resolve = (
  structure: unknown,
  readText = (_: string): Promise<string> => Promise.reject(new Error("not read")),
) => resolveStructure(parseJob({ structure, ecut: 10 }), readText);
const cartesian = ({ lattice, atoms }: Structure): Vec3[] =>
  atoms.map((atom) => rowsVec(lattice, atom.position));

test("Cartesian, fractional, bohr and angstrom describe the same atoms", async () => {
  const fractional = [0.3, -0.2, 1.7] as const;
  const first = await resolve({ lattice: skewed, atoms: [{ element: "Si", position: fractional }] });
  const [cart] = cartesian(first);
  const inAngstrom = (v: readonly number[]) => v.map((x) => x / BOHR_PER_ANGSTROM);
  const second = await resolve({
    lattice: skewed.map(inAngstrom),
    atoms: [{ element: "Si", position: inAngstrom(cart!) }],
    cartesian: true,
    units: "angstrom",
  });
  expect(norm(cart!)).toBeGreaterThan(1);
  // two conversions and one inverse of a well-conditioned matrix: some units in the last place of numbers near 10
  expect(norm(sub(cartesian(second)[0]!, cart!))).toBeLessThan(1e-13);
  for (const [i, x] of second.atoms[0]!.position.entries()) expect(x).toBeCloseTo(fractional[i]!, 13);
});

test("a file gives the atoms of the shipped slab", async () => {
  const read = (path: string) => readFile(`${STRUCTURES}/${path}`, "utf8");
  const fromFile = await resolve({ file: "AlVac_4.extxyz" }, read);
  const job = parseJob(JSON.parse(await readFile("examples/aluminium-slab.json", "utf8")));
  const shipped = await resolveStructure(job, read);
  expect(shipped.atoms.length).toBe(8);
  const far = cartesian(fromFile).map((position, i) => norm(sub(position, cartesian(shipped)[i]!)));
  expect(Math.max(...cartesian(shipped).map(norm))).toBeGreaterThan(5);
  expect(Math.max(...far)).toBeLessThan(1e-12);
});

test("a moment is kept, its absence too", async () => {
  const { atoms } = await resolve({
    lattice: skewed,
    atoms: [
      { element: "Fe", position: [0, 0, 0], magneticMoment: 2.2 },
      { element: "Fe", position: [0.5, 0.5, 0.5] },
    ],
  });
  expect(atoms[0]!.magneticMoment).toBe(2.2);
  expect("magneticMoment" in atoms[1]!).toBe(false);
});

test.each([
  ["equal", [0, 0, 0], [0, 0, 0]],
  ["images of each other", [0.1, 0.2, 0.3], [1.1, -0.8, 3.3]],
  ["across the cell boundary", [0.999, 0, 0], [0.005, 0, 0]],
])("two atoms on one spot are refused: %s", async (_, a, b) => {
  const atoms = [a, b].map((position) => ({ element: "Al", position }));
  await expect(resolve({ lattice: skewed, atoms })).rejects.toThrow(
    /structure\.atoms\[1\]\.position: Al of atoms\[1\] must be at least 0\.1 bohr .* from Al of atoms\[0\]; remove/,
  );
});

test("atoms nearer than half their covalent radii are refused with the pair and the distance, unless they are insisted on", async () => {
  const structure = {
    lattice: skewed,
    atoms: [0, 0.02].map((x) => ({ element: "Al", position: [x, 0, 0] })),
  };
  await expect(resolve(structure)).rejects.toThrow(
    /^structure\.atoms\[1\]\.position: Al of atoms\[1\] must be at least 2\.29 bohr .* from Al of atoms\[0\], got 0\.120 bohr .*"allowCloseAtoms": true/,
  );
  expect((await resolve({ ...structure, allowCloseAtoms: true })).atoms.length).toBe(2);
});

test("the nearest images are found in every basis of the lattice", async () => {
  // Two atoms of a cube of 5 bohr, 0.5 bohr apart, in bases that are more and more oblique.
  for (const n of [0, 1, 7, 300]) {
    const lattice = [
      [5, 0, 0],
      [5 * n, 5, 0],
      [5 * n * 3, 5 * n, 5],
    ];
    const atoms = [
      { element: "Si", position: [1, 2, 3] },
      { element: "Si", position: [1.3, 2.4, 3] },
    ];
    await expect(resolve({ lattice, atoms, cartesian: true })).rejects.toThrow(
      /got 0\.500 bohr from Si of atoms\[0\]/,
    );
    const one = { lattice: lattice.map((a) => a.map((x) => x / 4)), atoms: atoms.slice(0, 1) };
    await expect(resolve({ ...one, cartesian: true })).rejects.toThrow(
      /Si of atoms\[0\] must be at least 2\.10 bohr .* its own images, got 1\.25 bohr from its own image/,
    );
  }
});

test("positions that have lost their digits and structures without atoms are refused", async () => {
  await expect(
    resolve({ lattice: skewed, atoms: [{ element: "Si", position: [1e15, 0, 0] }] }),
  ).rejects.toThrow(
    /structure\.atoms\[0\]\.position: must be within ±1000000 cells, got \[1000000000000000,0,0\]/,
  );
  await expect(
    resolveStructure(parseJob({ structure: { file: "a.in" }, ecut: 5 }), () =>
      Promise.resolve("&system ibrav=1, A=3, nat=0 /\nATOMIC_POSITIONS crystal\n"),
    ),
  ).rejects.toThrow(/a positive number of atoms for nat, got "0"/);
});

test.each([
  [
    "a singular lattice",
    {
      lattice: [
        [1, 0, 0],
        [0, 1, 0],
        [1, 1, 0],
      ],
      atoms: [{ element: "Al", position: [0, 0, 0] }],
    },
    /structure\.lattice: .* span a volume/,
  ],
  [
    "a singular lattice with Cartesian atoms",
    {
      lattice: [
        [1, 0, 0],
        [0, 1, 0],
        [1, 1, 0],
      ],
      atoms: [{ element: "Al", position: [0, 0, 0] }],
      cartesian: true,
    },
    /structure\.lattice: .* span a volume/,
  ],
  [
    "a lattice of zeros",
    {
      lattice: [
        [0, 0, 0],
        [0, 0, 0],
        [0, 0, 0],
      ],
      atoms: [{ element: "Al", position: [0, 0, 0] }],
    },
    /structure\.lattice: .* span a volume/,
  ],
  [
    "a tiny lattice",
    {
      lattice: [
        [0.05, 0, 0],
        [0, 5, 0],
        [0, 0, 5],
      ],
      atoms: [{ element: "Al", position: [0, 0, 0] }],
    },
    /structure\.lattice\[0\]: must be longer than 0\.1 bohr, got 0\.05/,
  ],
  [
    "a lattice beyond every machine",
    {
      lattice: [
        [1e9, 0, 0],
        [0, 5, 0],
        [0, 0, 5],
      ],
      atoms: [{ element: "Al", position: [0, 0, 0] }],
    },
    /structure\.lattice\[0\]: must be at most 100000 bohr long, got 1000000000 bohr; check units/,
  ],
  [
    "an unknown element",
    { lattice: skewed, atoms: [{ element: "Sl", position: [0, 0, 0] }] },
    /structure\.atoms\[0\]\.element: must be a chemical symbol, got "Sl".*did you mean/,
  ],
])("%s is refused", async (_, structure, message) => {
  await expect(resolve(structure)).rejects.toThrow(message);
});

test("a file of an unknown format is refused with what is read", async () => {
  await expect(resolve({ file: "slab.pdb" }, () => Promise.resolve("ATOM"))).rejects.toThrow(
    /^slab\.pdb: must be a structure in a format that is read, got another name and content; these are extxyz/,
  );
});

test("a CIF that names only its space group gets the operations from the tables", async () => {
  const copper = `data_cu
_cell_length_a 3.615
_cell_length_b 3.615
_cell_length_c 3.615
_cell_angle_alpha 90
_cell_angle_beta 90
_cell_angle_gamma 90
_space_group_IT_number 225
loop_
_atom_site_label
_atom_site_fract_x
_atom_site_fract_y
_atom_site_fract_z
Cu 0 0 0
`;
  const { atoms, lattice } = await resolve({ file: "copper.cif" }, () => Promise.resolve(copper));
  expect(atoms.length).toBe(4);
  expect(lattice[0][0]).toBeCloseTo(3.615 * BOHR_PER_ANGSTROM, 12);
});
