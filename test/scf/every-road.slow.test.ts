import { describe, expect, test } from "vitest";
import { kerker } from "../../src/precond/filters/kerker.ts";
import { simple } from "../../src/precond/filters/simple.ts";
import { ldos } from "../../src/precond/ldos.ts";
import type { Preconditioner } from "../../src/precond/preconditioner.ts";
import type { Accelerator } from "../../src/scf/accelerators/accelerator.ts";
import { anderson } from "../../src/scf/accelerators/anderson.ts";
import { damped } from "../../src/scf/accelerators/damped.ts";
import { densityMixing } from "../../src/scf/methods/density-mixing.ts";
import { close, closeArrays, notTiny } from "../close.ts";
import { ALUMINIUM, type Finished, finish, SILICON, to } from "../systems.ts";

const TIGHT = 1e-9;
const total = ({ end }: Finished) => end.last.energies.total;

describe("every road leads to the same ground state", () => {
  const mixings: Preconditioner[] = [simple(), kerker(), ldos()];
  const accelerators: Accelerator[] = [anderson(), damped()];
  for (const [name, job] of [
    ["silicon", SILICON],
    ["aluminium", ALUMINIUM],
  ] as const) {
    const reference = finish(to(TIGHT, job));
    for (const preconditioner of mixings)
      for (const accelerator of accelerators)
        test(`of ${name}: ${preconditioner.name} with ${accelerator.name}`, async () => {
          const expected = await reference;
          const run = await finish(to(TIGHT, job), {
            method: densityMixing({ preconditioner, accelerator, damping: 0.7 }),
          });
          expect(run.end.reason).toBe("converged");
          expect(run.steps.length).toBeGreaterThan(3);
          // The energy errs by the square of the density's error.
          close(total(run), total(expected), 1e-11, "energy");
          notTiny(run.end.last.rhoOut, 0.01);
          closeArrays(run.end.last.rhoOut, expected.end.last.rhoOut, 10 * TIGHT, "density");
          close(
            run.end.last.occupation.fermiLevel,
            expected.end.last.occupation.fermiLevel,
            1e-8,
            "Fermi level",
          );
        });
  }

  test("start vectors from another seed too", async () => {
    const [one, other] = await Promise.all([
      finish(to(TIGHT, SILICON)),
      finish({ ...to(TIGHT, SILICON), seed: 7 }),
    ]);
    expect(one.steps[0]!.row.energy).not.toBe(other.steps[0]!.row.energy);
    close(total(other), total(one), 1e-11);
  });
});
