import { readdir, readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { formatOf } from "../../src/io/structures/structure-files.ts";
import { resolveStructure } from "../../src/job/prepare/structure.ts";
import { formula } from "../../src/model/structure.ts";

const FOLDER = "test/fixtures/io/odd";
const structureOf = (file: string) =>
  resolveStructure({ structure: { file } }, (path) => readFile(`${FOLDER}/${path}`, "utf8"));

/** Files as databases and programs write them, that are read: formula, and what is said. */
const READ: readonly (readonly [string, string, RegExp])[] = [
  ["mmcif-dots.cif", "Na4Cl4", /^$/],
  ["vesta.cif", "NaCl", /^$/],
  ["icsd.cif", "Na4Cl4", /^$/],
  ["cif2.cif", "Na4Cl4", /^$/],
  ["materials-project.cif", "Ga2N2", /^$/], // its formula is that of the cell, beside Z = 2
  ["p21n.cif", "Zr4O4", /^$/],
  ["bismuth-rhombohedral.cif", "Bi2", /^$/],
  ["spinel-origin-z.cif", "Mg8Al16O32", /^$/],
  ["volume.cif", "Mg4O4", /:4: the cell has 74\.088 cubic angstrom, not the 100\.0\(2\) that the file says/],
  ["origin.pwi", "Si2", /only the structure is read, not ecutwfc, /],
  ["xangst.abi", "Si2", /:3: xangst is read in angstrom, as by ABINIT 8; ABINIT 9 stops at it/],
  [
    "dim-group.xsf",
    "Al",
    /:1: SLAB: the cell is repeated along all three vectors here\n.*:10: atoms of the conventional cell/,
  ],
  ["numbers.extxyz", "CuO", /^$/],
  [
    "stress.extxyz",
    "Si2",
    /:2: not read: forces, move_mask, energy, free_energy, stress, virial, config_type, comment/,
  ],
  ["split.vasp", "Al2Si", /:8: selective dynamics: .* not read/],
  [
    "CONTCAR-npt",
    "GaAs",
    /:11: what follows the atoms \(velocities, predictor of a dynamics run\) is not read/,
  ],
  ["qe-letter.in", "Cu", /:7: kind Cuh is Cu, as its potential Cu_h\.UPF says/],
  ["old-mcif.mcif", "Cr2", /moments along \(1, 0, 0\) are kept as numbers along that axis/],
  ["cod-dup-atoms.cif", "Na4Cl4", /:17: atom Na2 is an image of one before it: counted once/],
  ["aflow.vasp", "AlN", /elements are taken from the labels behind the coordinates: Al N/],
  ["ase4.vasp", "GaAs", /elements are taken from the comment: Ga As/],
  ["vasp6-hash.vasp", "Si2", /:8: selective dynamics: .* not read\n.*:13: what follows the atoms/],
  ["qe-vcrelax.in", "Fe2", /which coordinates are fixed \(if_pos\) is not read/],
  ["qe-celldm-array.in", "Mg", /only the structure is read/],
  ["spinat.abi", "Cr2", /only the structure is read, not ecut/],
  ["hex-rprim.abi", "Mg", /only the structure is read, not chrgat/],
  ["slab.xsf", "Al", /SLAB: the cell is repeated along all three vectors here\n.*forces/],
  ["tritium.xsf", "H", /^$/],
  ["ase.extxyz", "FeO", /pbc T T F: .*\n.*not read: forces, energy, stress/],
  ["supercell-001.in", "Si4", /no &SYSTEM: ibrav = 0 and as many atoms as are listed/],
  ["supercell-002.in", "Si4", /^$/],
];

/** Files that are refused, with the reason. */
const REFUSED: readonly (readonly [string, RegExp])[] = [
  [
    "named-but-only-identity.cif",
    /:8: must be the group of the 1 listed operation, which is number 1; .* got "F m -3 m"/,
  ],
  [
    "number-and-ops-differ.cif",
    /:8: must be the group of the 2 listed operations, which is number 2; .* got "221"/,
  ],
  [
    "no-group.cif",
    /:11: must be an operation of a group: its product with the one of line 12 is not in the list/,
  ],
  ["cell-setting-only.cif", /:8: must be beside symmetry operations .* "_symmetry_cell_setting cubic alone"/],
  ["primitive-named-225.cif", /:8: must be a space group that fits the cell/],
  [
    "two-elements-one-place.cif",
    /:16: must be an atom in a place of its own: .* "Ni1 where Fe1 of line 15 is"/,
  ],
  ["disorder.cif", /:18: must be a site that is there always: .* "disorder group 2"/],
  ["superspace.mcif", /:8: must be a crystal that its cell repeats/],
  ["unclosed-quote.cif", /:2: must be a quoted value that ends on its line/],
  ["amcsd-labels.cif", /:15: must be an atom whose type or label is one chemical symbol, .* "SiT1"/],
  ["cartn.cif", /must be a CIF with a data block that has _atom_site_fract_x/],
  ["moment-no-magn.cif", /must be a file with moments and _space_group_symop_magn_operation\.xyz/],
  ["pseudo-h.vasp", /:6: must be 2 chemical symbols, .* got "H\.75"/],
  ["qe-space-group.in", /:6: must be three numbers or expressions .* got "Si 8a"/],
  ["qe-nat-3.in", /:2: must be a positive number of atoms for nat, got "-3"/],
  ["qe-typo.in", /:2: must be a variable of &SYSTEM of pw\.x; did you mean nspin\?, got "nspn"/],
  ["qe-noncolin.in", /:1: must be moments along one axis/],
  ["nato.abi", /:1: must be a variable of ABINIT; did you mean natom\?, got "nato"/],
  ["alchemy.abi", /:1: must be without mixalch/],
  ["include.abi", /:1: must be without include/],
  ["acell1.abi", /:1: must be a structure for all data sets and images: acell alone, got "acell1"/],
  ["charge.abi", /:1: must be the only natom: line 1 has one/],
  ["sqrt.abi", /:1: must be positions given once/],
  ["anim.xsf", /:10: must be the only PRIMCOORD, but line 7 has one/],
  ["angle.cif", /:7: must be an angle below 180 degrees for _cell_angle_gamma, got "190"/],
  ["negative-acell.abi", /:2: must be positive lengths for acell, got "-10 10 10"/],
  ["angdeg.abi", /:2: must be angles between 0 and 180 degrees for angdeg, got "90 90 240"/],
  ["group-ibrav.pwi", /:2: must be without ibrav, or with ibrav = 2, .* got "ibrav = 1"/],
  ["number-symbol.extxyz", /:4: must be the atomic number of C in the column Z, .* got "14"/],
  ["vectors.extxyz", /:2: must be moments along one axis/],
];

test.each(READ)("%s is read as %s", async (file, wanted, said) => {
  const structure = await structureOf(file);
  expect(formula(structure)).toBe(wanted);
  expect(structure.warnings.join("\n")).toMatch(said);
});

test.each(REFUSED)("%s is refused with the reason", async (file, message) => {
  await expect(structureOf(file)).rejects.toThrow(message);
});

test("every file of the folder is in one of the two lists", async () => {
  const listed = [...READ, ...REFUSED].map(([file]) => file).sort();
  expect((await readdir(FOLDER)).sort()).toEqual(listed);
});

test("numbers of arrays, shares and moments are those of the files", async () => {
  expect((await structureOf("qe-celldm-array.in")).lattice[2]).toEqual([0, 0, 6 * 1.6]);
  expect((await structureOf("qe-vcrelax.in")).atoms.map((atom) => atom.momentShare)).toEqual([0.3, -0.3]);
  expect((await structureOf("spinat.abi")).atoms.map((atom) => atom.magneticMoment)).toEqual([1, -1]);
  expect((await structureOf("old-mcif.mcif")).atoms.map((atom) => atom.magneticMoment)).toEqual([0.6, -0.6]);
  expect(await structureOf("ase.extxyz")).toMatchObject({ charge: -1 });
});

test.each(["SPOSCAR", "run/BPOSCAR", "PPOSCAR", "MPOSCAR-001", "POSCAR-unitcell", "POSCAR-001", "CONTCAR"])(
  "%s is a POSCAR",
  (name) => {
    expect(formatOf(name, "").title).toMatch(/^POSCAR/);
  },
);

test("a POSCAR is known by its content too", () => {
  expect(
    formatOf("unitcell", "Si\n1.0\n0 2.7 2.7\n2.7 0 2.7\n2.7 2.7 0\nSi\n2\nDirect\n0 0 0\n.25 .25 .25\n")
      .title,
  ).toMatch(/^POSCAR/);
});
