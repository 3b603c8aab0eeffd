import { describe, expect, test } from "vitest";
import { prepareScf } from "../../src/job/prepare/prepare-scf.ts";
import { acceleratorSchema, methodOf, pastSteps } from "../../src/job/schema/accelerators.ts";
import { mixingSchema } from "../../src/job/schema/mixings.ts";
import { runScf } from "../../src/job/tasks/scf/run-scf.ts";
import { scf } from "../../src/scf/scf.ts";
import type { ScfState } from "../../src/scf/state.ts";
import { close, closeArrays } from "../close.ts";
import { DISPLACED_SILICON, SILICON, to } from "../systems.ts";
import { timeless } from "../timeless.ts";

/** Rows without their times. */
const ground = runScf(to(1e-7, SILICON));

describe.each(acceleratorSchema.options.map(({ shape }) => [shape.name.value]))(
  "the accelerator %s of a job",
  (name) => {
    const job = (tolerance: number, limit: object = {}) =>
      to(tolerance, DISPLACED_SILICON, { accelerator: { name }, ...limit });

    test("leads to the one ground state", async () => {
      const found = await runScf(to(1e-7, SILICON, { accelerator: { name } }));
      const expected = await ground;
      expect(found.status).toBe("converged");
      // Of second order in residuals of 1e-7.
      close(found.energies.total, expected.energies.total, 1e-11, "energy");
      closeArrays(
        found.kpoints[0]!.eigenvalues.slice(0, 4),
        expected.kpoints[0]!.eigenvalues.slice(0, 4),
        1e-6,
      );
    });

    test("writes plain data under its method's name, and goes on from a copy as it would have", async () => {
      const whole = await runScf(job(1e-5));
      let state: ScfState | undefined;
      await runScf(job(1e-5, { maxIterations: 3 }), {
        checkpoint: (given) => {
          state = structuredClone(given);
        },
      });
      const method = methodOf({
        accelerator: acceleratorSchema.parse({ name }),
        mixing: mixingSchema.parse({ name: "ldos" }),
        damping: 0.8,
      });
      expect(state!.method!.name).toBe(method.name);
      const continued = await runScf(job(1e-5), { restart: state });
      expect(timeless(continued.history.slice(0, 3))).toEqual(timeless(whole.history.slice(0, 3)));
      close(continued.energies.total, whole.energies.total, 1e-9);
      if (method.name !== "direct-minimisation")
        expect(timeless(continued.history)).toEqual(timeless(whole.history)); // that one forgets its directions
    });

    test("keeps no more past steps than the estimate of the memory counts", async () => {
      // Short memories fill within five steps; an accelerator without a depth has the one it has.
      const short = acceleratorSchema.safeParse({ name, depth: 2 });
      const accelerator = short.success ? short.data : acceleratorSchema.parse({ name });
      const { problem, options } = await prepareScf(to(1e-6, SILICON, { accelerator }));
      const steps = scf(problem, { ...options, maxIterations: 5 });
      let arrays = 0;
      for await (const { state } of steps) arrays = fieldsIn(state.method);
      // Two fields of the density's size for each past step, one more for the basis of steps, and the six of a guard or a line search.
      expect(arrays).toBeLessThanOrEqual(3 * pastSteps(accelerator) + 6);
    });
  },
);

/** Distinct typed arrays inside plain data. */
function fieldsIn(value: unknown, seen = new Set<unknown>()): number {
  if (ArrayBuffer.isView(value)) seen.add(value);
  else if (typeof value === "object" && value !== null)
    for (const item of Object.values(value)) fieldsIn(item, seen);
  return seen.size;
}
