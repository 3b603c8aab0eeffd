import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { InputError } from "../../src/common/failure.ts";
import { BOHR_PER_ANGSTROM } from "../../src/common/units.ts";
import { norm, rowsVec, sub } from "../../src/common/vec3.ts";
import { formatExtxyz, readExtxyz } from "../../src/io/structures/extxyz.ts";
import { parseStructure } from "../../src/io/structures/structure-files.ts";

const parseExtxyz = (text: string, name = "extxyz") => readExtxyz(text, name).frame;

const folder = "test/fixtures/published/structures";
const files = readdirSync(folder).filter((file) => file.endsWith(".extxyz"));

test("every structure of the benchmark set is read and written back to the same frame", () => {
  expect(files.length).toBeGreaterThan(30);
  for (const file of files) {
    const text = readFileSync(`${folder}/${file}`, "utf8");
    const frame = parseExtxyz(text, file);
    expect(frame.atoms.length, file).toBe(Number(text.split("\n")[0]));
    for (const [i, row] of text.trimEnd().split("\n").slice(2).entries()) {
      const words = row.trim().split(/\s+/);
      const atom = frame.atoms[i]!;
      expect([atom.element, ...atom.position], file).toEqual([words[0], ...words.slice(1, 4).map(Number)]);
    }
    expect(parseExtxyz(formatExtxyz(frame)), file).toEqual(frame);
  }
});

test("atoms of the benchmark set keep the distance of a bond, periodic images counted", () => {
  for (const file of ["Al_8.extxyz", "GaAs_2.extxyz", "SiO2_3.extxyz", "AlSiO2H_2.extxyz"]) {
    const { lattice, atoms } = parseExtxyz(readFileSync(`${folder}/${file}`, "utf8"));
    let nearest = Number.POSITIVE_INFINITY;
    for (const a of atoms)
      for (const b of atoms)
        for (let cell = 0; cell < 27; cell++) {
          if (a === b && cell === 13) continue;
          const shift = rowsVec(lattice, [
            (cell % 3) - 1,
            (Math.floor(cell / 3) % 3) - 1,
            Math.floor(cell / 9) - 1,
          ]);
          nearest = Math.min(nearest, norm(sub(sub(a.position, b.position), shift)));
        }
    expect(nearest, file).toBeGreaterThan(0.9);
    expect(nearest, file).toBeLessThan(3);
  }
});

const good = `2
Lattice="4 0 0 0 5 0 0 0 6" Properties=species:S:1:pos:R:3 pbc="T T T"
H 0 0 0
O 1.5 2 2.5
`;
const frame = {
  lattice: [
    [4, 0, 0],
    [0, 5, 0],
    [0, 0, 6],
  ],
  atoms: [
    { element: "H", position: [0, 0, 0] },
    { element: "O", position: [1.5, 2, 2.5] },
  ],
};

describe("the same frame is read", () => {
  test.each([
    ["as most programs write it", good],
    [
      "with Windows line ends, a byte order mark and blank lines at the end",
      `\uFEFF${good.replaceAll("\n", "\r\n")}\r\n \r\n`,
    ],
    ["without Properties", good.replace(" Properties=species:S:1:pos:R:3", "")],
    [
      "with keys in other cases and quotes",
      good.replace(/Lattice="([^"]*)"/, "energy=-3.2 lattice='$1' comment=\"a = b\""),
    ],
    [
      "with columns in another order",
      good
        .replace("species:S:1:pos:R:3", "id:I:1:forces:R:3:pos:R:3:frozen:L:1:species:S:1")
        .replace("H 0 0 0", "1 9 9 9 0 0 0 T H")
        .replace("O 1.5 2 2.5", "2 9 9 9 1.5 2 2.5 F O"),
    ],
    ["with Fortran exponents and tabs", good.replace("O 1.5 2 2.5", "  O\t0.15D+01\t2\t25d-1")],
  ])("%s", (_, text) => {
    expect(parseExtxyz(text)).toEqual(frame);
  });
});

test("initial moments are read from their column and written back", () => {
  const text = good
    .replace("pos:R:3", "pos:R:3:initial_magmoms:R:1")
    .replace("0 0 0\nO 1.5 2 2.5", "0 0 0 -1.5\nO 1.5 2 2.5 0.5");
  const magnetic = parseExtxyz(text);
  expect(magnetic.atoms.map((atom) => atom.magneticMoment)).toEqual([-1.5, 0.5]);
  expect(parseExtxyz(formatExtxyz(magnetic))).toEqual(magnetic);
});

describe("what is wrong is told with its line", () => {
  test.each([
    ["an empty file", "", /^a\.xyz:1: must be the number of atoms, got nothing/],
    ["no count", good.replace("2\n", "two\n"), /^a\.xyz:1: must be the number of atoms, got "two"/],
    ["no lattice", good.replace("Lattice", "Box"), /^a\.xyz:2: must be a comment with Lattice=/],
    ["eight numbers", good.replace("0 0 6", "0 6"), /^a\.xyz:2: must be a Lattice of nine numbers/],
    [
      "a flat lattice",
      good.replace("0 0 6", "0 0 0"),
      /^a\.xyz:2: must be a Lattice of three vectors that span a volume/,
    ],
    ["no positions", good.replace("pos:R:3", "pos:R:2"), /^a\.xyz:2: must be Properties such as .*pos:R:2/],
    [
      "a missing column",
      good.replace("O 1.5 2 2.5", "O 1.5 2"),
      /^a\.xyz:4: must be atom 2 of 2 with 4 columns, got "O 1\.5 2"/,
    ],
    ["a word as a coordinate", good.replace("1.5", "x"), /^a\.xyz:4: must be three coordinates of atom 2/],
    [
      "an atom too few",
      good.replace("2\n", "3\n"),
      /^a\.xyz:5: must be atom 3 of 3 with 4 columns, got nothing/,
    ],
    ["an atom too many", good.replace("2\n", "1\n"), /^a\.xyz:4: must be the end of the file after 1 atoms/],
  ])("%s", (_, text, message) => {
    const read = () => parseExtxyz(text, "a.xyz");
    expect(read).toThrow(InputError);
    expect(read).toThrow(message);
  });
});

describe("a molecule without a cell", () => {
  const water = "3\nwater\nO 0 0 0\nH 0.757 0.586 0\nH -0.757 0.586 0\n";

  test("stands at the middle of a box, with its bonds", () => {
    const { lattice, atoms } = parseStructure(water, "water.xyz", { box: 8 * BOHR_PER_ANGSTROM });
    expect(lattice.map((row, i) => row[i]! / BOHR_PER_ANGSTROM)).toEqual(
      [8, 8, 8].map((x) => expect.closeTo(x, 12)),
    );
    const at = atoms.map(({ position }) => position.map((x) => 8 * x));
    for (const i of [0, 1, 2]) {
      const along = at.map((position) => position[i]!);
      expect(Math.min(...along) + Math.max(...along)).toBeCloseTo(8, 12);
    }
    expect(Math.hypot(...at[1]!.map((x, i) => x - at[0]![i]!))).toBeCloseTo(Math.hypot(0.757, 0.586), 12);
  });

  test.each([
    [
      water,
      "water.xyz",
      undefined,
      /water.xyz:2: must be a comment with Lattice=.* --box 10 puts a molecule/,
    ],
    [
      water,
      "water.xyz",
      1.5 * BOHR_PER_ANGSTROM,
      /^box: must be larger than the molecule, 1.51 A, got 1.50 A/,
    ],
    [
      water.replace("water", 'Lattice="9 0 0 0 9 0 0 0 9"'),
      "a.xyz",
      20,
      /a.xyz:2: must be no Lattice where a box is given/,
    ],
    ["x", "a.cif", 20, /^box: must stand with a molecule in .xyz, got a.cif, whose format has a cell/],
  ])("needs a box that fits", (text, name, box, message) => {
    expect(() => parseStructure(text, name, { box })).toThrow(message);
  });
});
