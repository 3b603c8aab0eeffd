import { describe, expect, test } from "vitest";
import { runScf } from "../../src/job/tasks/scf/run-scf.ts";
import { close, closeArrays } from "../close.ts";
import { ALUMINIUM, finish, SILICON, to } from "../systems.ts";
import { timeless } from "../timeless.ts";

const ADAPTIVE = { accelerator: { name: "adaptive-damping" } };
/** Rows without their times. */

describe("adaptive damping", () => {
  test.each([
    ["silicon", { ...SILICON, ecut: 3 }],
    ["aluminium", { ...ALUMINIUM, ecut: 4 }],
    ["silicon with PBE", { ...SILICON, ecut: 3, functional: "pbe", pseudopotentials: "gth-pbe" }],
  ])("finds the ground state of %s that Anderson finds, with F(ρ) − ρ measured as there", async (_, job) => {
    const [mixed, searched] = [await finish(to(1e-7, job)), await finish(to(1e-7, job, ADAPTIVE))];
    const { last, reason } = searched.end;
    expect(reason).toBe("converged");
    // Of second order in residuals of 1e-7.
    close(last.energies.total, mixed.end.last.energies.total, 1e-11, "energy");
    closeArrays(last.rhoOut, mixed.end.last.rhoOut, 1e-7, "density");
    // The last potential was V[ρ] of the density it is compared with.
    expect(last.row.densityResidual).toBeLessThan(1e-7);
    const norm = Math.sqrt(
      searched.problem.basis.grid.dvol *
        last.rhoOut.reduce((sum, x, i) => sum + (x - last.rhoIn[i]!) ** 2, 0),
    );
    close(norm, last.row.densityResidual, 1e-15);
    expect(searched.steps.length).toBeLessThan(mixed.steps.length + 6);
  });

  test("gives the same digits on two threads", async () => {
    const job = to(1e-6, { ...ALUMINIUM, ecut: 3 }, { ...ADAPTIVE, maxIterations: 4 });
    const [one, two] = [await runScf(job), await runScf(job, { threads: 2 })];
    expect(two.resources.threads).toBe(2);
    expect([two.energies, timeless(two.history)]).toEqual([one.energies, timeless(one.history)]);
  });
});
