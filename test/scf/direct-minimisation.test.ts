import { describe, expect, test } from "vitest";
import { InputError } from "../../src/common/failure.ts";
import { random } from "../../src/common/random.ts";
import { prepareScf } from "../../src/job/prepare/prepare-scf.ts";
import { parseJob } from "../../src/job/schema/schema.ts";
import { runScf } from "../../src/job/tasks/scf/run-scf.ts";
import { directMinimisation } from "../../src/scf/methods/direct-minimisation.ts";
import { combined, inner, type LbfgsPair, lbfgsDirection, type Panels } from "../../src/scf/methods/lbfgs.ts";
import type { ScfState } from "../../src/scf/state.ts";
import { energiesOf, evaluateTerms, operatorsOf, totalPotential } from "../../src/terms/sums.ts";
import { close, closeArrays, notTiny } from "../close.ts";
import { ALUMINIUM, DISPLACED_SILICON, finish, SILICON, to } from "../systems.ts";
import { timeless } from "../timeless.ts";

const DIRECT = { accelerator: { name: "direct-minimisation" } };

const GALLIUM_ARSENIDE = {
  ...SILICON,
  structure: {
    lattice: SILICON.structure.lattice.map((row) => row.map((x) => (x * 5.34) / 5.13)),
    atoms: [
      { element: "Ga", position: [0, 0, 0] },
      { element: "As", position: [0.25, 0.25, 0.25] },
    ],
  },
  pseudopotentials: { Ga: "gth-lda-q3", As: "gth-lda" },
};
const WATER = {
  structure: {
    lattice: [[9, 0, 0], [0, 8, 0], [0, 0, 8]], // biome-ignore format: a matrix
    atoms: [
      { element: "O", position: [0, 0, 0] },
      { element: "H", position: [0.123, 0.179, 0] },
      { element: "H", position: [0.123, -0.179, 0] },
    ],
  },
  ecut: 8,
};

describe("direct minimisation", () => {
  test.each([
    ["silicon with symmetry", { ...SILICON, ecut: 3 }],
    ["silicon without", { ...DISPLACED_SILICON, ecut: 3 }],
    ["gallium arsenide", GALLIUM_ARSENIDE],
    ["water", WATER],
  ])("reaches the energy, density and levels of the self-consistent field: %s", async (_, job) => {
    const [field, direct] = [await finish(to(1e-7, job)), await finish(to(1e-7, job, DIRECT))];
    const [one, two] = [field.end.last, direct.end.last];
    expect(direct.end.reason).toBe("converged");
    // Two upper bounds, of second order in residuals of 1e-7.
    close(two.energies.total, one.energies.total, 1e-11, "energy");
    closeArrays(two.rhoOut, one.rhoOut, 1e-7, "density");
    two.levels.forEach(({ eigenvalues }, k) => {
      closeArrays(eigenvalues, one.levels[k]!.eigenvalues.slice(0, eigenvalues.length), 1e-6, "levels");
    });
    expect(two.row.densityResidual).toBeLessThan(1e-7);
    // Of a step that was accepted no energy is above that of the one before; a measurement may climb by its rounding.
    const energies = direct.steps.map(({ row }) => row.energy);
    energies.slice(1).forEach((energy, i) => {
      expect(energy).toBeLessThan(energies[i]! + 1e-10);
    });
  });

  test("gives the same digits on two threads, and goes on from an interruption", async () => {
    const job = to(1e-7, DISPLACED_SILICON, DIRECT);
    const whole = await runScf(job);
    let state: ScfState | undefined;
    const interrupted = await runScf(to(1e-7, DISPLACED_SILICON, { ...DIRECT, maxIterations: 6 }), {
      threads: 2,
      checkpoint: (given) => {
        state = structuredClone(given);
      },
    });
    expect(interrupted.resources.threads).toBe(2);
    expect(state!.orbitals).toBeDefined();
    const continued = await runScf(job, { restart: state });
    expect(timeless(continued.history.slice(0, 6))).toEqual(timeless(whole.history.slice(0, 6)));
    close(continued.energies.total, whole.energies.total, 1e-11);
    closeArrays(continued.forces!.flat(), whole.forces!.flat(), 1e-6);
  });

  test("says in one line that it needs full levels", async () => {
    expect(() => parseJob({ ...ALUMINIUM, scf: DIRECT })).toThrow(
      /^temperature: must be 0 with direct-minimisation, .* got 0.02; for metals take anderson$/,
    );
    await expect(finish({ ...SILICON, bands: 6, scf: DIRECT })).rejects.toThrow(
      /^bands: must be null or the 4 full bands/,
    );
    expect(() => directMinimisation({ memory: 0 })).toThrow(InputError);
  });
});

/** Orbitals of silicon after a loose solution, and a random panel for each block. */
async function loose() {
  const { problem } = await prepareScf({ ...DISPLACED_SILICON, kgrid: [2, 1, 1] });
  const { basis, terms } = problem;
  const orbitals = await problem.createOrbitals(4, operatorsOf(terms));
  const { blocks } = orbitals.spec;
  const full = blocks.map(({ weight }) => new Float64Array(4).fill(2 * weight));
  const density = async () => basisSymmetrized(await orbitals.density(full));
  const basisSymmetrized = <T extends Parameters<typeof basis.symmetrize>[0]>(rho: T): T => {
    basis.symmetrize(rho);
    return rho;
  };
  const start = await orbitals.save();
  await orbitals.retract(start);
  const energy = async () => {
    const rho = await density();
    return energiesOf(terms, evaluateTerms(terms, rho), await orbitals.energies(full), 0).total;
  };
  const noise = (seed: number): Panels => {
    const { normal } = random(seed);
    return start.map((panel) => panel.map(() => normal()));
  };
  return { orbitals, terms, density, energy, noise, metric: blocks.map(({ weight }) => 2 * weight) };
}

describe("on the manifold of orthonormal orbitals", () => {
  test("the gradient is the derivative of the energy along every tangent", async () => {
    const { orbitals, terms, density, energy, noise, metric } = await loose();
    const psi = await orbitals.save();
    const direction = await orbitals.tangentPart(noise(1), true);
    const gradient = (await orbitals.gradient(totalPotential(terms, await density()))).map((b) => b.gradient);
    const slope = 2 * inner(metric, gradient, direction);
    const at = async (t: number) => {
      await orbitals.retract(combined(psi, t, direction));
      return energy();
    };
    const h = 1e-4;
    const difference =
      (8 * ((await at(h)) - (await at(-h))) - ((await at(2 * h)) - (await at(-2 * h)))) / (12 * h);
    expect(Math.abs(slope)).toBeGreaterThan(0.1);
    close(difference, slope, 1e-7 * Math.abs(slope)); // rounding of the energy over h
    await orbitals.close();
  });

  test("tangents are orthogonal to the orbitals, and the preconditioner between them is self-adjoint and positive", async () => {
    const { orbitals, noise, metric } = await loose();
    const psi = await orbitals.save();
    const [x, y] = [noise(2), noise(3)];
    const [tx, ty] = [await orbitals.tangentPart(x, false), await orbitals.tangentPart(y, false)];
    close(inner(metric, tx, psi), 0, 1e-12);
    expect(Math.abs(inner(metric, x, psi))).toBeGreaterThan(1e-3);
    const again = await orbitals.tangentPart(tx, false);
    again.forEach((panel, k) => {
      notTiny(panel);
      closeArrays(panel, tx[k]!, 1e-13);
    });
    const [kx, ky] = [await orbitals.tangentPart(x, true), await orbitals.tangentPart(y, true)];
    close(inner(metric, kx, y), inner(metric, x, ky), 1e-10);
    expect(inner(metric, kx, tx)).toBeGreaterThan(0);
    expect(inner(metric, kx, tx)).toBeLessThan(inner(metric, tx, tx));
    expect(Math.abs(inner(metric, kx, ty))).toBeGreaterThan(1e-2);
    await orbitals.close();
  });
});

describe("limited-memory BFGS", () => {
  test("minimises a quadratic form in n unknowns in n steps, whatever preconditions it: it is conjugate gradients then", async () => {
    const [n, metric] = [9, [0.5, 2]];
    const { normal } = random(4);
    const vector = (): Panels => [
      Float64Array.from({ length: 4 }, normal),
      Float64Array.from({ length: n - 4 }, normal),
    ];
    const stiffness = vector().map((x) => x.map((v) => 0.5 + 20 * v * v));
    const multiply = (x: Panels): Panels => x.map((panel, b) => panel.map((v, i) => stiffness[b]![i]! * v));
    const scale = vector().map((x) => x.map((v) => 1 + v * v));
    const precondition = async (x: Panels): Promise<Panels> =>
      x.map((p, b) => p.map((v, i) => scale[b]![i]! * v));
    let x = vector();
    let pairs: LbfgsPair[] = [];
    for (let k = 0; k < n; k++) {
      const gradient = multiply(x);
      expect(Math.sqrt(inner(metric, gradient, gradient))).toBeGreaterThan(1e-6);
      const direction = await lbfgsDirection(metric, pairs, gradient, precondition);
      expect(inner(metric, gradient, direction)).toBeLessThan(0);
      const image = multiply(direction);
      const length = -inner(metric, gradient, direction) / inner(metric, direction, image);
      const step = direction.map((p) => p.map((v) => length * v));
      const change = multiply(step);
      pairs = [...pairs, { step, change, curvature: inner(metric, step, change) }];
      x = combined(x, 1, step);
    }
    const rest = multiply(x);
    expect(Math.sqrt(inner(metric, rest, rest))).toBeLessThan(1e-9);
  });

  test("is the product of the updates of the inverse Hessian written out as a matrix", async () => {
    // H ← (1 − s yᵀ/c) H (1 − y sᵀ/c) + s sᵀ/c for every pair, oldest first, c = ⟨s, y⟩, from H = γK.
    const n = 6;
    const { normal } = random(8);
    const vector = (): Float64Array => Float64Array.from({ length: n }, normal);
    const scale = vector().map((v) => 1 + v * v);
    const pairs = [1, 2, 3, 4].map((): LbfgsPair => {
      const step = vector();
      const change = step.map((v) => (1 + Math.abs(normal())) * v); // of positive curvature, of no one matrix
      return { step: [step], change: [change], curvature: inner([1], [step], [change]) };
    });
    const newest = pairs.at(-1)!.change[0]!;
    const gamma = pairs.at(-1)!.curvature / newest.reduce((sum, y, i) => sum + y * scale[i]! * y, 0);
    const update = (h: number[][], { step: [s], change: [y], curvature }: LbfgsPair): number[][] => {
      const hy = h.map((row) => row.reduce((sum, v, j) => sum + v * y![j]!, 0));
      const yhy = hy.reduce((sum, v, i) => sum + v * y![i]!, 0);
      return h.map((row, i) =>
        row.map(
          (v, j) =>
            v -
            (s![i]! * hy[j]! + hy[i]! * s![j]!) / curvature +
            (s![i]! * s![j]! * (1 + yhy / curvature)) / curvature,
        ),
      );
    };
    const start = Array.from({ length: n }, (_, i) =>
      Array.from({ length: n }, (__, j) => (i === j ? gamma * scale[i]! : 0)),
    );
    const gradient = vector();
    const expected = pairs
      .reduce(update, start)
      .map((row) => -row.reduce((sum, v, j) => sum + v * gradient[j]!, 0));
    const [direction] = await lbfgsDirection([1], pairs, [gradient], async ([x]) => [
      x!.map((v, i) => scale[i]! * v),
    ]);
    notTiny(expected);
    closeArrays(direction!, expected, 1e-12 * Math.max(...expected.map(Math.abs)), "−B⁻¹g");
  });
});
