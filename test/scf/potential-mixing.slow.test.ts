import { describe, expect, test } from "vitest";
import { runScf } from "../../src/job/tasks/scf/run-scf.ts";
import type { ScfState } from "../../src/scf/state.ts";
import { close } from "../close.ts";
import { IRON } from "../job/spin-systems.ts";
import { DISPLACED_SILICON, to } from "../systems.ts";
import { timeless } from "../timeless.ts";

const ADAPTIVE = { accelerator: { name: "adaptive-damping" } };
/** Rows without their times. */

describe("adaptive damping", () => {
  test("magnetises iron as Anderson does", async () => {
    const [mixed, searched] = [await runScf(IRON), await runScf({ ...IRON, scf: ADAPTIVE })];
    expect(searched.status).toBe("converged");
    close(searched.energies.total, mixed.energies.total, 1e-9, "energy");
    close(searched.magnetisation!, mixed.magnetisation!, 1e-4, "moment");
  });

  test("goes on from a checkpoint with exactly the rows of an uninterrupted run, and across kinds of mixing", async () => {
    const job = (limit: object = {}) => to(1e-8, DISPLACED_SILICON, { ...ADAPTIVE, ...limit });
    const whole = await runScf(job());
    let state: ScfState | undefined;
    const keep = (given: ScfState) => {
      state = structuredClone(given);
    };
    await runScf(job({ maxIterations: 4 }), { checkpoint: keep });
    const continued = await runScf(job(), { restart: state });
    expect(timeless(continued.history)).toEqual(timeless(whole.history));
    expect([continued.energies, continued.forces]).toEqual([whole.energies, whole.forces]);
    const other = await runScf(to(1e-8, DISPLACED_SILICON), { restart: state });
    expect(other.status).toBe("converged");
    close(other.energies.total, whole.energies.total, 1e-12);
    await runScf(to(1e-8, DISPLACED_SILICON, { maxIterations: 4 }), { checkpoint: keep });
    const back = await runScf(job(), { restart: state });
    close(back.energies.total, whole.energies.total, 1e-12);
  });
});
