import { describe, expect, test } from "vitest";
import { runScf } from "../../src/job/tasks/scf/run-scf.ts";
import { close } from "../close.ts";
import { ALUMINIUM } from "../systems.ts";

const box = (element: string, magneticMoment?: number) => ({
  structure: {
    lattice: [[7, 0, 0], [0, 7, 0], [0, 0, 7]], // biome-ignore format: a matrix
    atoms: [{ element, position: [0, 0, 0], ...(magneticMoment === undefined ? {} : { magneticMoment }) }],
  },
  ecut: 4,
});

describe("at temperature 0", () => {
  test("a degenerate level that is partly filled is not called converged, and the remedy converges", async () => {
    const carbon = await runScf(box("C")); // p², one of three p levels full
    expect(carbon.status).toBe("no-gap");
    expect(carbon.converged).toBe(false);
    expect(carbon.reason).toMatch(/degenerate and only partly filled/);
    expect(carbon.iterations).toBeLessThan(40); // it does not go on for ever
    const smeared = await runScf({ ...box("C"), smearing: "gaussian", temperature: 0.005 });
    expect(carbon.diagnosis!.remedy).toContain('"smearing": "gaussian", "temperature": 0.005');
    expect(smeared.converged).toBe(true);
  });

  test("spins are computed where there is a gap: nitrogen's three p electrons have one spin", async () => {
    const cold = await runScf({ ...box("N", 3), spin: "collinear" });
    const warm = await runScf({
      ...box("N", 3),
      spin: "collinear",
      smearing: "gaussian",
      temperature: 0.001,
    });
    expect(cold.status).toBe("converged");
    close(cold.magnetisation!, 3, 1e-9, "whole electrons");
    // The gap is hundreds of widths: smearing changes nothing.
    close(cold.energies.total, warm.energies.total, 1e-8, "energy");
  });
});

test("a run that loses its moments says that a magnetic state may lie lower", async () => {
  const { warnings, converged } = await runScf({
    ...box("Ne", 0.1),
    spin: "collinear",
    smearing: "gaussian",
    temperature: 0.001,
  });
  expect(converged).toBe(true);
  expect(warnings).toContainEqual(
    expect.stringMatching(/^structure\.atoms: the moments vanished; .*at most 0\.1 μB/),
  );
});

describe("with smearing", () => {
  test("what lacks the bands of its electrons is not called converged, and the remedy converges", async () => {
    const job = { ...ALUMINIUM, ecut: 4, kgrid: [2, 2, 2], temperature: 0.05 };
    const cut = await runScf({ ...job, bands: 2 });
    expect(cut.status).toBe("few-bands");
    expect(cut.converged).toBe(false);
    expect(cut.reason).toMatch(/too few bands: the highest of 2 holds/);
    const enough = await runScf({ ...job, bands: null });
    expect(enough.converged).toBe(true);
    expect(cut.energies.total - enough.energies.total).toBeGreaterThan(1e-4);
  });
});
