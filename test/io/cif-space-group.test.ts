import { describe, expect, test } from "vitest";
import { loadSpaceGroups } from "../../src/io/moyo-node.ts";
import { parseCif } from "../../src/io/structures/cif/cif.ts";
import { python, testWithAse } from "../ase.ts";

const groups = await loadSpaceGroups();

const cif = (symmetry: string, [a, b, c, alpha, beta, gamma]: readonly number[], sites: string) => `data_x
_cell_length_a ${a}
_cell_length_b ${b}
_cell_length_c ${c}
_cell_angle_alpha ${alpha}
_cell_angle_beta ${beta}
_cell_angle_gamma ${gamma}
${symmetry}
loop_
_atom_site_label
_atom_site_fract_x
_atom_site_fract_y
_atom_site_fract_z
${sites}
`;
const CUBE = [5.43, 5.43, 5.43, 90, 90, 90] as const;
/** Number of atoms that a name makes of silicon at x, x, x in a cube. */
const inCube = (name: string, x = 0, tag = "_symmetry_space_group_name_H-M") =>
  parseCif(cif(`${tag} ${name}`, CUBE, `Si1 ${x} ${x} ${x}`), "a.cif", { settings: groups }).atoms.length;

describe("a CIF that names its space group and lists no operations", () => {
  test.each([
    ["'F m -3 m'", 0, 4],
    ["Fm-3m", 0, 4],
    ["'F m 3 m'", 0, 4],
    ["Fm3m", 0, 4],
    ["'F 4/m -3 2/m'", 0, 4],
    ["'I M -3 M'", 0, 2],
    ["'F d -3 m :1'", 0, 8],
    ["'F d -3 m S'", 0, 8],
    ["Fd-3m:2", 0.125, 8],
    ["'F d -3 m Z'", 0.125, 8],
    ["'F d 3 m : 2'", 0.125, 8],
    ["'F d -3 m :2'", 0, 16],
    ["'P a -3'", 0.1, 8],
    ["'P 2 3'", 0.1, 4],
    ["'P 2 2 2'", 0.1, 4],
    ["'P 21 21 21'", 0.1, 4],
    ["'C m c a'", 0.1, 16],
    ["'C m c e'", 0.1, 16],
    ["'A b m 2'", 0.1, 8],
  ])("%s with an atom at %d is read", (name, x, atoms) => {
    expect(inCube(name, x)).toBe(atoms);
    expect(inCube(name, x, "_space_group_name_H-M_alt")).toBe(atoms);
  });

  test.each([
    [
      "'F d -3 m'",
      /^a\.cif:8: must be beside the symmetry operations or the Hall symbol: .* got "F d -3 m alone"/,
    ],
    ["'F z 77'", /^a\.cif:8: must be a Hermann-Mauguin symbol of the tables, got "F z 77"/],
    ["'P 63/m m c'", /^a\.cif:8: must be a space group that fits the cell, got "P 63\/m m c"/],
    [
      "'F m -3 m'\n_space_group_IT_number 227",
      /^a\.cif:8: must be .* of the tables for space group 227, got "F m -3 m"/,
    ],
    ["'F d -3 m'\n_space_group_name_Hall 'F 5'", /^a\.cif:9: must be a Hall symbol of the tables, got "F 5"/],
  ])("%s is refused in one line: another crystal would be read silently", (name, message) => {
    expect(() => inCube(name)).toThrow(message);
  });

  test("and needs the tables, unless the name is P1 or a question mark", () => {
    const read = (name: string) =>
      parseCif(cif(`_symmetry_space_group_name_H-M ${name}`, CUBE, "Si1 0 0 0"), "a.cif");
    expect(() => read("'F m -3 m'")).toThrow(/cannot be looked up here, got "F m -3 m"/);
    for (const name of ["'P 1'", "P1", "?"]) expect(read(name).atoms).toHaveLength(1);
  });

  test("a Hall symbol says everything, in the quotes of CIF", () => {
    const cell = [4.916, 4.916, 5.4054, 90, 90, 120];
    const quartz = `Si1 0.4697 0 0.33333\nO1 0.4135 0.2669 0.2144`;
    const read = (symmetry: string) => parseCif(cif(symmetry, cell, quartz), "a.cif", { settings: groups });
    expect(read(`_space_group_name_Hall 'P 31 2"'`).atoms).toHaveLength(9);
    expect(read("_space_group_name_H-M_alt 'P 31 2 1'")).toEqual(read(`_space_group_name_Hall 'P 31 2"'`));
  });

  test("every setting of the tables is found by its full symbol and choice, and no other group is", () => {
    const cell = [5, 6, 7, 90, 90, 90]; // the cell is looked at later, what fits the symbol first
    for (const setting of groups) {
      if (setting.number === 1) continue;
      const choice = /^[12HR]/.test(setting.choice) ? `:${setting.choice[0]}` : "";
      const text = cif(`_space_group_name_H-M_alt '${setting.full}${choice}'`, cell, "Si1 0.1 0.2 0.3");
      const looked: number[] = [];
      const watched = groups.map((each) => ({
        ...each,
        operations: () => {
          looked.push(groups.indexOf(each));
          return each.operations();
        },
      }));
      try {
        parseCif(text, "a.cif", { settings: watched });
      } catch (error) {
        expect(String(error)).toMatch(/fits the cell|different atoms/);
      }
      expect(looked.map((i) => groups[i]!.number)).toEqual(looked.map(() => setting.number));
      expect(looked).toContain(groups.indexOf(setting));
    }
  });
});

interface Crystal {
  readonly symbol: string;
  readonly setting: number;
  readonly cell: readonly number[];
  readonly sites: readonly (readonly number[])[];
  readonly positions: readonly (readonly number[])[];
}

testWithAse("ASE's own tables give the same crystals", () => {
  const crystals = python<Crystal[]>(`
import json
from ase.spacegroup import crystal, Spacegroup
cases = [(2, 1, [5, 6, 7, 80, 95, 105]), (14, 1, [5, 6, 7, 90, 105, 90]), (15, 1, [5, 6, 7, 90, 105, 90]),
  (19, 1, [5, 6, 7, 90, 90, 90]), (62, 1, [5, 6, 7, 90, 90, 90]), (64, 1, [5, 6, 7, 90, 90, 90]), (70, 2, [5, 6, 7, 90, 90, 90]),
  (88, 2, [5, 5, 7, 90, 90, 90]), (136, 1, [5, 5, 7, 90, 90, 90]), (148, 1, [5, 5, 9, 90, 90, 120]),
  (166, 2, [5, 5, 5, 70, 70, 70]), (194, 1, [5, 5, 7, 90, 90, 120]), (216, 1, [5, 5, 5, 90, 90, 90]),
  (227, 1, [5, 5, 5, 90, 90, 90]), (227, 2, [5, 5, 5, 90, 90, 90]), (230, 1, [9, 9, 9, 90, 90, 90])]
out = []
sites = [[0, 0, 0], [0.11, 0.17, 0.23]]
for number, setting, cell in cases:
    group = Spacegroup(number, setting)
    atoms = crystal(["Si", "O"], sites, spacegroup=number, setting=setting, cellpar=cell)
    out.append(dict(symbol=group.symbol, setting=setting, cell=cell, sites=sites,
                    positions=atoms.get_scaled_positions().tolist()))
print(json.dumps(out))
`);
  expect(crystals.length).toBe(16);
  for (const { symbol, setting, cell, sites, positions } of crystals) {
    const hasChoice = /^(R|F d|I 41\/a|F d d d)/.test(symbol) && !/I a/.test(symbol);
    const choice = symbol.startsWith("R") ? ":HR"[setting] : String(setting);
    const name = hasChoice ? `'${symbol}:${choice}'` : `'${symbol}'`;
    const { atoms } = parseCif(
      cif(`_symmetry_space_group_name_H-M ${name}`, cell, sites.map((at, i) => `${["Si", "O"][i]}1 ${at.join(" ")}`).join("\n")),
      "ase.cif",
      { settings: groups },
    ); // biome-ignore format: one call
    expect(atoms.length, symbol).toBe(positions.length);
    for (const at of positions)
      expect(
        atoms.some(({ position }) =>
          position.every((x, i) => Math.abs(x - at[i]! - Math.round(x - at[i]!)) < 1e-9),
        ),
        `${symbol} ${at}`,
      ).toBe(true);
  }
});
