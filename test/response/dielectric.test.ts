import { describe, expect, test } from "vitest";
import { createGrid } from "../../src/basis/grid.ts";
import { planeAverage } from "../../src/basis/plane-average.ts";
import { functionals } from "../../src/functionals/functionals.ts";
import { prepareScf } from "../../src/job/prepare/prepare-scf.ts";
import { runDielectric } from "../../src/job/tasks/dielectric/run-dielectric.ts";
import { asRealField, dotReal, newRealField, type RealField, sumReal } from "../../src/kernels/fields.ts";
import { wasmKernelsSync } from "../../src/kernels/wasm/wasm.ts";
import { createLattice, longAxis } from "../../src/model/lattice.ts";
import type { Preconditioner } from "../../src/precond/preconditioner.ts";
import type { Chi0 } from "../../src/response/chi0.ts";
import { analyseDielectric, dielectricOperator } from "../../src/response/dielectric.ts";
import { dampedRate, observedRate, predictedRates } from "../../src/response/rates.ts";
import { damped } from "../../src/scf/accelerators/damped.ts";
import { densityMixing } from "../../src/scf/methods/density-mixing.ts";
import { superpositionOfAtoms } from "../../src/state/guess.ts";
import { kohnShamTerms } from "../../src/terms/kohn-sham.ts";
import { kernelOf } from "../../src/terms/sums.ts";
import { close, closeArrays, notTiny } from "../close.ts";
import * as systems from "../systems.ts";
import { finish } from "../systems.ts";
import { fieldOf, ground, inner, operatorAt } from "./ground.ts";

const SILICON = { ...systems.SILICON, ecut: 3 };
const ALUMINIUM = { ...systems.ALUMINIUM, ecut: 4 };
const largestEntry = (f: ArrayLike<number>) => Math.max(...Array.from(f, Math.abs));

describe("ε†", () => {
  test("is self-adjoint in the product of K, and keeps the electron count", async () => {
    const state = await ground({ ...ALUMINIUM, bands: 12 }, { nStates: 9, orbitals: 1e-9 });
    const { operator, kernel } = await operatorAt(state, "lda-pw92");
    const meanFree = (seed: number): RealField => {
      const f = fieldOf(state, seed);
      const mean = sumReal(f) / f.length;
      return asRealField(f.map((x) => x - mean));
    };
    const [f, g] = [meanFree(1), meanFree(2)];
    const [ef, eg] = [await operator.apply(f), await operator.apply(g)];
    await state.orbitals.close();
    const [left, right] = [inner(state, kernel(g), ef), inner(state, kernel(eg), f)];
    expect(Math.abs(left)).toBeGreaterThan(1);
    close(left, right, 1e-7 * Math.abs(left));
    // not in the plain product: the difference is no rounding
    expect(Math.abs(inner(state, g, ef) - inner(state, eg, f))).toBeGreaterThan(1e-3);
    close(sumReal(ef) * state.basis.grid.dvol, 0, 1e-10);
  });

  test("asks for the response to a potential of the crystal's symmetry, also where the grid has less", async () => {
    const { basis, terms } = (
      await prepareScf({ ...systems.SILICON, functional: "pbe", pseudopotentials: "gth-pbe" })
    ).problem;
    expect(basis.mapsPoints).toBe(false);
    const rho = superpositionOfAtoms(basis.model, basis.grid);
    basis.symmetrize(rho);
    const kernel = kernelOf(terms, rho);
    const asked: RealField[] = [];
    const chi0: Pick<Chi0, "apply"> = {
      apply: async (potential) => {
        asked.push(asRealField(potential.slice()));
        return newRealField(potential.length);
      },
    };
    const delta = fieldOf({ basis }, 1);
    await dielectricOperator(basis, chi0, kernel).apply(delta);
    const [potential] = asked;
    const projected = (f: RealField) => {
      const out = asRealField(f.slice());
      basis.symmetrize(out);
      return out;
    };
    notTiny(potential!, 0.1);
    closeArrays(potential!, projected(potential!), 1e-12 * largestEntry(potential!));
    const raw = kernelOf(kohnShamTerms(basis.model, basis.grid, functionals("pbe")), rho)(delta);
    expect(largestEntry(raw.map((v, r) => v - projected(raw)[r]!))).toBeGreaterThan(1e-6 * largestEntry(raw));
  });
});

describe("the extreme eigenvalues of P⁻¹ε†", () => {
  test("are those of the whole matrix, column by column", async () => {
    const state = await ground(
      { ...SILICON, ecut: 2, kgrid: [1, 1, 1], bands: 9, fftSize: [10, 10, 10] },
      { nStates: 6, density: 1e-6 },
    );
    const { basis } = state;
    const { operator } = await operatorAt(state);
    // An orthonormal basis of the symmetric densities: orbits of grid points.
    const seen = new Uint8Array(basis.grid.points);
    const orbits: RealField[] = [];
    for (let r = 0; r < basis.grid.points; r++) {
      if (seen[r]) continue;
      const orbit = newRealField(basis.grid.points);
      orbit[r] = 1;
      basis.symmetrize(orbit);
      const size = Math.hypot(...orbit);
      for (const [i, x] of orbit.entries()) {
        if (x !== 0) seen[i] = 1;
        orbit[i] = x / size;
      }
      orbits.push(orbit);
    }
    expect(orbits.length).toBeGreaterThan(10);
    const columns: number[][] = [];
    for (const orbit of orbits) {
      const image = await operator.apply(orbit);
      columns.push(orbits.map((other) => other.reduce((sum, x, r) => sum + x * image[r]!, 0)));
    }
    // Power iteration on A and on c − A; the constant density has eigenvalue 1, inside the spectrum.
    const power = (shift: number) => {
      let x = orbits.map((_, i) => Math.sin(i + 1));
      let value = 0;
      for (let n = 0; n < 3000; n++) {
        const y = x.map((_, i) =>
          columns.reduce((sum, column, j) => sum + column[i]! * x[j]!, -shift * x[i]!),
        );
        value = Math.hypot(...y);
        x = y.map((v) => v / value);
      }
      return value;
    };
    const largest = power(0);
    const smallest = largest - power(largest);
    const report = await analyseDielectric(operator, (out, f) => out.set(f as unknown as Float64Array), {
      maxSteps: 60,
      tolerance: 1e-9,
    });
    await state.orbitals.close();
    expect(largest).toBeGreaterThan(1.1);
    expect(smallest).toBeLessThan(0.99);
    // The power iteration has converged to about (λ₂/λ₁)^3000, Arnoldi to its residual.
    close(report.largest.eigenvalue, largest, 1e-6);
    close(report.smallest.eigenvalue, smallest, 1e-4);
    expect(report.largestImaginaryPart).toBeLessThan(1e-6);
    expect(report.converged).toBe(true);
    expect(report.smallest.eigenvalue).toBeGreaterThan(0);
    // and the mode is an eigenvector of norm 1 without charge
    const { density } = report.largest;
    close(inner(state, density, density), 1, 1e-12);
    close(sumReal(density), 0, 1e-9);
  });
});

describe("the damped iteration", () => {
  test("keeps the symmetry that an inexact P⁻¹ breaks", async () => {
    const crooked: Preconditioner = {
      name: "crooked",
      at: () => (out, f) => {
        const size = Math.sqrt(dotReal(f, f) / f.length);
        for (let r = 0; r < out.length; r++) out[r] = f[r]! + 0.01 * size * Math.sin(r);
      },
    };
    const { end, problem } = await finish(SILICON, {
      method: densityMixing({ preconditioner: crooked, accelerator: damped() }),
      maxIterations: 4,
    });
    const { rho } = end.last.state;
    const symmetric = asRealField(rho.slice());
    problem.basis.symmetrize(symmetric);
    expect(problem.basis.operations.length).toBeGreaterThan(4);
    closeArrays(rho, symmetric, 1e-15);
  });
});

describe("predictions", () => {
  test("the optimal damping is where the two ends fade equally fast", () => {
    for (const [low, high] of [
      [0.9, 1.5],
      [0.05, 40],
    ] as const) {
      const {
        optimalDamping,
        dampedRate: best,
        largestDamping,
        andersonRate,
        condition,
      } = predictedRates(low, high)!;
      close(1 - optimalDamping * low, optimalDamping * high - 1, 1e-14);
      close(dampedRate(optimalDamping, low, high), best, 1e-14);
      for (const factor of [0.9, 1.05])
        expect(dampedRate(factor * optimalDamping, low, high)).toBeGreaterThan(best);
      close(dampedRate(largestDamping, low, high), 1, 1e-14);
      // Chebyshev: 2√κ/(κ + 1) … the accelerated rate r satisfies 2r/(1 + r²) = (κ − 1)/(κ + 1)
      close((2 * andersonRate) / (1 + andersonRate ** 2), best, 1e-14);
      close(condition, high / low, 1e-12);
    }
    expect(predictedRates(-0.1, 2)).toBeNull();
    expect(predictedRates(0, 2)).toBeNull();
  });

  test("the observed rate sees through errors of alternating sign", () => {
    const residuals = Array.from({ length: 20 }, (_, n) => Math.abs(0.7 ** n + 0.6 * (-0.7) ** n));
    close(observedRate(residuals)!, 0.7, 1e-12);
    expect(residuals[19]! / residuals[18]!).not.toBeCloseTo(0.7, 1);
    expect(observedRate([1, 0.5, 0.25])).toBeUndefined();
    close(observedRate([1, 0.5, 0.25, 0.125])!, 0.5, 1e-12);
  });

  test("plane averages add up to the whole, along each axis", () => {
    const lattice = createLattice([
      [4, 0, 0],
      [0, 9, 0],
      [1, 0, 6],
    ]);
    const grid = createGrid(lattice, [4, 9, 6], wasmKernelsSync());
    expect(longAxis(grid.lattice)).toBe(1);
    const f = asRealField(Float64Array.from({ length: grid.points }, (_, r) => Math.floor(r / 4) % 9));
    closeArrays(planeAverage(grid, f, 1), [0, 1, 2, 3, 4, 5, 6, 7, 8], 1e-12);
    for (const axis of [0, 2] as const)
      closeArrays(planeAverage(grid, f, axis), Array(grid.size[axis]).fill(4), 1e-12);
  });

  test("an iteration without steps or with a wrong count of products is refused", async () => {
    await expect(runDielectric(SILICON, { maxProducts: 0 })).rejects.toThrow(
      /^dielectric\.maxProducts: must be a whole number from 1 to 1000, got 0/,
    );
    await expect(runDielectric(SILICON, { observedSteps: -1 })).rejects.toThrow(
      /^dielectric\.observedSteps: must be a whole/,
    );
  });
});

test("without a ground state there is no analysis, and the reason is told", async () => {
  const file = await runDielectric({ ...SILICON, scf: { maxIterations: 2 } });
  expect(file.converged).toBe(false);
  expect(file.reason).toMatch(
    /^there is no ground state: the limit was reached after 2 steps, density residual \d/,
  );
  expect(file.largest).toBeUndefined();
});
