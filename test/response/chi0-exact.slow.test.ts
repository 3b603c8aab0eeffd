import { expect, test } from "vitest";
import { asRealField, newRealField, sumReal } from "../../src/kernels/fields.ts";
import { ldos } from "../../src/precond/ldos.ts";
import { chi0Exact } from "../../src/response/chi0-exact.ts";
import { analyseDielectric } from "../../src/response/dielectric.ts";
import { damped } from "../../src/scf/accelerators/damped.ts";
import { iterateAt, responseAt } from "../../src/scf/iterate.ts";
import { densityMixing } from "../../src/scf/methods/density-mixing.ts";
import { close } from "../close.ts";
import { ALUMINIUM, finish, SILICON } from "../systems.ts";
import { fieldOf, ground, operatorAt } from "./ground.ts";

test.each([
  { name: "silicon", job: SILICON },
  { name: "aluminium", job: ALUMINIUM },
])("without damping the iteration of $name is Newton's, a digit or more a step", async ({ job }) => {
  const { end, steps } = await finish(job, {
    method: densityMixing({ preconditioner: chi0Exact(), accelerator: damped(), damping: 1 }),
    tolerance: { density: 1e-9 },
    maxIterations: 12,
  });
  const residuals = steps.map(({ row }) => row.densityResidual);
  expect(end.reason).toBe("converged");
  expect(residuals[0]).toBeGreaterThan(0.01);
  // The equation of a step is solved to a hundredth. What is left beyond it comes from orbitals solved to 3 % of the
  // residual, which F shows as an error of its own: a tenth at most, in the mean.
  const mean = (residuals.at(-1)! / residuals[0]!) ** (1 / (residuals.length - 1));
  expect(mean).toBeLessThan(0.08);
  const plain = await finish(job, {
    method: densityMixing({ preconditioner: ldos(), accelerator: damped() }),
    tolerance: { density: 1e-9 },
  });
  expect(plain.steps.length).toBeGreaterThan(1.5 * residuals.length);
  close(end.last.row.energy, plain.end.last.row.energy, 1e-10, "energy");
});

test("P⁻¹ε† is one to the accuracy asked for, and P⁻¹ keeps the electrons", async () => {
  const state = await ground(SILICON, { density: 1e-3 });
  const { basis, orbitals, problem, rho } = state;
  const { operator } = await operatorAt(state);
  const iterate = iterateAt(basis, state, rho, responseAt(problem, state, rho));
  const apply = await chi0Exact({ tolerance: 1e-3 }).at(iterate, []);
  const report = await analyseDielectric(operator, apply, { maxSteps: 6 });
  const f = asRealField(fieldOf(state, 2).map((x) => x + 0.3));
  const out = newRealField(f.length);
  await apply(out, f);
  await orbitals.close();
  close(report.smallest.eigenvalue, 1, 3e-3);
  close(report.largest.eigenvalue, 1, 3e-3);
  expect(Math.max(...out.map((x, r) => Math.abs(x - f[r]!)))).toBeGreaterThan(0.1);
  expect(Math.abs(sumReal(f))).toBeGreaterThan(1);
  close(sumReal(out), sumReal(f), 1e-9);
});

test("a state without a response, and wrong options, are refused", async () => {
  const state = await ground(SILICON, { density: 1e-2, orbitals: 1e-6 });
  await state.orbitals.close();
  await expect(async () => chi0Exact().at(iterateAt(state.basis, state, state.rho), [])).rejects.toThrow(
    /^chi0-exact: needs the orbitals of the iteration/,
  );
  expect(() => chi0Exact({ tolerance: 0 })).toThrow(/^chi0-exact: tolerance must be between 0 and 1, got 0/);
  expect(() => chi0Exact({ maxProducts: 1.5 })).toThrow(
    /^chi0-exact: maxProducts must be a positive whole number/,
  );
});
