import { beforeAll, describe, expect, test } from "vitest";
import { random } from "../../src/common/random.ts";
import { groundState } from "../../src/ground/find-ground-state.ts";
import { asRealField, type RealField } from "../../src/kernels/fields.ts";
import { wasmKernelsSync } from "../../src/kernels/wasm/wasm.ts";
import {
  dielectricMatrix,
  outputDensity,
  preconditionedSpectrum,
} from "../../src/models/dielectric-matrix.ts";
import { insulatorLine, lineSystem, metalLine, mixedLine } from "../../src/models/line-system.ts";
import { dielectric } from "../../src/precond/filters/dielectric.ts";
import { kerker } from "../../src/precond/filters/kerker.ts";
import { kerkerDos } from "../../src/precond/filters/kerker-dos.ts";
import { simple } from "../../src/precond/filters/simple.ts";
import { hybrid } from "../../src/precond/hybrid.ts";
import { ldos } from "../../src/precond/ldos.ts";
import { independentResponse } from "../../src/response/chi0.ts";
import { chi0Exact } from "../../src/response/chi0-exact.ts";
import { dampedRate, observedRate } from "../../src/response/rates.ts";
import { damped } from "../../src/scf/accelerators/damped.ts";
import { densityMixing } from "../../src/scf/methods/density-mixing.ts";
import { solveOrbitals } from "../../src/scf/solve-orbitals.ts";
import { hartree } from "../../src/terms/hartree/hartree.ts";
import { operatorsOf } from "../../src/terms/sums.ts";
import { close, closeArrays, notTiny } from "../close.ts";
import { type AnyPreconditioner, type Case, condition, solved } from "./lines.ts";

const noise = (length: number, seed: number): RealField => {
  const { normal } = random(seed);
  return asRealField(Float64Array.from({ length }, normal));
};

const product = (a: Float64Array, x: RealField): RealField => {
  const out = new Float64Array(x.length);
  for (let j = 0; j < x.length; j++)
    for (let i = 0; i < x.length; i++) out[i]! += a[i + x.length * j]! * x[j]!;
  return asRealField(out);
};

const withoutMean = (x: RealField): RealField => {
  const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
  return asRealField(x.map((value) => value - mean));
};

let metal: Case;
let insulator: Case;
let mixed: Case;
beforeAll(async () => {
  metal = await solved(metalLine(8));
  insulator = await solved(insulatorLine(6));
  mixed = await solved(mixedLine(3));
});

describe.each(["metal", "insulator", "mixed"] as const)("χ₀ of the %s", (name) => {
  const get = () => ({ metal, insulator, mixed })[name];

  test("is symmetric, not positive, and takes constants to nothing", () => {
    const { chi0, iterate } = get().matrix;
    const n = iterate.grid.points;
    notTiny(chi0, 1e-2);
    for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) close(chi0[i + n * j]!, chi0[j + n * i]!, 1e-13);
    closeArrays(product(chi0, asRealField(new Float64Array(n).fill(1))), new Float64Array(n), 1e-11);
    const kernels = wasmKernelsSync();
    const [a, values, vectors] = [kernels.alloc(2 * n * n), kernels.alloc(n), kernels.alloc(2 * n * n)];
    for (let i = 0; i < n * n; i++) a[2 * i] = chi0[i]!;
    kernels.eigh(n, a, n, values, vectors, n);
    expect(values.at(-1)!).toBeLessThan(1e-12);
    expect(values[0]!).toBeLessThan(-0.01);
  });

  test("times K is the derivative of the output density", async () => {
    const { model, density, matrix } = get();
    const n = density.length;
    const delta = withoutMean(noise(n, 3));
    const t = 1e-6; // the potentials of long waves are a thousand times larger, still well below the smearing
    const at = (s: number) => outputDensity(model, asRealField(density.map((x, r) => x + s * delta[r]!)));
    const [up, down] = [await at(t), await at(-t)];
    const epsilon = product(matrix.epsilon, delta);
    notTiny(epsilon, 0.1);
    closeArrays(
      up.map((x, r) => (x - down[r]!) / (2 * t)),
      delta.map((x, r) => x - epsilon[r]!),
      3e-5, // third derivatives times t²
    );
  });

  test("agrees with the Sternheimer equations", async () => {
    const { model, density, matrix } = get();
    const nStates = Math.ceil(model.basis.model.electrons / 2) + 8;
    const orbitals = await model.createOrbitals(nStates + 3, operatorsOf(model.terms));
    const states = await solveOrbitals(model, orbitals, density, { nStates, tolerance: 1e-9 });
    const chi0 = await independentResponse(states, { tolerance: 1e-9 });
    const potential = withoutMean(noise(density.length, 4));
    const found = await chi0.apply(potential);
    notTiny(found, 1e-2);
    closeArrays(found, product(matrix.chi0, potential), 1e-7); // tolerances times ‖δV‖ ≈ 10
  });

  test("gives ε† eigenvalues of at least 1, and P = ε† makes all of them 1", async () => {
    const { matrix } = get();
    const none = await preconditionedSpectrum(matrix, simple());
    expect(none.eigenvalues).toHaveLength(matrix.density.length - 1);
    expect(none.eigenvalues[0]).toBeGreaterThan(1 - 1e-9);
    expect(none.largestImaginaryPart).toBeLessThan(1e-9);
    expect(none.eigenvalues.at(-1)).toBeGreaterThan(1.5);
    const exact = await preconditionedSpectrum(matrix, chi0Exact({ tolerance: 1e-6 }));
    closeArrays(exact.eigenvalues, new Float64Array(exact.eigenvalues.length).fill(1), 1e-4);
  });

  test("has modes that ε† multiplies by their eigenvalue", async () => {
    const { matrix } = get();
    const spectrum = await preconditionedSpectrum(matrix, simple());
    const last = spectrum.eigenvalues.length - 1;
    const mode = spectrum.modeOf(last);
    const image = product(matrix.epsilon, mode);
    notTiny(mode, 1e-3);
    closeArrays(
      image,
      mode.map((x) => spectrum.eigenvalues[last]! * x),
      1e-9 * spectrum.eigenvalues[last]!,
    );
    close(mode.reduce((sum, x) => sum + x, 0), 0, 1e-10); // biome-ignore format: a number
  });
});

test("the model of LDOS is Kerker's where the states are the same everywhere", async () => {
  // Ions so wide that nothing but a uniform background is left: free electrons.
  const jellium = await solved({ length: 24, ions: [{ position: 0, charge: 6, width: 30 }], kpoints: 9 });
  const { iterate } = jellium.matrix;
  const width = 0.1;
  const states = jellium.matrix.localDensityOfStates({ center: iterate.fermiLevel, width });
  closeArrays(states, new Float64Array(states.length).fill(states[0]!), 1e-6 * states[0]!);
  const local = await preconditionedSpectrum(jellium.matrix, ldos({ width }));
  const global = await preconditionedSpectrum(jellium.matrix, kerkerDos({ width }));
  const fixed = await preconditionedSpectrum(
    jellium.matrix,
    kerker({ kTF: Math.sqrt(4 * Math.PI * states[0]!) }),
  );
  closeArrays(local.eigenvalues, global.eigenvalues, 1e-5); // the diagonal preconditioner of its equation is exact here
  closeArrays(global.eigenvalues, fixed.eigenvalues, 1e-5);
  expect(global.eigenvalues.at(-1)! / global.eigenvalues[0]!).toBeLessThan(4);
});

test("hybrid with L = 1 in an insulator is dielectric, and ldos there is nothing", async () => {
  const { matrix } = insulator;
  const choice = { epsilonR: 1.5, kTF: 0.8 };
  const both = await preconditionedSpectrum(matrix, hybrid(choice));
  const one = await preconditionedSpectrum(matrix, dielectric(choice));
  closeArrays(both.eigenvalues, one.eigenvalues, 1e-9);
  const states = await preconditionedSpectrum(matrix, ldos());
  const none = await preconditionedSpectrum(matrix, simple());
  expect(states.eigenvalues).toEqual(none.eigenvalues);
  expect(one.rates!.condition).toBeLessThan(none.rates!.condition);
});

test("the electrostatic energies add up to ½ ∫∫ (ρ − ν) v (ρ − ν)", async () => {
  const [length, width, s] = [12, 4, 0.9];
  const positions = [2, 7];
  const model = await lineSystem({
    length,
    width,
    ions: positions.map((position) => ({ position, charge: 1, width: s })),
  });
  const {
    energies,
    density: { data: density },
  } = await groundState(model, { tolerance: { density: 1e-9 } });
  const { grid } = model.basis;
  const nuclei = density.map((_, r) => {
    let sum = 0;
    for (const x of positions)
      for (let image = -5; image <= 5; image++)
        sum += Math.exp(-((((r * length) / grid.points - x + image * length) / s) ** 2) / 2);
    return sum / (s * Math.sqrt(2 * Math.PI) * width * width);
  });
  const charge = asRealField(density.map((x, r) => x - nuclei[r]!));
  const { energy } = hartree(grid, 1).evaluate(charge);
  expect(energy).toBeGreaterThan(1e-3);
  close(energies.hartree! + energies.external! + energies.ewald!, energy, 1e-10);
});

test("reduced Hartree-Fock is convex: one ground state from any start by any way", async () => {
  const { model, density } = metal;
  const flat = { ...model, startDensity: undefined };
  const other = await groundState(flat, {
    method: densityMixing({ preconditioner: kerker(), damping: 0.5 }),
    tolerance: { density: 1e-9 },
  });
  expect(other.converged).toBe(true);
  closeArrays(other.density.data, density, 1e-9);
});

test("condition numbers are smallest for ldos where a metal, an insulator and vacuum meet", async () => {
  const local = await condition(mixed, ldos());
  for (const other of [simple(), kerker(), dielectric()])
    expect(await condition(mixed, other)).toBeGreaterThan(4 * local);
});

describe("what the spectrum predicts is what the iteration does", () => {
  /** Residuals of a run from near the ground state, with the eigenvalue problems solved to rounding. */
  async function residuals(
    { model, density }: Case,
    options: Parameters<typeof groundState>[1],
  ): Promise<number[]> {
    const bump = withoutMean(noise(density.length, 7));
    const start = { ...model, startDensity: asRealField(density.map((x, r) => x + 1e-4 * bump[r]!)) };
    const { history } = await groundState(start, {
      tolerance: { density: 1e-9 },
      maxIterations: 60,
      bands: Math.min(...model.basis.kpoints.map(({ planeWaves }) => planeWaves)) - 2,
      ...options,
    });
    return history.map(({ densityResidual }) => densityResidual);
  }

  test.each([
    ["simple", simple],
    ["kerker", kerker],
    ["ldos", ldos],
  ] as const)("for the damped iteration of the mixed system under %s", async (_, make) => {
    const { eigenvalues, rates } = await preconditionedSpectrum(mixed.matrix, make());
    const { optimalDamping } = rates!;
    const found = await residuals(mixed, {
      method: densityMixing({ preconditioner: make(), accelerator: damped(), damping: optimalDamping }),
    });
    const expected = dampedRate(optimalDamping, eigenvalues[0]!, eigenvalues.at(-1)!);
    // The slowest mode takes some steps to stand out from the others.
    close(observedRate(found)!, expected, 0.03);
  });

  test("Anderson needs the fewer steps the smaller the condition number, about as GMRES would", async () => {
    const steps = async (preconditioner: AnyPreconditioner) =>
      (await residuals(mixed, { method: densityMixing({ preconditioner, damping: 0.5 }) })).length;
    const [none, local] = [await steps(simple()), await steps(ldos())];
    expect(local).toBeLessThan(none);
    const { andersonRate } = (await preconditionedSpectrum(mixed.matrix, ldos())).rates!;
    // From 10⁻³ to 10⁻⁹ in the residual; GMRES's bound holds for the whole spectrum, a few steps more pay for the start.
    expect(local).toBeLessThan(Math.log(1e-6) / Math.log(andersonRate) + 6);
  });
});

test("what cannot be is refused in one line", async () => {
  await expect(lineSystem({ length: 10, ions: [] })).rejects.toThrow(/^ions: must have a positive charge/);
  await expect(lineSystem({ ...metalLine(2), length: 0 })).rejects.toThrow(/^length:/);
  await expect(dielectricMatrix(await lineSystem(metalLine(300)), metal.density)).rejects.toThrow(
    /^dielectricMatrix: at most 1500 grid points/,
  );
  const spectrum = await preconditionedSpectrum(metal.matrix, simple());
  expect(() => spectrum.modeOf(1e4)).toThrow(/^modeOf: index/);
});
