import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { runProgram } from "../../src/cli/program.ts";
import { EV_PER_HARTREE } from "../../src/common/units.ts";
import type { DosFile } from "../../src/job/tasks/dos/dos-result.ts";
import { dosSvg } from "../../src/plot/dos.ts";
import { ALUMINIUM, SILICON } from "../systems.ts";
import { fakeHost } from "./fake-host.ts";

const cwd = mkdtempSync(join(tmpdir(), "stillwave-dos-"));
afterAll(() => rmSync(cwd, { recursive: true }));
writeFileSync(join(cwd, "si.json"), JSON.stringify(SILICON));
writeFileSync(join(cwd, "al.json"), JSON.stringify(ALUMINIUM));
const dos = (words: string, host = fakeHost({ cwd })) =>
  runProgram(["dos", ...words.split(" "), "--threads", "1"], host).then((code) => ({
    code,
    ...host.written,
  }));

test("prints where levels are, writes the numbers and draws the picture", async () => {
  const { code, stdout, stderr } = await dos(
    "al.json --kgrid 4,4,4 --local --window=-5,3 --out d.json --plot d.svg",
  );
  expect(code).toBe(0);
  const file = JSON.parse(readFileSync(join(cwd, "d.json"), "utf8")) as DosFile;
  expect(stdout).toContain(`${file.fermiLevel.toFixed(8)} Ha`);
  expect(stdout).toMatch(/energies +-5\.000 to 3\.000 eV/);
  expect(stdout).toMatch(/states there +0\.\d+ per eV and cell/);
  expect(stdout).toMatch(/tetrahedron, k-grid 4x4x4/);
  expect(stderr).toContain("dos: d.json\nplot: d.svg\n");
  expect(Array.isArray(file.energies)).toBe(true);
  expect(file.energies[0]).toBeCloseTo(file.fermiLevel - 5 / EV_PER_HARTREE, 12);
  const svg = readFileSync(join(cwd, "d.svg"), "utf8");
  for (const text of ["energy above the Fermi level (eV)", "states per eV and cell", "states (eV⁻¹ bohr⁻³)"])
    expect(svg).toContain(text);
  expect(svg).not.toMatch(/NaN|undefined|Infinity/);
});

test("--json prints the file alone", async () => {
  const { code, stdout } = await dos("si.json --method gaussian --points 50 --json");
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ method: "gaussian", width: 0.005, kgrid: [4, 4, 4] });
});

test("nothing is drawn where bands are missing", async () => {
  const ends = async (completeBelow: number) => {
    const drawn = { fermiLevel: 0, energies: [-1, 0, 1, 2], spins: [{ density: [1, 2, 1, 1] }] };
    const svg = await dosSvg({ ...drawn, completeBelow });
    const path = /aria-label="line"[\s\S]*? d="([^"]*)"/.exec(svg)![1]!;
    return Number(/L([\d.]+),[\d.]+$/.exec(path)![1]);
  };
  expect(await ends(1.5)).toBeLessThan((await ends(2.5)) - 100);
});

test("spin down is drawn below the axis", async () => {
  const spin = { density: [1, 2, 1] };
  const svg = await dosSvg({ fermiLevel: 0, energies: [-1, 0, 1], spins: [spin, spin] }, { title: "t" });
  expect(svg).toContain("spin down");
  expect(svg).toContain("states per eV, spin and cell");
  await expect(dosSvg({ fermiLevel: 0, energies: [], spins: [] })).rejects.toThrow(/must have a density/);
});

test.each([
  [
    "si.json --kgrid 4,4",
    /^stillwave: --kgrid: must be three positive whole numbers, got 4,4; such as 8,8,8\n$/,
  ],
  [
    "si.json --window x,1",
    /^stillwave: --window: must be a lower and a higher energy, got x,1; such as -10,5\n$/,
  ],
  ["si.json --width 0", /^stillwave: --width: must be a positive energy in Ha, got 0/],
  ["si.json --plot d.gif", /^stillwave: --plot: must end in \.svg, \.png or \.pdf/],
])("%s is wrong input", async (words, message) => {
  const { code, stderr, stdout } = await dos(words);
  expect(code).toBe(2);
  expect(stderr).toMatch(message);
  expect(stdout).toBe("");
});

test("a job without a ground state ends with 3", async () => {
  writeFileSync(join(cwd, "short.json"), JSON.stringify({ ...SILICON, scf: { maxIterations: 1 } }));
  const { code, stderr } = await dos("short.json");
  expect(code).toBe(3);
  expect(stderr).toMatch(/not converged: the ground state: iteration-limit after 1 step,/);
});
