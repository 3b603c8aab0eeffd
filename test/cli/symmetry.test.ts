import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { runProgram } from "../../src/cli/program.ts";
import { fakeHost } from "./fake-host.ts";

const folder = mkdtempSync(join(tmpdir(), "stillwave-symmetry-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Magnesium with five decimals, as ASE and Open Babel write it. */
const MAGNESIUM = `data_mg
_cell_length_a 3.21
_cell_length_b 3.21
_cell_length_c 5.21
_cell_angle_alpha 90
_cell_angle_beta 90
_cell_angle_gamma 120
loop_
_symmetry_equiv_pos_as_xyz
x,y,z
loop_
_atom_site_label
_atom_site_type_symbol
_atom_site_fract_x
_atom_site_fract_y
_atom_site_fract_z
Mg1 Mg 0.33333 0.66667 0.25000
Mg2 Mg 0.66667 0.33333 0.75000
`;
writeFileSync(join(folder, "mg.cif"), MAGNESIUM);
const run = async (...words: string[]) => {
  const host = fakeHost({ cwd: folder });
  const code = await runProgram(words, host);
  return { code, ...host.written };
};

test("new from names the space group and says how far atoms were moved to it", async () => {
  const { code, stdout, stderr } = await run("new", "from", "mg.cif");
  expect(code).toBe(0);
  expect(stderr).toMatch(
    /^symmetry: P6_3\/mmc \(194\), 24 operations; atoms or lattice vectors were moved to it by at most \d\.\de-5 bohr\npseudopotentials: Mg gth-lda-q2 .*\n$/,
  );
  const [first] = (JSON.parse(stdout) as { structure: { atoms: { position: number[] }[] } }).structure.atoms;
  expect(Math.abs(first!.position[0]! - 1 / 3)).toBeLessThan(1e-11);
});

test("convert says so too, and not a word where nothing moves", async () => {
  const { stderr } = await run("convert", "mg.cif", "mg.vasp");
  expect(stderr).toMatch(
    /^symmetry: P6_3\/mmc \(194\), 24 operations; .* by at most \d\.\de-5 bohr\nstructure: mg.vasp, Mg2\n$/,
  );
  expect((await run("convert", "mg.vasp", "again.vasp")).stderr).toBe("structure: again.vasp, Mg2\n");
  expect(readFileSync(join(folder, "again.vasp"), "utf8")).toContain("0.33333333");
});

test("estimate counts the k-points that are computed, and names the space group", async () => {
  await run("new", "from", "mg.cif", "--out", "mg.json");
  const job = JSON.parse(readFileSync(join(folder, "mg.json"), "utf8")) as object;
  const half = { ...job, ecut: 6, kgrid: [2, 2, 2], kshift: [0.5, 0.5, 0.5] };
  writeFileSync(join(folder, "half.json"), JSON.stringify(half));
  const { stdout, stderr } = await run("estimate", "half.json", "--threads", "1");
  expect(stdout).toMatch(/symmetry +P6_3\/mmc \(194\), 24 operations\n/);
  expect(stdout).toMatch(/k-points +2, of 24 in the whole grid\n/);
  expect(stderr).toMatch(
    /kgrid: 2x2x2 shifted by .* \(8 of 24 operations keep it\).* 24 for 8, 2 of them different/,
  );
  writeFileSync(join(folder, "bare.json"), JSON.stringify({ ...half, kgridSymmetry: "none" }));
  const bare = await run("estimate", "bare.json", "--threads", "1");
  expect(bare.stdout).toMatch(/k-points +2, of 8 in the whole grid/);
  expect(bare.stderr).toMatch(
    /8 of its 24 operations are used; forces and stress have no more symmetry than that/,
  );
  writeFileSync(
    join(folder, "spaced.json"),
    JSON.stringify({ ...half, kshift: [0, 0, 0], kgrid: { spacing: 0.6 } }),
  );
  // |b| = 2.260 and 1.206 per angstrom.
  expect((await run("estimate", "spaced.json", "--threads", "1")).stdout).toMatch(/\(4x4x3\)/);
});
