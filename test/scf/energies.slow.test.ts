import { describe, expect, test } from "vitest";
import { simple } from "../../src/precond/filters/simple.ts";
import { damped } from "../../src/scf/accelerators/damped.ts";
import { densityMixing } from "../../src/scf/methods/density-mixing.ts";
import { close } from "../close.ts";
import { ALUMINIUM, type Finished, finish, SILICON, to } from "../systems.ts";

const TIGHT = 1e-9;
const total = ({ end }: Finished) => end.last.energies.total;

describe("the energy of a step", () => {
  for (const [name, job] of [["silicon", SILICON], ["aluminium", ALUMINIUM]] as const) // biome-ignore format: pairs
    test(`is above the ground state by the square of the density residual: ${name}`, async () => {
      const best = total(await finish(to(1e-11, job)));
      // Slow on purpose: many steps on the way.
      const { steps } = await finish(to(1e-6, job), {
        method: densityMixing({ preconditioner: simple(), accelerator: damped(), damping: 0.4 }),
      });
      const ratios = steps
        .filter(({ row }) => row.densityResidual > 1e-5)
        .map(({ row, energies }) => (energies.total - best) / row.densityResidual ** 2);
      expect(ratios.length).toBeGreaterThan(5);
      for (const ratio of ratios) expect(ratio).toBeGreaterThan(0); // variational: never below
      // Residuals fall over three decades and more, their squares over six, yet the ratio stays.
      const later = ratios.slice(2);
      expect(Math.max(...later) / Math.min(...later)).toBeLessThan(30);
      expect(steps[2]!.row.densityResidual / steps.at(-1)!.row.densityResidual).toBeGreaterThan(1e3);
    });
});

describe("bands", () => {
  test("are added while the highest held is occupied, and the energy is that of plenty from the start", async () => {
    const hot = { ...ALUMINIUM, temperature: 0.05 };
    const grown = await finish(to(TIGHT, hot));
    const counts = grown.steps.map(({ state }) => state.nBands);
    expect(counts.at(-1)).toBeGreaterThan(6);
    expect(grown.steps[0]!.levels[0]!.eigenvalues.length).toBeLessThan(counts.at(-1)!);
    const plenty = await finish({ ...to(TIGHT, hot), bands: 20 });
    expect(plenty.end.last.levels[0]!.eigenvalues).toHaveLength(20);
    // Occupations beyond the held bands are below 1e-6 electrons each, their energies of order 1 Ha times that.
    close(total(grown), total(plenty), 2e-7);
    expect(plenty.end.last.warnings).toEqual([]);
  });
});
