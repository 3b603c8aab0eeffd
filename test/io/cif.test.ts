import { describe, expect, test } from "vitest";
import { InputError } from "../../src/common/failure.ts";
import { BOHR_PER_ANGSTROM } from "../../src/common/units.ts";
import { norm } from "../../src/common/vec3.ts";
import { loadSpaceGroups } from "../../src/io/moyo-node.ts";
import { parseCif } from "../../src/io/structures/cif/cif.ts";
import { parseSymop } from "../../src/io/structures/cif/cif-symmetry.ts";

const groups = await loadSpaceGroups();

/** Quartz as a database gives it: quotes, a text field, uncertainties, comments, a loop with operations. */
const quartz = `# from a diffractometer
data_quartz
_publ_section_title
;
 The structure of 'quartz'
 _cell_length_a 99
;
_chemical_formula_sum   'O2 Si'
_cell_length_a 4.9134(2)
_cell_length_b 4.9134(2)   # the same
_cell_length_c 5.4052(3)
_cell_angle_alpha 90
_cell_angle_beta 90.
_cell_angle_gamma 120
_symmetry_space_group_name_H-M "P 32 2 1"
loop_
_symmetry_equiv_pos_as_xyz
 x,y,z
 '-y, x-y, z+2/3'
 -x+y,-x,z+.33333333
 y,x,-z
 "x-y, -y, 1/3-z"
 '-X, -X+Y, 2/3-Z'
loop_
_atom_site_label
_atom_site_type_symbol
_atom_site_fract_x
_atom_site_fract_y
_atom_site_fract_z
_atom_site_occupancy
Si1 Si4+ 0.4697(1) 0.0000 0.6667 1
O1' O2- 0.4135(3) 0.2669(2) 0.7858(2) 1.0
`;

test("quartz has three SiO2 in its cell, every silicon with four oxygens as near", () => {
  const { lattice, atoms } = parseCif(quartz, "quartz.cif");
  expect(atoms.filter(({ element }) => element === "Si").length).toBe(3);
  expect(atoms.filter(({ element }) => element === "O").length).toBe(6);
  expect(norm(lattice[2]) / BOHR_PER_ANGSTROM).toBeCloseTo(5.4052, 12);
  for (const silicon of atoms.filter(({ element }) => element === "Si")) {
    const bonds = atoms
      .filter(({ element }) => element === "O")
      .flatMap(({ position }) =>
        [-1, 0, 1].flatMap((i) =>
          [-1, 0, 1].flatMap((j) =>
            [-1, 0, 1].map((k) => {
              const [x, y, z] = [0, 1, 2].map((n) => position[n]! - silicon.position[n]! + [i, j, k][n]!);
              const cart = [0, 1, 2].map(
                (n) => x! * lattice[0][n]! + y! * lattice[1][n]! + z! * lattice[2][n]!,
              );
              return Math.hypot(...cart) / BOHR_PER_ANGSTROM;
            }),
          ),
        ),
      )
      .sort((a, b) => a - b);
    expect(bonds[0]).toBeGreaterThan(1.58);
    expect(bonds[3]).toBeLessThan(1.63);
    expect(bonds[4]).toBeGreaterThan(2.5);
  }
});

const cif = (lines: string, sites = "Si1 0 0 0") => `data_x
_cell_length_a 5.43
_cell_length_b 5.43
_cell_length_c 5.43
_cell_angle_alpha 90
_cell_angle_beta 90
_cell_angle_gamma 90
${lines}
loop_
_atom_site_label
_atom_site_fract_x
_atom_site_fract_y
_atom_site_fract_z
${sites}
`;

describe("a space group without its operations", () => {
  test("is looked up by its number where that says everything", () => {
    expect(parseCif(cif("_space_group_IT_number 225"), "a.cif", { settings: groups }).atoms.length).toBe(4);
    expect(parseCif(cif("_symmetry_Int_Tables_number 229"), "a.cif", { settings: groups }).atoms.length).toBe(
      2,
    );
  });

  test("is refused where the origin is not known: it would make another crystal", () => {
    expect(() => parseCif(cif("_space_group_IT_number 227"), "a.cif", { settings: groups })).toThrow(
      /^a\.cif:8: must be beside the symmetry operations or the Hall symbol: .* got "number 227 alone"/,
    );
  });

  test("is told by the Hall symbol: silicon at the origin of one setting or the other", () => {
    const atoms = (hall: string) =>
      parseCif(cif(`_space_group_IT_number 227\n_space_group_name_Hall '${hall}'`), "a.cif", {
        settings: groups,
      }).atoms;
    expect(atoms("F 4d 2 3 -1d").length).toBe(8);
    expect(atoms("-F 4vw 2vw 3").length).toBe(16);
  });

  test("that does not fit the cell is refused", () => {
    expect(() => parseCif(cif("_space_group_IT_number 194"), "a.cif", { settings: groups })).toThrow(
      /must be a space group that fits the cell/,
    );
  });

  test("is the identity where none is named", () => {
    expect(parseCif(cif("_cell_formula_units_Z 1"), "a.cif").atoms.length).toBe(1);
  });
});

test("0.3333 becomes the third it stands for, and images of one site are one atom", () => {
  const hexagonal = cif("_space_group_IT_number 194", "Mg1 0.3333 0.6667 0.25\nMg2 0.6667 0.3333 0.75")
    .replaceAll("5.43", "3.21")
    .replace("gamma 90", "gamma 120");
  const { atoms } = parseCif(hexagonal, "mg.cif", { settings: groups });
  expect(atoms.length).toBe(2);
  for (const [i, x] of [1 / 3, 2 / 3, 0.25].entries()) expect(atoms[0]!.position[i]).toBeCloseTo(x, 14);
});

test("an atom beside a special position is moved there with a word, but not one rounded to three digits", () => {
  const read = (x: number) =>
    parseCif(cif("_space_group_IT_number 221", `Si1 ${x} 0 0`), "a.cif", { settings: groups });
  for (const [x, told] of [
    [0.497, [/^a\.cif:14: atom Si1 is moved by 0\.031 bohr to the special position/]],
    [0.4995, []],
  ] as const) {
    const { atoms, warnings } = read(x);
    expect(atoms.map(({ position }) => position[0]).filter((p) => p === 0.5).length).toBe(1);
    expect(warnings).toEqual(told.map((text) => expect.stringMatching(text)));
  }
});

test("labels and types of all kinds name their element", () => {
  const sites = ["CL1 0 0 0", "Co2A 0.5 0 0", "D3 0 0.5 0", "O-2 0 0 0.5", "C_h 0.5 0.5 0.5"].join("\n");
  const { atoms } = parseCif(cif("_cell_formula_units_Z 1", sites), "a.cif");
  expect(atoms.map(({ element }) => element)).toEqual(["Cl", "Co", "H", "O", "C"]);
});

test("symmetry operations are read as they are written", () => {
  expect(parseSymop("-y+1/2, x - y, 0.25+z")).toEqual({
    rotation: [
      [0, -1, 0],
      [1, -1, 0],
      [0, 0, 1],
    ],
    translation: [0.5, 0, 0.25],
  });
  for (const wrong of ["x,y", "x,y,w", "x,x,z", "x,y,z,", "x y,y,z", "2x,y,z", ""])
    expect(parseSymop(wrong), wrong).toBeUndefined();
});

describe("what is wrong is told with its line", () => {
  test.each(["loop_\n_symmetry_equiv_pos_as_xyz\nx,y,z", "_symmetry_space_group_name_H-M 'P 1'"])(
    "symmetry in a name of its own, also beside %j",
    (trivial) => {
      const text = cif(`${trivial}\nloop_\n_my_symop_xyz\nx,y,z\n-x,-y,1/2+z`, "Al1 0.1 0.2 0.3");
      expect(() => parseCif(text, "a.cif")).toThrow(
        /must be under _space_group_symop_operation_xyz: .* got "_my_symop_xyz -x,-y,1\/2\+z"/,
      );
    },
  );

  test.each(["Fe1-xNix", "Fe1-X", "Fe(1-x)", "Fe(1-X)", "Fe1-2x", "Fe1\u2212x"])(
    "a share in the label %s",
    (label) => {
      expect(() => parseCif(cif("_cell_formula_units_Z 1", `${label} 0 0 0`), "a.cif")).toThrow(
        /must be an atom whose type or label is one chemical symbol, .* got "Fe.?1.*"/,
      );
    },
  );

  test.each([
    [
      "no atoms",
      "data_x\n_cell_length_a 3\n",
      /^a\.cif:1: must be a CIF with a data block that has _atom_site_fract_x/,
    ],
    [
      "two structures",
      quartz + quartz.replace("data_quartz", "data_two"),
      /^a\.cif:\d+: must be one structure: .*data_two/,
    ],
    [
      "half an atom",
      quartz.replace("0.7858(2) 1.0", "0.7858(2) 0.5"),
      /^a\.cif:3\d: must be a fully occupied site: .*"occupancy 0\.5"/,
    ],
    [
      "an unknown place",
      quartz.replace("0.2669(2)", "?"),
      /^a\.cif:3\d: must be an atom with three fractional coordinates/,
    ],
    [
      "symmetry in a name of its own",
      cif("loop_\n_my_symop_xyz\nx,y,z\n-x,-y,1/2+z", "Al1 0.1 0.2 0.3"),
      /must be under _space_group_symop_operation_xyz: .* got "_my_symop_xyz -x,-y,1\/2\+z"/,
    ],
    ["no such element", quartz.replace("O2-", "Q2-"), /^a\.cif:3\d: must be an atom whose type .*"Q2-"/],
    [
      "no cell",
      quartz.replace("_cell_length_b", "_cell_length_d"),
      /^a\.cif:2: must be a data block with _cell_length_b/,
    ],
    [
      "a length that is none",
      quartz.replace("5.4052(3)", "long"),
      /^a\.cif:1\d: must be a positive number for _cell_length_c, got "long"/,
    ],
    [
      "angles of no cell",
      quartz.replace("alpha 90", "alpha 20"),
      /must be a cell whose angles span a volume/,
    ],
    [
      "an odd operation",
      quartz.replace("y,x,-z", "y,x+,-z"),
      /^a\.cif:\d+: must be a symmetry operation such as/,
    ],
    [
      "an operation of another lattice",
      quartz.replace("gamma 120", "gamma 90"),
      /must be an operation that leaves the cell as it is/,
    ],
    [
      "a loop with a gap",
      quartz.replace(" 0.6667 1\n", " 0.6667\n"),
      /must be a loop of rows with 6 values, got "11 values"/,
    ],
    ["a tag without a value", "data_x\n_a\n_b 3\n", /^a\.cif:2: must be a value after _a/],
    ["an open text field", "data_x\n_a\n;text\n", /^a\.cif:3: must be a text field closed by/],
    ["a wrong group", cif("_space_group_IT_number 231"), /must be the number of a space group, 1 to 230/],
    ["no data block", "_a 3\n", /^a\.cif:1: must be after a line data_NAME/],
  ])("%s", (_, text, message) => {
    const read = () => parseCif(text, "a.cif", { settings: groups });
    expect(read).toThrow(InputError);
    expect(read).toThrow(message);
  });
});
