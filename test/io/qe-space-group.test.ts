import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { norm, rowsVec, scale, sub, type Vec3 } from "../../src/common/vec3.ts";
import { loadSpaceGroups } from "../../src/io/moyo-node.ts";
import { parseQeInput } from "../../src/io/structures/qe/qe-input.ts";

/** What pw.x printed for each group, in units of alat; the script beside the file made it. */
const printed = JSON.parse(readFileSync("test/fixtures/io/qe-space-groups.json", "utf8")) as Record<
  string,
  { input: string; alat: number; axes: Vec3[]; atoms: [string, number, number, number][] }
>;
const tables = await loadSpaceGroups();

describe("space_group with crystal_sg", () => {
  test.each(Object.keys(printed))("%s has the cell and the atoms of pw.x", (name) => {
    const { input, alat, axes, atoms } = printed[name]!;
    const found = parseQeInput(input, name, tables);
    axes.forEach((axis, i) => {
      expect(norm(sub(scale(1 / alat, found.lattice[i]!), axis))).toBeLessThan(1e-5); // of alat four decimals are printed
    });
    expect(found.atoms.length).toBe(atoms.length);
    for (const [element, x, y, z] of atoms) {
      const there = found.atoms.filter((atom) => {
        const between = sub(scale(1 / alat, rowsVec(found.lattice, atom.position)), [x, y, z]);
        const near = nearestImage(axes, between);
        return atom.element === element && norm(near) < 2e-5;
      });
      expect(there.length, `${element} ${x} ${y} ${z}`).toBe(1);
    }
  });

  const input = printed["225"]!.input;
  test.each([
    ["hexagonal axes", input.replace("=225", "=166, rhombohedral=.false."), /rhombohedral axes/],
    [
      "the axis along b with a lattice that has it along c",
      printed["14-b"]!.input.replace("=14", "=14, ibrav=12"),
      /must be without ibrav, or with ibrav = -12, .* got "ibrav = 12"/,
    ],
    ["no group", input.replace("=225", "=0"), /must be beside space_group in &SYSTEM/],
    [
      "no such group",
      input.replace("=225", "=231"),
      /must be the number of a space group, 1 to 230, or 0, got "231"/,
    ],
  ])("%s is refused", (_, text, message) => {
    expect(() => parseQeInput(text, "p", tables)).toThrow(message);
  });
});

function nearestImage(axes: readonly Vec3[], r: Vec3): Vec3 {
  const around = [-2, -1, 0, 1, 2];
  const images = around.flatMap((i) =>
    around.flatMap((j) => around.map((k) => sub(r, rowsVec(axes as [Vec3, Vec3, Vec3], [i, j, k])))),
  );
  return images.reduce((best, image) => (norm(image) < norm(best) ? image : best));
}
