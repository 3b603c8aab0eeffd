import { describe, expect, test } from "vitest";
import { prepareScf } from "../../src/job/prepare/prepare-scf.ts";
import { preconditionerOf } from "../../src/job/schema/mixings.ts";
import { runDielectric } from "../../src/job/tasks/dielectric/run-dielectric.ts";
import { asRealField } from "../../src/kernels/fields.ts";
import { analyseDielectric } from "../../src/response/dielectric.ts";
import { observedRate } from "../../src/response/rates.ts";
import { damped } from "../../src/scf/accelerators/damped.ts";
import { preconditionerAt } from "../../src/scf/iterate.ts";
import { densityMixing } from "../../src/scf/methods/density-mixing.ts";
import { scf } from "../../src/scf/scf.ts";
import { totalPotential } from "../../src/terms/sums.ts";
import { close, closeArrays, notTiny } from "../close.ts";
import * as systems from "../systems.ts";
import { fieldOf, ground, operatorAt } from "./ground.ts";

const SILICON = { ...systems.SILICON, ecut: 3 };
const largestEntry = (f: ArrayLike<number>) => Math.max(...Array.from(f, Math.abs));

describe("ε†", () => {
  test.each([
    { name: "LDA", functional: "lda-pw92", pseudopotentials: "gth-lda" },
    { name: "PBE", functional: "pbe", pseudopotentials: "gth-pbe" },
  ])("is minus the derivative of the residual F(ρ) − ρ, $name", async ({ functional, pseudopotentials }) => {
    const state = await ground({ ...SILICON, functional, pseudopotentials, bands: 9 }, { nStates: 6 });
    const { basis, orbitals, problem, rho } = state;
    const { operator } = await operatorAt(state, functional);
    const delta = asRealField(fieldOf(state, 1).map((x) => 0.001 * x));
    const image = await operator.apply(delta);
    const residualAt = async (t: number) => {
      const moved = asRealField(rho.map((x, r) => x + t * delta[r]!));
      await orbitals.diagonalise(totalPotential(problem.terms, moved), {
        tolerance: 1e-11,
        nConverge: 6,
        maxIterations: 300,
      });
      const weights = orbitals.spec.blocks.map(({ weight }) =>
        Float64Array.from({ length: 9 }, (_, n) => (n < 4 ? 2 * weight : 0)),
      );
      const out = await orbitals.density(weights);
      basis.symmetrize(out);
      return out.map((x, r) => x - moved[r]!);
    };
    const t = 0.005; // of a change that is 1e-3 at most: small beside the least density
    const [p, m, p2, m2] = [
      await residualAt(t),
      await residualAt(-t),
      await residualAt(2 * t),
      await residualAt(-2 * t),
    ];
    await orbitals.close();
    const expected = p.map((x, r) => -(8 * (x - m[r]!) - (p2[r]! - m2[r]!)) / (12 * t));
    notTiny(image, 1e-3, "ε† δρ");
    expect(largestEntry(image.map((x, r) => x - delta[r]!))).toBeGreaterThan(1e-4); // it is not 1
    closeArrays(image, expected, 1e-8, "ε† δρ");
  });
});

describe("the damped iteration", () => {
  test.each(["simple", "kerker"] as const)("of silicon converges at the predicted rate, %s", async (name) => {
    const mixing = name === "simple" ? { name } : { name, kTF: 0.8 };
    const { predicted, observed, smallest, largest, converged } = await runDielectric(systems.SILICON, {
      mixing,
    });
    expect(converged).toBe(true);
    expect(predicted!.dampedRate).toBeGreaterThan(0.1);
    expect(smallest!.value).toBeGreaterThan(0);
    close(predicted!.condition, largest!.value / smallest!.value, 1e-12);
    expect(observed!.residuals.length).toBeGreaterThan(8);
    // At the best damping all of the ends of the spectrum fade together and those behind them are still there when the
    // residual has fallen to 1e-9: a tenth.
    close(observed!.rate! / observed!.predictedRate, 1, 0.1, "rate at the optimal damping");
  });

  test.each(["simple", "kerker"] as const)("moves along the mode of λmax by −αλmax, %s", async (name) => {
    const preconditioner = preconditionerOf(name === "simple" ? { name } : { name, kTF: 0.8 });
    const state = await ground({ ...SILICON, bands: 9 }, { nStates: 6, density: 1e-9 });
    const { operator } = await operatorAt(state);
    const { largest } = await analyseDielectric(operator, await preconditionerAt(preconditioner, state), {
      maxSteps: 80,
      tolerance: 1e-9,
    });
    await state.orbitals.close();
    expect(largest.residual).toBeLessThan(1e-4);
    const damping = 1.7 / largest.eigenvalue;
    const start = asRealField(state.rho.map((x, r) => x + 0.01 * largest.density[r]!));
    const { problem, options } = await prepareScf({ ...SILICON, bands: 9 });
    const steps = scf(
      { ...problem, startDensity: start },
      {
        ...options,
        method: densityMixing({ preconditioner, accelerator: damped(), damping }),
        tolerance: { density: 1e-4 },
        maxIterations: 40,
      },
    );
    const residuals: number[] = [];
    for await (const { row } of steps) residuals.push(row.densityResidual);
    expect(residuals.length).toBeGreaterThan(12);
    close(observedRate(residuals)!, 0.7, 0.01, `rates of ${residuals}`);
  });
});
