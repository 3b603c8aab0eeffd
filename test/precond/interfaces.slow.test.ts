import { expect, test } from "vitest";
import { structure } from "../../bench/systems/aluminium-gallium-arsenide/structure.ts";
import { runScf } from "../../src/job/tasks/scf/run-scf.ts";

test("a semiconductor beside a metal: auto takes at least a quarter fewer steps than ldos, and no more than for thin layers", async () => {
  const steps = async (cells: number, name: string) => {
    const { converged, iterations } = await runScf(
      {
        structure: structure(cells),
        pseudopotentials: { Al: "gth-lda", Ga: "gth-lda-q3", As: "gth-lda" },
        ecut: 5,
        kgrid: [2, 2, 1],
        kshift: [0.5, 0.5, 0],
        temperature: 0.001,
        smearing: "gaussian",
        scf: { mixing: { name }, damping: 0.8 },
      },
      { threads: 1 },
    );
    expect(converged).toBe(true);
    return iterations;
  };
  const [thin, thick] = [await steps(2, "auto"), await steps(4, "auto")];
  expect(thick).toBeLessThanOrEqual(13); // 12
  expect(thick - thin).toBeLessThanOrEqual(2);
  expect(thick).toBeLessThanOrEqual(0.75 * (await steps(4, "ldos"))); // 17 or 18
});
