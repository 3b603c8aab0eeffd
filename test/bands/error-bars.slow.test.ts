import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { problemText } from "../../src/bands/frozen-problem.ts";
import type { Vec3 } from "../../src/common/vec3.ts";
import { readTextFrom } from "../../src/io/node-files.ts";
import { runBands } from "../../src/job/tasks/bands/run-bands.ts";

const folder = mkdtempSync(join(tmpdir(), "stillwave-error-bars-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("intervals of a ground state's frozen potential hold its levels in a far larger basis", async () => {
  const job = {
    ...(JSON.parse(readFileSync("examples/silicon.json", "utf8")) as object),
    ecut: 4,
    kgrid: [2, 2, 2],
  };
  const kpoints: Vec3[] = [[0.1, 0.2, 0.3]];
  const run = await runBands(job, { kpoints, bands: 4, errorBars: true });
  writeFileSync(join(folder, "problem.json"), problemText(run.problem!));
  const fine = await runBands(
    { ...job, ecut: 30, hamiltonian: { frozen: "problem.json" } },
    { kpoints, bands: 4, readText: readTextFrom(folder) },
  );
  expect(run.errorBars!.failures).toEqual([]);
  run.file.kpoints[0]!.bands.forEach(({ energy, lower, upper }, band) => {
    const exact = fine.file.kpoints[0]!.bands[band]!.energy;
    expect(exact).toBeLessThan(upper! + 1e-9); // the solver's error
    // 30 Ha leave less than 1e-5 Ha of a core level, and levels fall with the basis.
    expect(exact).toBeGreaterThan(lower! - 1e-9);
    expect(upper! - lower!).toBeLessThan(0.5);
    expect(energy).toBeGreaterThanOrEqual(lower!);
    expect(energy).toBeLessThanOrEqual(upper!);
  });
  // The file's own job comes to the same intervals: nothing but its numbers is behind them.
  const again = await runBands(
    { ...job, hamiltonian: { frozen: "problem.json" } },
    { kpoints, bands: 4, errorBars: true, readText: readTextFrom(folder) },
  );
  expect(again.file.kpoints[0]!.bands.map(({ lower, upper }) => [lower, upper])).toEqual(
    run.file.kpoints[0]!.bands.map(({ lower, upper }) => [lower, upper]),
  );
});
