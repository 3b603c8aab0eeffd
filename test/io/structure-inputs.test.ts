import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { InputError } from "../../src/common/failure.ts";
import { BOHR_PER_ANGSTROM } from "../../src/common/units.ts";
import { det, norm } from "../../src/common/vec3.ts";
import { parseAbinitInput } from "../../src/io/structures/abinit/abinit-input.ts";
import { parsePoscar } from "../../src/io/structures/poscar.ts";
import { parseQeInput } from "../../src/io/structures/qe/qe-input.ts";
import { formatOf } from "../../src/io/structures/structure-files.ts";
import { parseXsf } from "../../src/io/structures/xsf.ts";
import { cartesianPositions } from "../../src/model/structure.ts";

const A = BOHR_PER_ANGSTROM;

describe("POSCAR", () => {
  const direct = `GaAs in a cube
  5.65
  0.0 0.5 0.5
  0.5 0.0 0.5
  0.5 0.5 0.0
  Ga_d As
  1 1
Selective dynamics
Direct
 0.00 0.00 0.00 T T F
 0.25 0.25 0.25 F F F

 0.1 0.1 0.1
`;
  const wanted = parsePoscar(direct);

  test("scale, names of potentials, selective dynamics and velocities", () => {
    expect(wanted.lattice[0][1] / A).toBeCloseTo(0.5 * 5.65, 12);
    expect(wanted.atoms).toEqual([
      { element: "Ga", position: [0, 0, 0] },
      { element: "As", position: [0.25, 0.25, 0.25] },
    ]);
  });

  test.each([
    ["a volume as scale", direct.replace("5.65", `${-(5.65 ** 3) / 4}`)],
    ["a scale for each axis", direct.replace("  5.65", "5.65 5.65 5.65")],
    ["VASP 4, elements in the comment", direct.replace("GaAs in a cube", "Ga As").replace("  Ga_d As\n", "")],
    [
      "Cartesian positions, scaled",
      direct.replace("Direct", "cart").replace("0.25 0.25 0.25 F", "0.25 0.25 0.25"),
    ],
  ])("%s says the same", (_, text) => {
    const found = parsePoscar(text);
    expect(det(found.lattice)).toBeCloseTo(det(wanted.lattice), 9);
    found.atoms.forEach(({ element, position }, i) => {
      expect(element).toBe(wanted.atoms[i]!.element);
      for (const axis of [0, 1, 2]) expect(position[axis]).toBeCloseTo(wanted.atoms[i]!.position[axis]!, 12);
    });
  });

  test.each([
    ["no scale", direct.replace("5.65", "a"), /^P:2: must be a scale/],
    [
      "two numbers for a vector",
      direct.replace("0.5 0.5 0.0", "0.5 0.5"),
      /^P:5: must be three numbers, a lattice vector/,
    ],
    ["names that are none", direct.replace("Ga_d As", "Ga Xx"), /^P:6: must be 2 chemical symbols/],
    [
      "VASP 4 without elements",
      direct.replace("  Ga_d As\n", ""),
      /^P:1: must be 2 chemical symbols: without a line/,
    ],
    ["no kind of coordinates", direct.replace("Direct\n", ""), /^P:9: must be Direct or Cartesian/],
    [
      "an atom too few",
      direct.slice(0, direct.indexOf(" 0.25")),
      /^P:11: must be three numbers, atom 2 of 2, got nothing/,
    ],
  ])("%s", (_, text, message) => {
    expect(() => parsePoscar(text, "P")).toThrow(InputError);
    expect(() => parsePoscar(text, "P")).toThrow(message);
  });
});

describe("XSF", () => {
  const text = `# comment
CRYSTAL
PRIMVEC   # in angstrom
 4 0 0
 0 5 0

 0 0 6
CONVVEC
 9 0 0
 0 9 0
 0 0 9
PRIMCOORD
2 1
 14  1.0 0 0  0.1 0.2 0.3
 O   0 2.5 0
BEGIN_BLOCK_DATAGRID_3D
1 2 3
`;
  test("numbers and symbols, forces and grids passed over", () => {
    const { lattice, atoms } = parseXsf(text);
    expect(norm(lattice[2]) / A).toBeCloseTo(6, 12);
    expect(atoms.map(({ element }) => element)).toEqual(["Si", "O"]);
    expect(atoms[0]!.position[0]).toBeCloseTo(0.25, 12);
    expect(atoms[1]!.position[1]).toBeCloseTo(0.5, 12);
  });

  test.each([
    ["a molecule", "ATOMS\n6 0 0 0\n", /^x:1: must be a periodic structure with PRIMVEC/],
    ["an animation", `ANIMSTEPS 3\n${text}`, /^x:1: must be one structure/],
    [
      "atoms too few",
      text.replace(" O   0 2.5 0\n", ""),
      /^x:13: must be followed by 2 atoms, got "1 atoms"/,
    ],
    ["no such element", text.replace(" O ", " Oo"), /^x:15: must be an atomic number or chemical symbol/],
    ["no coordinates", text.replace("0 2.5 0", "0 2.5 z"), /^x:15: must be three coordinates in angstrom/],
    ["two vectors", text.replace(" 0 0 6\n", ""), /^x:3: must be followed by three lattice vectors/],
  ])("%s", (_, wrong, message) => {
    expect(() => parseXsf(wrong, "x")).toThrow(InputError);
    expect(() => parseXsf(wrong, "x")).toThrow(message);
  });
});

describe("Quantum ESPRESSO", () => {
  /** What pw.x printed for each ibrav; the script beside the file made it. */
  const printed = JSON.parse(readFileSync("test/fixtures/io/qe-lattices.json", "utf8")) as Record<
    string,
    { input: string; alat: number; axes: number[][] }
  >;

  test.each(Object.keys(printed))("ibrav %s has the vectors of pw.x", (ibrav) => {
    const { input, alat, axes } = printed[ibrav]!;
    const { lattice } = parseQeInput(input);
    expect(axes.length).toBe(3);
    axes.forEach((axis, i) => {
      axis.forEach((x, j) => {
        expect(Math.abs(lattice[i]![j]! / alat - x), `${i} ${j}`).toBeLessThan(0.51e-6); // six decimals are printed
      });
    });
  });

  const input = (system: string, cell: string, positions: string) => `&CONTROL
  calculation = 'scf' ! nothing for us
/
&system
  ${system}, ecutwfc = 30
/
${cell}
ATOMIC_POSITIONS ${positions}
K_POINTS automatic
 2 2 2 0 0 0
`;
  const cube = "CELL_PARAMETERS angstrom\n 3 0 0\n 0 4 0\n 0 0 5\n";
  const cartesian = (text: string) =>
    cartesianPositions(parseQeInput(text))
      .at(-1)!
      .map((x) => x / A);

  test.each([
    ["crystal", input("ibrav=0, nat = 1", cube, "{crystal}\n Si1 0.5 0.25 0.2 0 0 1")],
    ["angstrom", input("ibrav=0", cube, "(angstrom)\n si1 1.5 1.0 1.0d0")],
    ["bohr", input("ibrav=0, nat=1", cube, `bohr\n Si_a ${1.5 * A} ${A} ${A}`)],
    [
      "alat of the first vector",
      input("ibrav=0, nat=1", cube, "\n Si 0.5 0.3333333333333333 0.3333333333333333"),
    ],
    [
      "alat of celldm",
      input(
        `ibrav=0, celldm(1)=${2 * A}`,
        "CELL_PARAMETERS\n 1.5 0 0\n 0 2 0\n 0 0 2.5\n",
        "alat\n Si 0.75 0.5 0.5",
      ),
    ],
    ["A, B, C", input("ibrav = 8, A = 3.0, B = 4, C = 5.D0, nat=1", "", "crystal\n Si 0.5 0.25 0.2")],
    [
      "cell in alat",
      input(
        `ibrav=0, A=2`,
        cube
          .replace("angstrom", "alat")
          .replace("3 0 0", "1.5 0 0")
          .replace("0 4 0", "0 2 0")
          .replace("0 0 5", "0 0 2.5"),
        "crystal\n Si 0.5 0.25 0.2",
      ),
    ],
  ])("positions in %s", (_, text) => {
    const [x, y, z] = cartesian(text);
    expect(x).toBeCloseTo(1.5, 10);
    expect(y).toBeCloseTo(1, 10);
    expect(z).toBeCloseTo(1, 10);
  });

  test.each([
    ["no ibrav", input("nat=1", cube, "crystal\n Si 0 0 0"), /^q:1: must be an input of pw\.x with ibrav/],
    ["an unknown lattice", input("ibrav=15, A=3", "", "crystal\n Si 0 0 0"), /^q:5: must be a known ibrav/],
    [
      "a missing ratio",
      input("ibrav=4, A=3", "", "crystal\n Si 0 0 0"),
      /^q:5: must be given with cOverA .* got "ibrav = 4 alone"/,
    ],
    [
      "no length",
      input("ibrav=1", "", "crystal\n Si 0 0 0"),
      /^q:5: must be given with celldm\(1\) in bohr or A/,
    ],
    ["no cell", input("ibrav=0", "", "crystal\n Si 0 0 0"), /must be a CELL_PARAMETERS card/],
    [
      "alat of nothing",
      input("ibrav=0", cube.replace("angstrom", "alat"), "crystal\n Si 0 0 0"),
      /^q:7: must be in bohr or angstrom/,
    ],
    [
      "positions of a space group without it",
      input("ibrav=0", cube, "crystal_sg\n Si 8a"),
      /must be beside space_group in &SYSTEM/,
    ],
    [
      "an atom too few",
      input("ibrav=0, nat=2", cube, "crystal\n Si 0 0 0"),
      /must be followed by the nat = 2 atoms, got "1 lines"/,
    ],
    [
      "no element",
      input("ibrav=0", cube, "crystal\n Xx 0 0 0"),
      /must be an atom: a label of one chemical symbol/,
    ],
    ["no number", input("ibrav=0", cube, "crystal\n Si 1/x 0 0"), /must be three numbers or expressions/],
    [
      "a subscript of no kind",
      input("ibrav=1, A=3, nspin=2, starting_magnetization(0)=0.5", "", "crystal\n Si 0 0 0"),
      /^q:5: must be a subscript from 1 for starting_magnetization, got "starting_magnetization\(0\)"/,
    ],
    [
      "a seventh celldm",
      input("ibrav=1, celldm=9,0,0,0,0,0,7", "", "crystal\n Si 0 0 0"),
      /^q:5: must be at most 6 values for celldm, got "celldm\(7\)"/,
    ],
    [
      "two values for one number",
      input("ibrav=1, A=3, nat=1, 2", "", "crystal\n Si 0 0 0"),
      /^q:5: must be one value for nat, got "nat\(2\)"/,
    ],
    [
      "fewer kinds than ntyp",
      input("ibrav=1, A=3, ntyp=2", "ATOMIC_SPECIES\n Si 28 Si.UPF\n", "crystal\n Si 0 0 0"),
      /must be followed by the ntyp = 2 kinds, got "1 lines"/,
    ],
    [
      "an atom of a kind beyond ntyp",
      input("ibrav=1, A=3, ntyp=1", "ATOMIC_SPECIES\n Si 28 Si.UPF\n H 1 H.UPF\n", "crystal\n H 0 0 0"),
      /must be an atom of a kind in ATOMIC_SPECIES: Si, got "H"/,
    ],
    [
      "two lengths",
      input("ibrav=0, celldm(1)=6", cube, "crystal\n Si 0 0 0"),
      /must be in alat, because celldm\(1\) or A is given: pw\.x stops at two lengths, got "angstrom"/,
    ],
  ])("%s", (_, text, message) => {
    expect(() => parseQeInput(text, "q")).toThrow(InputError);
    expect(() => parseQeInput(text, "q")).toThrow(message);
  });
});

test("a card that pw.x does not have is named, wherever it stands", () => {
  const text = "CELL_PARAMETERS bohr\n 9 0 0\n 0 9 0\n 0 0 9\nATOMIC_POSITIONS crystal\n Si 0 0 0\n";
  for (const card of ["FOOBAR\n 1 1\n", "HUBBARD_TERMS {atomic}\n 1 1\n"])
    for (const before of ["K_POINTS gamma\n", "K_POINTS automatic\n 2 2 2 0 0 0\n", "OCCUPATIONS\n 1 1\n"])
      expect(parseQeInput(`${text}${before}${card}`, "q").warnings.join("\n")).toContain(
        `${card.split("\n")[0]} is no card of pw.x and is not read`,
      );
  const path = "K_POINTS crystal_b\n 2\n gG 10\n Gamma 1\n";
  expect(parseQeInput(`${text}${path}`, "q").warnings.join("\n")).not.toContain("no card");
});

describe("a label of Quantum ESPRESSO is a symbol, alone or with a number or a letter behind it", () => {
  const withLabel = (label: string, file?: string) =>
    parseQeInput(
      `&system\nibrav=1, celldm(1)=6, nat=1, ntyp=1\n/\n${file === undefined ? "" : `ATOMIC_SPECIES\n${label} 1 ${file}\n`}ATOMIC_POSITIONS crystal\n${label} 0 0 0\n`,
      "q",
    );
  test.each([
    // pw.x takes the element of the potential; its examples have Rhs for the atoms of a surface.
    [
      "Rhs",
      "Rh.pbe-nd-rrkjus.UPF",
      "Rh",
      /q:5: kind Rhs is Rh, as its potential Rh\.pbe-nd-rrkjus\.UPF says/,
    ],
    ["Cas", "surface.UPF", "Ca", /q:5: label Cas is taken for Ca/],
    ["OW", "O.pbe-mt.UPF", "O", /q:5: kind OW is O/],
    ["FE2", "Fe.pbe.UPF", "Fe", /^$/],
    [
      "Hf",
      "H.pz-vbc.UPF",
      "Hf",
      /q:5: kind Hf is taken for Hf, but its potential H\.pz-vbc\.UPF is named after H/,
    ],
    ["Rhs", undefined, "Rh", /q:5: label Rhs is taken for Rh/],
  ])("%s with %s is %s", (label, file, element, warning) => {
    const { atoms, warnings } = withLabel(label, file);
    expect(atoms.map((atom) => atom.element)).toEqual([element]);
    expect(warnings.filter((text) => /kind|label/.test(text)).join()).toMatch(warning);
  });

  test.each([
    ["Cos", "C.pz-vbc.UPF"], // carbon's potential: cobalt's first letters say nothing
    ["FeNi", "Fe.UPF"],
    ["Xs", "surface.UPF"],
  ])("%s with %s is refused", (label, file) => {
    expect(() => withLabel(label, file)).toThrow(/must be an atom: a label of one chemical symbol/);
  });
});

describe("ABINIT", () => {
  const input = `# gallium arsenide
acell 3*5.65 angstrom  rprim 0 1/2 1/2  0.5 0 0.5  5d-1 0.5 0
natom 2 ntypat 2 typat 1 2 znucl 31 33
xred 3*0 3*0.25   ! two atoms
ecut 15 ngkpt 2*4 4
`;
  const wanted = parseAbinitInput(input);

  test("repetitions, fractions, units and comments", () => {
    expect(wanted.lattice[0][1] / A).toBeCloseTo(5.65 / 2, 12);
    expect(wanted.atoms).toEqual([
      { element: "Ga", position: [0, 0, 0] },
      { element: "As", position: [0.25, 0.25, 0.25] },
    ]);
  });

  const quarter = 5.65 / 4;
  test.each([
    ["xangst", input.replace("xred 3*0 3*0.25", `xangst 0 0 0 3*${quarter}`)],
    ["xcart", input.replace("xred 3*0 3*0.25", `xcart 0 0 0 3*${quarter * A}`)],
    ["xcart with a unit", input.replace("xred 3*0 3*0.25", `xcart 0 0 0 3*${quarter} Angstrom`)],
    ["acell in bohr and scalecart", input.replace("3*5.65 angstrom", `3*1 scalecart 3*${5.65 * A}`)],
  ])("%s says the same", (_, text) => {
    const found = parseAbinitInput(text);
    expect(det(found.lattice)).toBeCloseTo(det(wanted.lattice), 9);
    for (const axis of [0, 1, 2]) expect(found.atoms[1]!.position[axis]).toBeCloseTo(0.25, 10);
  });

  test("angles, equal or not", () => {
    const equal = parseAbinitInput("acell 3*7 angdeg 3*60 natom 1 znucl 14 xred 0 0 0");
    for (const a of equal.lattice) expect(norm(a)).toBeCloseTo(7, 12);
    expect(det(equal.lattice)).toBeCloseTo(343 * Math.SQRT1_2, 9);
    const unequal = parseAbinitInput("acell 5 6 7 angdeg 90 100 90 natom 1 znucl 14 xred 0 0 0");
    expect(det(unequal.lattice)).toBeCloseTo(210 * Math.sin((100 * Math.PI) / 180), 9);
    for (const height of ["sqrt(0.75)", "sqrt(3/4)", "sqrt(3)/2"])
      expect(
        parseAbinitInput(`acell 3*7 rprim 1 0 0 -0.5 ${height} 0 0 0 1 natom 1 znucl 12 xred 3*0`)
          .lattice[1][1],
      ).toBeCloseTo(7 * Math.sqrt(0.75), 12);
  });

  test("every variable of the program is known, with the number of a data set too; what leaves the atoms alone is named once", () => {
    const said = parseAbinitInput(
      `${input} natrd 2 nobj 0 brvltt 0 ppmfrq 16.5 eV ecut2 20 kptopt 1 prt1dm 1`,
      "a",
    ).warnings;
    expect(said).toEqual(["a:1: only the structure is read, not ecut, ngkpt, ppmfrq, ecut2, kptopt, prt1dm"]);
  });

  test("moments along z", () => {
    const { atoms } = parseAbinitInput(`${input} nsppol 2 spinat 0 0 2.5 0 0 -1`);
    expect(atoms.map(({ magneticMoment }) => magneticMoment)).toEqual([2.5, -1]);
  });

  test.each([
    ["no natom", input.replace("natom 2", ""), /must be an input with natom, got "no natom"/],
    ["a supercell", `${input} supercell_latt 2 1 1`, /must be without supercell_latt/],
    ["no znucl", "acell 3*7 natom 1 xred 0 0 0", /must be an input with znucl, got "no znucl"/],
    ["numbers too few", input.replace("3*0.25", "2*0.25"), /^a:4: must be 6 numbers for xred, got "5"/],
    [
      "a type beyond ntypat",
      input.replace("typat 1 2", "typat 1 3"),
      /^a:3: must be types from 1 to 2 in typat, got "3"/,
    ],
    [
      "a word for a number",
      input.replace("3*0.25", "3*quarter"),
      /^a:4: must be numbers for xred, got "3\*quarter"/,
    ],
    [
      "data sets",
      `${input} acell2 3*11`,
      /must be a structure for all data sets and images: acell alone, got "acell2"/,
    ],
    [
      "symmetry that makes atoms",
      `${input} natrd 1`,
      /must be all 2 atoms in the input: list those that spgroup makes/,
    ],
    [
      "atoms taken away",
      `${input} vacnum 1 vaclst 2`,
      /must be without vacnum: cell and atoms must stand in the input/,
    ],
    ["a cell from another run", `${input} getcell -1`, /must be without getcell/],
    [
      "a word like none of its variables",
      `${input} wavelength 3`,
      /must be a variable of ABINIT, got "wavelength"/,
    ],
    ["an image", `${input} xred_lastimg 6*0`, /must be a structure for all data sets and images: xred alone/],
    ["two lattices", input.replace("xred", "angdeg 3*60 xred"), /must be without rprim/],
    ["no such element", input.replace("31 33", "31 233"), /must be atomic numbers, got "233"/],
  ])("%s", (_, text, message) => {
    expect(() => parseAbinitInput(text, "a")).toThrow(InputError);
    expect(() => parseAbinitInput(text, "a")).toThrow(message);
  });
});

test("formats are told by name, then by content, and what is neither is refused with what there is", () => {
  expect(formatOf("runs/CONTCAR_2", "").title).toBe("POSCAR or CONTCAR");
  expect(formatOf("a.CIF", "").title).toBe("CIF");
  expect(formatOf("si.in", "&control\n/\n&system").title).toBe("input of Quantum ESPRESSO");
  expect(formatOf("si.in", "acell 3*1\nznucl 14").title).toBe("input of ABINIT");
  expect(() => formatOf("slab.pdb", "ATOM 1")).toThrow(
    /^slab\.pdb: must be a structure in a format that is read, got another name and content; these are extxyz/,
  );
});
