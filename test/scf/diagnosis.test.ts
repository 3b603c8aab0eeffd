import { describe, expect, test } from "vitest";
import { diagnose, type Evidence } from "../../src/scf/diagnosis.ts";
import type { HistoryRow } from "../../src/scf/state.ts";

const row = (step: number, densityResidual: number, more: Partial<HistoryRow> = {}): HistoryRow => ({
  step,
  densityResidual,
  energy: -10,
  damping: 0.8,
  seconds: 1,
  hamiltonianApplications: 8,
  ...more,
});
const insulator = {
  fermiLevel: 0.2,
  occupations: [Float64Array.of(2, 2, 0)],
  entropyEnergy: 0,
  gap: 0.1,
  directGap: 0.1,
  warnings: [],
};
const evidence = (more: Partial<Evidence>): Evidence => ({
  history: Array.from({ length: 12 }, (_, i) => row(i + 1, 1e-3)),
  occupation: insulator,
  nBands: 3,
  tolerance: 1e-6,
  mixing: "kerker",
  damping: 0.8,
  restart: "restart",
  ...more,
});

describe("a run that did not converge is told", () => {
  test("how many steps are missing where the residual falls", () => {
    const history = Array.from({ length: 12 }, (_, i) => row(i + 1, 0.5 ** (i + 1)));
    const { cause, remedy } = diagnose(evidence({ history }));
    // From 2⁻¹² to 1e-6 are log₂(10⁶) − 12 = 7.93 halvings.
    expect(cause).toMatch(/residual still falls, by a factor of 0\.50 a step: about 8 more/);
    expect(remedy).toMatch(/"maxIterations": 28, or go on from the checkpoint with restart$/);
  });

  test("that one step or two show no trend", () => {
    const history = [row(1, 0.2), row(2, 0.1)];
    expect(diagnose(evidence({ history })).cause).toMatch(/^two steps show no trend/);
    expect(diagnose(evidence({ history: history.slice(0, 1) })).cause).toMatch(/^one step shows no trend/);
    expect(diagnose(evidence({ history })).remedy).toMatch(/^"maxIterations": 100/);
  });

  test("that roundings keep the residual from a tolerance", () => {
    const residuals = [1e-2, 1e-4, 1e-6, 1e-8, 1e-10, 1e-12, 4e-14, 5e-14, 3e-14, 4e-14, 5e-14];
    const history = residuals.map((x, i) => row(i + 1, x));
    const { cause, remedy } = diagnose(evidence({ history, tolerance: 1e-20 }));
    expect(cause).toMatch(/^the residual stays at 5e-14, the rounding of the numbers/);
    expect(remedy).toMatch(/^"tolerance": \{ "density": 1e-12 \} in scf/);
    // Where the residual is small enough, the tolerance that is not met is that of the energy.
    expect(diagnose(evidence({ history, tolerance: 1e-12 })).remedy).toMatch(/larger "energy"/);
    expect(diagnose(evidence({ history, tolerance: undefined })).remedy).toMatch(/larger "energy"/);
    // The same trend before it ends: the residual falls.
    expect(diagnose(evidence({ history: history.slice(0, 6), tolerance: 1e-20 })).cause).toMatch(
      /still falls/,
    );
  });

  test("that charge oscillates, and which mixing to take", () => {
    const history = Array.from({ length: 12 }, (_, i) => row(i + 1, i % 2 === 0 ? 0.1 : 0.2));
    expect(diagnose(evidence({ history })).remedy).toMatch(/^"mixing": "auto"/);
    const { cause, remedy } = diagnose(evidence({ history, mixing: "auto" }));
    expect(cause).toMatch(/charge oscillates: the residual rose in 5 of the last 9 steps with mixing auto/);
    expect(remedy).toMatch(/^"damping": 0\.40, or "mixing": "ldos"/);
  });

  test("that the magnetisation wanders", () => {
    const history = Array.from({ length: 12 }, (_, i) => row(i + 1, 0.1, { magnetisation: 2 + Math.sin(i) }));
    const { cause, remedy } = diagnose(evidence({ history }));
    expect(cause).toMatch(/magnetisation wanders, by [12]\.\d\d μB over the last 10 steps/);
    expect(remedy).toMatch(/magneticMoment/);
    const still = history.map((each) => ({ ...each, magnetisation: 2 }));
    expect(diagnose(evidence({ history: still })).cause).not.toMatch(/magnetisation/);
  });

  test("that bands are too few, with how many would do", () => {
    const occupation = { ...insulator, gap: Infinity, occupations: [Float64Array.of(2, 1.9, 0.3)] };
    const { cause, remedy } = diagnose(evidence({ occupation }));
    expect(cause).toMatch(/too few bands: the highest of 3 holds 3\.0e-1 electrons/);
    expect(remedy).toMatch(/"bands": 6/);
    // Without smearing every band may be full.
    const full = { ...insulator, gap: Infinity, occupations: [Float64Array.of(2, 2, 2)] };
    expect(diagnose(evidence({ occupation: full })).cause).not.toMatch(/bands/);
  });

  test("that a level at temperature 0 is degenerate, by the rule of convergence: bands may overlap between k-points", () => {
    const said = (directGap: number, gap = directGap) =>
      diagnose(evidence({ occupation: { ...insulator, gap, directGap } }));
    expect(said(2e-9).cause).toMatch(/degenerate and only partly filled/);
    expect(said(2e-9).remedy).toMatch(/"temperature": 0\.005/);
    expect(said(1e-3).cause).not.toMatch(/temperature/);
    expect(said(1e-3, -0.03).cause).not.toMatch(/temperature/);
  });

  test("that levels without a gap change places, and no trend is read from a residual that wanders", () => {
    const logs = [-1.11, -1.07, -1.13, -1.07, -1.07, -1.1, -1.13, -1.4, -1.4, -1.11];
    const history = logs.map((x, i) => row(i + 1, 10 ** x));
    const said = (directGap: number) =>
      diagnose(evidence({ history, occupation: { ...insulator, gap: directGap, directGap } }));
    expect(said(4e-5).cause).toBe(
      "at temperature 0 the gap is 4e-5 Ha: full and empty levels change places from step to step",
    );
    expect(said(4e-5).remedy).toMatch(/"temperature": 0\.005/);
    expect(said(0.1).cause).toMatch(/charge oscillates/);
  });

  test("that no crystal has such an energy", () => {
    const history = Array.from({ length: 12 }, (_, i) => row(i + 1, 1e-3, { energy: 60 - i }));
    expect(diagnose(evidence({ history })).cause).toMatch(/lowest 49\.000 Ha.*too close or the cutoff/);
  });

  test("that nothing moves", () => {
    expect(diagnose(evidence({})).cause).toMatch(/hardly moves/);
  });
});
