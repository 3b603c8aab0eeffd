import { expect, test } from "vitest";
import { headline } from "../../src/cli/output/summary.ts";
import { runProgram } from "../../src/cli/program.ts";
import { liveTable, tableRow } from "../../src/cli/terminal/live-table.ts";
import { reporter } from "../../src/cli/terminal/reporter.ts";
import { parseJob } from "../../src/job/schema/schema.ts";
import { fakeHost, historyRow } from "./fake-host.ts";

test("a spin-polarised run has a column for the moment, another has none", () => {
  const lines: string[] = [];
  const output = { write: (text: string) => lines.push(text), isTerminal: false, columns: 80 };
  const table = liveTable(output, reporter(output, "normal"), {});
  table.row({ ...historyRow(1), magnetisation: 2.25504 });
  table.row({ ...historyRow(2), magnetisation: -0.00001 });
  expect(lines[0]).toMatch(/time \(s\) +moment \(muB\)\n$/);
  expect(lines[1]).toMatch(/ 2\.2550\n$/);
  expect(lines[2]).toMatch(/ 0\.0000\n$/); // no -0.0000
  expect(new Set(lines.map((line) => line.length)).size).toBe(1);
  expect(tableRow(historyRow(1), undefined).length).toBeLessThan(lines[1]!.length - 10);
});

test("the summary tells the moments of the cell and around the atoms", async () => {
  const run = async () => ({
    magnetisation: -0.00062,
    absoluteMagnetisation: 7.16612,
    atomicMagnetisation: { sphereRadius: 2, moments: [3.2197, -3.22] },
  });
  const host = fakeHost({ run });
  expect(await runProgram(["scf", "silicon"], host)).toBe(0);
  expect(host.written.stdout).toMatch(/magnetic moment -0\.0006 muB in all, 7\.1661 muB without sign/);
  expect(host.written.stdout).toMatch(/around atoms +3\.2197, -3\.2200 muB within 2\.00 bohr/);
  const plain = fakeHost();
  await runProgram(["scf", "silicon"], plain);
  expect(plain.written.stdout).toMatch(/Fermi level/);
  expect(plain.written.stdout).not.toMatch(/muB/);
});

test("the summary advises the dipole correction where it may be had: for neutral slabs", async () => {
  const vacuum = { axis: 2, levels: [0.1, 0.2], slope: 0.001 } as const;
  for (const charge of [undefined, -2]) {
    const host = fakeHost({ run: async () => ({ vacuum, ...(charge && { charge }) }) });
    await runProgram(["scf", "silicon"], host);
    const advised = /eV\/A crosses the vacuum, which "dipoleCorrection": true takes away$/m;
    const silent = /eV\/A crosses the vacuum$/m;
    expect(host.written.stdout).toMatch(charge === undefined ? advised : silent);
  }
});

test("the headline of a spin-polarised job says so", () => {
  const structure = { lattice: [[9, 0, 0], [0, 9, 0], [0, 0, 9]], atoms: [{ element: "H", position: [0, 0, 0] }] }; // biome-ignore format: a job
  const job = { structure, ecut: 5, temperature: 0.01 };
  expect(headline(parseJob({ ...job, spin: "collinear" }), "h")).toContain("spin-polarised");
  expect(headline(parseJob(job), "h")).not.toContain("spin-polarised");
});
