import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findGth } from "../../src/atoms/gth/gth-table.ts";
import type { Check } from "../../src/ground/check/check.ts";
import { splitOf } from "../../src/ground/check/missed-check.ts";
import { type SelfCheckOptions, selfCheck } from "../../src/ground/check/self-check.ts";
import { groundState } from "../../src/ground/find-ground-state.ts";
import type { GroundState } from "../../src/ground/ground-state.ts";
import { prepareScf } from "../../src/job/prepare/prepare-scf.ts";
import { runScf } from "../../src/job/tasks/scf/run-scf.ts";
import { solve } from "../../src/job/tasks/scf/solve.ts";
import { asRealField } from "../../src/kernels/fields.ts";
import { nativeKernels } from "../../src/kernels/native/native.ts";
import { defineModel } from "../../src/models/define-model.ts";
import type { ScfStep } from "../../src/scf/state.ts";
import { densityWeights } from "../../src/state/occupation.ts";
import { externalPotential } from "../../src/terms/external/external.ts";
import { powerNonlinearity } from "../../src/terms/nonlinearity/nonlinearity.ts";
import type { Term } from "../../src/terms/term.ts";
import { toUpf } from "../atoms/pseudopotential-writers.ts";
import { NATIVE_PACKAGES, needs } from "../needs.ts";
import { ALUMINIUM, SILICON, to } from "../systems.ts";

const hasNative = !("unavailable" in (await nativeKernels()));

/** No centre of inversion, atoms out of place: the egg-box of xc is there, and time reversal is used. */
const PHOSPHIDE = {
  ...to(1e-7, SILICON),
  structure: {
    lattice: SILICON.structure.lattice,
    atoms: [
      { element: "Al", position: [0.01, 0.02, -0.01] },
      { element: "P", position: [0.25, 0.25, 0.25] },
    ],
  },
  kgrid: [2, 1, 1],
  kshift: [0.5, 0, 0],
};

const failed = (checks: readonly Check[]) => checks.filter(({ passed }) => !passed).map(({ name }) => name);
const named = (checks: readonly Check[], name: string): Check => {
  const found = checks.find((check) => check.name === name);
  expect(found, name).toBeDefined();
  return found!;
};
const INERTIA = "levels missed (inertia count)";
const SEARCH = "levels missed (random search)";

describe("a right state passes every check", () => {
  const magnet = { ...ALUMINIUM.structure, atoms: [{ ...ALUMINIUM.structure.atoms[0]!, magneticMoment: 1 }] };
  test.each<[string, object, number]>([
    ["silicon", SILICON, 14],
    ["complex orbitals", { ...SILICON, realOrbitals: false }, 14],
    ["a metal", { ...ALUMINIUM, functional: "pbe", pseudopotentials: "gth-pbe" }, 14],
    ["negative occupations", { ...ALUMINIUM, smearing: "methfessel-paxton-1" }, 14],
    ["two spins", { ...ALUMINIUM, spin: "collinear", structure: magnet }, 14],
    ["no inversion", PHOSPHIDE, 13],
    ["full bands alone", { ...SILICON, scf: { accelerator: { name: "direct-minimisation" } } }, 14],
    ["a potential that is mixed", { ...SILICON, scf: { accelerator: { name: "adaptive-damping" } } }, 14],
    ["a loose tolerance", to(1e-2, PHOSPHIDE), 13],
  ])("%s", async (_, job) => {
    await using state = await solve(job);
    for (const [matrixWaves, name] of [
      [2000, INERTIA],
      [0, SEARCH],
    ] as const) {
      // biome-ignore format: a table
      const checks = await state.check({ matrixWaves });
      expect(failed(checks)).toEqual([]);
      expect(named(checks, name).value).toBe(0);
      expect(checks.length).toBeGreaterThanOrEqual(12);
      for (const { value, limit, text, why } of checks) {
        expect(Number.isFinite(value) && Number.isFinite(limit)).toBe(true);
        expect(`${text} ${why}`).not.toMatch(/NaN|undefined|guarante/);
      }
    }
  });

  test("a UPF file with a core density, whose forces are part of the egg-box", async () => {
    const upf = toUpf(findGth("P", "gth-lda"), "SLA PW NOGX NOGC", 1, { electrons: 2, width: 0.9 });
    const job = { ...PHOSPHIDE, pseudopotentials: { Al: "gth-lda", P: "P.upf" } };
    await using state = await solve(job, { readText: async () => upf });
    expect(state.terms.some(({ name, forces }) => name === "xc" && forces !== undefined)).toBe(true);
    expect(failed(await state.check())).toEqual([]);
  });

  test("with threads the numbers are the same", async () => {
    const checks = async (threads: number) => {
      await using state = await solve(PHOSPHIDE, { threads });
      return [...(await state.check()), ...(await state.check({ matrixWaves: 0 }))];
    };
    expect(await checks(2)).toEqual(await checks(1));
  });

  test("a condensate in a trap, whose forces and symmetry there is nothing to say of", async () => {
    const model = await defineModel({
      cell: [[10]],
      ecut: 20,
      terms: (grid) => [
        externalPotential(grid, ([x]) => 0.5 * (x - 5) ** 2),
        powerNonlinearity(grid, { coefficient: 1, power: 2 }),
      ],
    });
    await using state = await groundState(model);
    const checks = await state.check();
    expect(failed(checks)).toEqual([]);
    expect(named(checks, "energy by two routes").value).toBeLessThan(1e-10);
    expect(checks.map(({ name }) => name)).not.toContain("sum of the forces");
  });
});

test("forces that do not add up to zero are those of the egg-box", async () => {
  await using state = await solve(PHOSPHIDE);
  const forces = await state.forces();
  const sum = Math.hypot(...[0, 1, 2].map((c) => forces.reduce((s, f) => s + f[c]!, 0)));
  const { value, text } = named(await state.check(), "sum of the forces");
  expect(sum).toBeGreaterThan(1e-7);
  expect(value).toBeLessThan(sum / 20);
  expect(text).toContain(sum.toExponential(2));
});

describe("a broken state is found out", () => {
  let state: GroundState;
  let panels: readonly Float64Array[];
  beforeAll(async () => {
    state = await solve(PHOSPHIDE);
    panels = await state.orbitals.save();
  });
  afterAll(() => state.close());

  /** Checks the state with another step, other orbitals or other terms; then they are put back. */
  async function broken(
    change: { readonly last?: Partial<ScfStep>; readonly orbitals?: readonly Float64Array[]; readonly terms?: readonly Term[] }, // biome-ignore format: one line
    options?: SelfCheckOptions,
  ): Promise<readonly Check[]> {
    const { basis, terms, last, orbitals } = state;
    await orbitals.restore(change.orbitals ?? panels);
    try {
      return await selfCheck({ basis, terms: change.terms ?? terms }, { ...last, ...change.last }, orbitals, options); // biome-ignore format: one line
    } finally {
      await orbitals.restore(panels);
    }
  }
  const changed = (f: ScfStep["rhoOut"], change: (x: number, r: number) => number) =>
    asRealField(Float64Array.from(f, change));

  test("with nothing broken nothing fails", async () => {
    expect(failed(await broken({}))).toEqual([]);
  });

  test("an orbital that is too long", async () => {
    const orbitals = panels.map((psi) => psi.slice());
    const n = state.basis.kpoints[0]!.planeWaves;
    for (let g = 0; g < 2 * n; g++) orbitals[0]![g]! *= 1 + 1e-8;
    expect(failed(await broken({ orbitals }))).toEqual(expect.arrayContaining(["orthonormality", "density of the orbitals"])); // biome-ignore format: one line
  });

  test.each([2000, 0])(
    "a higher level in the place of an occupied one (matrices up to %i waves)",
    async (matrixWaves) => {
      const orbitals = panels.map((psi) => psi.slice());
      const { last } = state;
      const levels = last.levels.map((of) => ({ ...of, eigenvalues: of.eigenvalues.slice() }));
      const residualNorms = last.residualNorms.map((of) => of.slice());
      for (const [i, psi] of orbitals.entries()) {
        const n = 2 * state.basis.kpoints[i]!.planeWaves;
        const [lower, upper] = [psi.slice(3 * n, 4 * n), psi.slice(4 * n, 5 * n)];
        psi.set(upper, 3 * n);
        psi.set(lower, 4 * n);
        for (const of of [levels[i]!.eigenvalues, residualNorms[i]!]) [of[3], of[4]] = [of[4]!, of[3]!];
      }
      // All else that follows from these orbitals: only the missing levels are wrong.
      await state.orbitals.restore(orbitals);
      const rhoOut = await state.orbitals.density(densityWeights(last.occupation, levels));
      state.basis.symmetrize(rhoOut);
      const checks = await broken({ orbitals, last: { levels, residualNorms, rhoOut } }, { matrixWaves });
      const missed = named(checks, matrixWaves > 0 ? INERTIA : SEARCH);
      expect(missed.passed).toBe(false);
      expect(missed.value).toBe(orbitals.length);
      expect(failed(checks)).not.toContain("orthonormality");
      expect(failed(checks)).not.toContain("density of the orbitals");
    },
  );

  test("a density with a little less charge", async () => {
    const rhoOut = changed(state.last.rhoOut, (x) => x * (1 - 1e-9));
    expect(failed(await broken({ last: { rhoOut } }))).toEqual(expect.arrayContaining(["electrons in the density", "density of the orbitals"])); // biome-ignore format: one line
  });

  test("a density that is not symmetric, and one that is negative somewhere", async () => {
    await using silicon = await solve(SILICON);
    const { last, orbitals } = silicon;
    const rhoOut = changed(last.rhoOut, (x, r) => (r === 7 ? x + 1e-9 : x));
    const checks = await selfCheck(silicon, { ...last, rhoOut }, orbitals);
    expect(failed(checks)).toContain("symmetry of the density");
    const negative = changed(state.last.rhoOut, (x, r) => (r === 7 ? -1e-9 : x));
    expect(failed(await broken({ last: { rhoOut: negative } }))).toContain("density not negative");
  });

  test("occupations that hold too little", async () => {
    const { last } = state;
    const occupations = last.occupation.occupations.map((f) => f.map((x) => x * (1 - 1e-9)));
    const checks = await broken({ last: { occupation: { ...last.occupation, occupations } } });
    expect(failed(checks)).toContain("electrons in the levels");
  });

  test("a potential that the orbitals were not found in", async () => {
    const { basis, terms } = state;
    const [a] = basis.model.lattice.vectors;
    const wave: Term = {
      ...externalPotential(basis.grid, ([x]) => 1e-5 * Math.cos((2 * Math.PI * x) / Math.hypot(...a))),
      name: "wrong",
    };
    expect(failed(await broken({ terms: [...terms, wave] }))).toEqual(expect.arrayContaining(["residuals as the solver says", "residuals in the final potential"])); // biome-ignore format: one line
  });

  test("an energy that is not that of the state, and levels that are not", async () => {
    const { energies, levels } = state.last;
    const off = { ...energies, total: energies.total + 1e-9 };
    expect(failed(await broken({ last: { energies: off } }))).toEqual(["energy by two routes"]);
    const shifted = levels.map((of) => ({ ...of, eigenvalues: of.eigenvalues.map((e) => e + 1e-6) }));
    expect(failed(await broken({ last: { levels: shifted } }))).toEqual(expect.arrayContaining(["energy by two routes", "residuals as the solver says"])); // biome-ignore format: one line
  });

  test("a residual that is smaller than it is", async () => {
    const row = { ...state.last.row, densityResidual: state.last.row.densityResidual / 2 };
    expect(failed(await broken({ last: { row } }))).toEqual(["self-consistency"]);
  });

  test("forces of a potential that are one part in a thousand too large, and a stress that turns", async () => {
    const wrong = state.terms.map(
      (term): Term =>
        term.name === "local"
          ? {
              ...term,
              forces: (at) => term.forces!(at).map(([x, y, z]) => [1.001 * x, 1.001 * y, 1.001 * z]),
            }
          : term,
    );
    expect(failed(await broken({ terms: wrong }))).toEqual(["sum of the forces"]);
    const turning: Term = { name: "turning", energy: () => 0, stress: () => [[0, 1e-6, 0], [0, 0, 0], [0, 0, 0]] }; // biome-ignore format: a matrix
    expect(failed(await broken({ terms: [...state.terms, turning] }))).toEqual(["symmetry of the stress"]);
  });
});

test("an operator that is not the same at k and at -k, where k stands for both", async () => {
  const { problem, options } = await prepareScf(PHOSPHIDE);
  const drift: Term = {
    name: "drift",
    operator: ({ kernels, kpoint }) => {
      const diagonal = kernels.alloc(kpoint.planeWaves);
      for (let g = 0; g < diagonal.length; g++) diagonal[g] = 1e-3 * kpoint.kPlusG[3 * g]!;
      return { diagonal };
    },
  };
  // A k-point that is not its own opposite.
  const shifted = await prepareScf({ ...PHOSPHIDE, kshift: [0.25, 0, 0] });
  await using state = await groundState({ ...shifted.problem, terms: [...problem.terms, drift] }, options);
  expect(failed(await state.check())).toEqual(["time reversal"]);
  await using right = await groundState(shifted.problem, options);
  expect(named(await right.check(), "time reversal").value).toBeLessThan(1e-12);
});

describe("where levels are counted", () => {
  const sure = (count: number) => new Float64Array(count).fill(1e-8);
  test("in the middle of the widest gap above the occupied levels", () => {
    const energies = Float64Array.of(-1, 0, 0.1, 0.4, 0.45);
    expect(splitOf(energies, sure(5), 2)).toEqual({ known: 3, below: 0.25 });
  });
  test("not where the levels around the gap are not sure", () => {
    const residuals = Float64Array.of(1e-8, 1e-8, 0.2, 1, 1);
    expect(splitOf(Float64Array.of(-1, 0, 0.1, 0.4, 0.45), residuals, 2)).toEqual({ known: 2, below: -2e-8 });
  });
  test("just below the highest occupied level where there is none above, or an empty one below", () => {
    expect(splitOf(Float64Array.of(-1, 0), sure(2), 2)).toEqual({ known: 2, below: -2e-8 });
    expect(splitOf(Float64Array.of(-1, 0.5, 0, 1), sure(4), 2)).toEqual({ known: 2, below: 0.5 - 2e-8 });
  });
});

describe("the result file", () => {
  test("has the checks where they are asked for, and is otherwise the same", async () => {
    const [plain, checked] = [await runScf(SILICON), await runScf(SILICON, { check: true })];
    expect(plain.checks).toBeUndefined();
    expect(failed(checked.checks!)).toEqual([]);
    expect(checked.energies).toEqual(plain.energies);
    expect(checked.forces).toEqual(plain.forces);
  });

  test("is the same where the job asks for the checks", async () => {
    const job = { ...SILICON, ecut: 3, kgrid: [1, 1, 1] };
    const [asked, ofJob] = [await runScf(job, { check: true }), await runScf({ ...job, check: true })];
    expect(failed(asked.checks!)).toEqual([]);
    expect(ofJob.checks).toEqual(asked.checks);
  });

  test.skipIf(!hasNative)(
    needs(NATIVE_PACKAGES, hasNative, "has them with the native back end"),
    async () => {
      const { checks } = await runScf(SILICON, { check: true, backend: "native" });
      expect(failed(checks!)).toEqual([]);
      expect(named(checks!, INERTIA).value).toBe(0);
    },
  );

  test("keeps the result where the checks are interrupted, and says that one has failed", async () => {
    const stop = new AbortController();
    const searched: number[] = [];
    const { status, checks, energies } = await runScf(SILICON, {
      check: true,
      signal: stop.signal,
      onCheck: (done) => {
        searched.push(done);
        stop.abort();
      },
    });
    expect([status, searched]).toEqual(["converged", [1]]); // of several k-points
    expect(energies.total).toBeLessThan(0);
    expect(failed(checks!)).toEqual(["checks"]);
    expect(checks![0]!.text).toBe("the checks could not be made: interrupted before all checks were made");
  });

  test("says that nothing is checked where there is no ground state", async () => {
    const stop = new AbortController();
    const interrupted = await runScf(SILICON, {
      check: true,
      signal: stop.signal,
      onStep: () => stop.abort(),
    });
    expect(interrupted.status).toBe("interrupted");
    expect(interrupted.checks).toBeUndefined();
    expect(interrupted.warnings).toContain("check: nothing is checked, because there is no ground state (interrupted)"); // biome-ignore format: one line
    const short = await runScf({ ...SILICON, scf: { maxIterations: 1 } }, { check: true });
    expect(short.warnings.join()).toContain("iteration-limit");
  });
});
