import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { runProgram } from "../../src/cli/program.ts";
import { readTextFrom } from "../../src/io/node-files.ts";
import { runScf } from "../../src/job/tasks/scf/run-scf.ts";
import { fakeHost } from "../cli/fake-host.ts";
import { close } from "../close.ts";

const cwd = "test/fixtures/cases";
const jobOf = async (name: string) => JSON.parse(await readFile(`${cwd}/${name}.json`, "utf8"));
const run = async (...words: string[]) => runOn("", ...words);
const runOn = async (stdin: string, ...words: string[]) => {
  const host = fakeHost({ cwd, stdin });
  return { code: await runProgram([...words, "--threads", "1"], host), ...host.written };
};

describe("estimate", () => {
  test.each([
    ["water-26", "135x135x135", /one SCF step +about [\d.]+ s/],
    ["water-44", "225x225x225", /memory +about [\d.]+ GiB/], // grids whose shortened test size is no product of small primes
  ])("%s: large boxes are estimated", async (name, grid, line) => {
    const { code, stdout } = await run("estimate", `${name}.json`);
    expect(code).toBe(0);
    expect(stdout).toContain(`FFT grid      ${grid}\n`);
    expect(stdout).toMatch(line);
  });

  test("six decimals of a position keep the symmetry, with ABINIT's and pw.x's 12 k-points", async () => {
    const { stdout, stderr } = await run("estimate", "six-decimals.json");
    expect(stdout).toMatch(/P6_3\/mmc \(194\), 24 operations\nk-points +12, of 64/);
    expect(stderr).toMatch(/moved by at most 3\.5e-6 bohr, so that the 24 operations of P6_3\/mmc hold/);
  });

  test("calcite in two hexagonal edges and a rhombohedral one has an FFT grid with its symmetry", async () => {
    const { stdout } = await run("estimate", "calcite.json");
    expect(stdout).toMatch(/R-3c \(167\), 12 operations\nk-points +13, of 64/);
    expect(stdout).toContain("FFT grid      50x50x50\n"); // the edges differ: 4.99, 4.99 and 6.37 Å
  });
});

test("spin on a grid that translations miss: silicon converges without a moment, to the energy of a run without spin", async () => {
  // 7 steps. A floor under each spin that is kept point by point breaks the symmetry, and the residual stays above 1e-4.
  const job = await jobOf("bug-spin-floor-symmetry");
  const run = await runScf(job);
  expect(run.status).toBe("converged");
  expect(run.fftSize).toEqual([25, 25, 25]);
  expect(run.iterations).toBeLessThanOrEqual(12);
  close(run.magnetisation!, 0, 1e-6, "moment");
  close(run.energies.total, (await runScf({ ...job, spin: "none" })).energies.total, 1e-9, "energy");
});

test.each([
  ["upf-empty", "upf/empty.upf: must be a pseudopotential in the format UPF, psp8 or GTH, got an empty file"],
  [
    "upf-html-inside",
    "upf/html-inside.upf: must be a pseudopotential in the format UPF, psp8 or GTH, got a web page",
  ],
])("%s: a file that is no pseudopotential is named with its field", async (name, message) => {
  await expect(runScf(await jobOf(name), { readText: readTextFrom(cwd) })).rejects.toThrow(
    `pseudopotentials.Si: ${message}`,
  );
});

test("a monoclinic cell in skew vectors has its standard path, and the levels of its own axes along it", async () => {
  const skew = await jobOf("path-mono-u");
  // Its edges: the first less the second, the second, the first less the third.
  const own = { ...skew.structure, lattice: [[6, 0, 0], [0, 7.8, 0], [2.88, 0, 8.64]] }; // biome-ignore format: a matrix
  const tables: string[] = [];
  for (const structure of [skew.structure, own]) {
    const { code, stdout } = await runOn(
      JSON.stringify({ ...skew, hamiltonian: "core", structure }),
      "bands",
      "-",
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/\n +Γ +Y +H +C +E +M₁ +A +X\n/); // Setyawan and Curtarolo
    tables.push(/band 1 [\s\S]*?\n\n/.exec(stdout)![0]);
  }
  expect(tables[1]).toBe(tables[0]);
});
