import { describe, expect, test } from "vitest";
import { InputError } from "../../src/common/failure.ts";
import { prepareScf } from "../../src/job/prepare/prepare-scf.ts";
import { dotReal, type RealField, sumReal } from "../../src/kernels/fields.ts";
import type { Orbitals } from "../../src/parallel/orbitals.ts";
import { simple } from "../../src/precond/filters/simple.ts";
import type { Iterate, Preconditioner } from "../../src/precond/preconditioner.ts";
import type { Accelerator } from "../../src/scf/accelerators/accelerator.ts";
import { damped } from "../../src/scf/accelerators/damped.ts";
import { densityMixing } from "../../src/scf/methods/density-mixing.ts";
import { type ScfProblem, scf, solveScf } from "../../src/scf/scf.ts";
import { close, closeArrays, largestDifference } from "../close.ts";
import * as systems from "../systems.ts";
import { finish, to } from "../systems.ts";

const SILICON = { ...systems.SILICON, ecut: 3 };
const ALUMINIUM = { ...systems.ALUMINIUM, ecut: 4 };

describe("the energy of a step", () => {
  test("is the sum of its parts, which have the names of the result file", async () => {
    const { steps } = await finish(to(1e-5, ALUMINIUM));
    for (const { energies } of steps) {
      const { total: sum, ...parts } = energies;
      expect(Object.keys(parts).sort()).toEqual([
        "entropy",
        "ewald",
        "hartree",
        "kinetic",
        "local",
        "nonlocal",
        "pspCorrection",
        "xc",
      ]);
      close(
        Object.values(parts).reduce((a, b) => a + b, 0),
        sum,
        1e-14 * 10,
      );
      for (const part of Object.values(parts)) expect(Math.abs(part)).toBeGreaterThan(1e-5);
      expect(energies.entropy).toBeLessThan(0);
      expect(energies.kinetic).toBeGreaterThan(0);
    }
    const silicon = await finish(to(1e-3, SILICON));
    expect(silicon.end.last.energies).not.toHaveProperty("entropy");
    const hartreeFock = await finish(to(1e-3, { ...SILICON, functional: "none" }));
    expect(hartreeFock.end.last.energies).not.toHaveProperty("xc");
  });
});

describe("a step", () => {
  test("tells of itself in its row, and the rows are the history", async () => {
    const { steps, problem } = await finish(to(1e-6, SILICON));
    steps.forEach(({ row, energies, rhoIn, rhoOut, state, converged }, i) => {
      expect(row.step).toBe(i + 1);
      expect(row.energy).toBe(energies.total);
      const change = rhoOut.map((x, r) => x - rhoIn[r]!);
      const norm = Math.sqrt(problem.basis.grid.dvol * change.reduce((sum, x) => sum + x * x, 0));
      close(row.densityResidual, norm, 1e-14);
      expect(row.damping).toBe(0.8);
      expect(row.seconds).toBeGreaterThan(0);
      expect(row.hamiltonianApplications).toBeGreaterThanOrEqual(4 * problem.basis.kpoints.length);
      expect(state.history).toEqual(steps.slice(0, i + 1).map((step) => step.row));
      expect(converged).toBe(row.densityResidual < 1e-6);
      expect(i === steps.length - 1).toBe(converged);
    });
  });

  test("holds the electrons before and after", async () => {
    for (const job of [SILICON, ALUMINIUM]) {
      const { steps, problem } = await finish(to(1e-4, job));
      const { grid, model } = problem.basis;
      for (const { rhoIn, rhoOut } of steps) {
        close(grid.dvol * sumReal(rhoIn), model.electrons, 1e-11);
        close(grid.dvol * sumReal(rhoOut), model.electrons, 1e-11);
      }
    }
  });

  test("gives the preconditioner a local density of states that integrates to Σ w f_max δ(ε − ε_F)", async () => {
    const width = 0.05;
    let seen: { iterate: Iterate; integral: number } | undefined;
    const spy: Preconditioner = {
      name: "spy",
      needs: ({ fermiLevel }) => [{ center: fermiLevel, width }],
      async at(iterate, [states]) {
        if (states === undefined) throw new Error("one window was asked for");
        const image = states.slice() as typeof states;
        problem!.basis.symmetrize(image);
        closeArrays(states, image, 1e-14, "symmetric");
        seen = { iterate, integral: iterate.grid.dvol * sumReal(states) };
        return simple().at(iterate, []);
      },
    };
    const { problem } = await prepareScf(ALUMINIUM);
    const job = { ...to(1e-3, ALUMINIUM), bands: 8 };
    await finish(job, { method: densityMixing({ preconditioner: spy }) });
    const { levels, fermiLevel, temperature, fMax, nSpin } = seen!.iterate;
    expect([temperature, fMax, nSpin]).toEqual([0.02, 2, 1]);
    let expected = 0;
    for (const { weight, eigenvalues } of levels)
      for (const e of eigenvalues)
        expected +=
          (weight * 2 * Math.exp(-(((e - fermiLevel) / width) ** 2))) / (width * Math.sqrt(Math.PI));
    expect(expected).toBeGreaterThan(0.1);
    close(seen!.integral, expected, 1e-12 * expected);
  });
});

test("states made along with the density are those made alone, and a step passes over its orbitals once", async () => {
  const run = async (isApart: boolean) => {
    let passes = 0;
    const { problem, options } = await prepareScf(to(1e-5, ALUMINIUM));
    const createOrbitals: ScfProblem["createOrbitals"] = async (nBands, operators) => {
      const orbitals = await problem.createOrbitals(nBands, operators);
      return {
        ...orbitals,
        async densities(sets, progress) {
          passes++;
          if (!isApart) return orbitals.densities(sets, progress);
          const fields: RealField[] = [];
          for (const set of sets) fields.push(...(await orbitals.densities([set], progress)));
          return fields;
        },
      };
    };
    const energies: number[] = [];
    for await (const { row } of scf({ ...problem, createOrbitals }, options)) energies.push(row.energy);
    return { passes, energies };
  };
  const [together, apart] = [await run(false), await run(true)];
  expect(together.energies).toEqual(apart.energies);
  expect(together.energies.length).toBeGreaterThan(3);
  expect(together.passes).toBe(together.energies.length);
});

describe("bands", () => {
  test("too few for the electrons of a metal are reported at every step", async () => {
    const { end } = await finish({ ...to(1e-3, ALUMINIUM), bands: 2 });
    expect(end.last.warnings).toEqual([expect.stringMatching(/^bands: the highest band holds/)]);
  });
});

describe("the iteration", () => {
  /** A problem that counts what it opens and closes. */
  const counted = async (job: object) => {
    const { problem, options } = await prepareScf(job);
    const open = new Set<Orbitals>();
    let made = 0;
    const spied: ScfProblem = {
      ...problem,
      async createOrbitals(nBands, operators) {
        const orbitals = await problem.createOrbitals(nBands, operators);
        const spy: Orbitals = { ...orbitals, close: async () => void open.delete(spy) };
        open.add(spy);
        made++;
        return spy;
      },
    };
    return { problem: spied, options, open, made: () => made };
  };

  const ENDS: [string, object][] = [
    ["density mixing", {}],
    ["adaptive damping", { accelerator: { name: "adaptive-damping" } }],
    ["direct minimisation", { accelerator: { name: "direct-minimisation" } }],
  ];
  test.each(ENDS)("of %s closes its orbitals however it ends", async (_, choices) => {
    const { problem, options, open, made } = await counted({ ...SILICON, kgrid: [1, 1, 1], scf: choices });
    const short = { ...options, maxIterations: 2 };
    for await (const step of scf(problem, short)) expect([step.converged, open.size]).toEqual([false, 1]);
    expect([made(), open.size]).toEqual([1, 0]);
    for await (const _step of scf(problem, short)) break;
    expect([made(), open.size]).toEqual([2, 0]);
    const thrown = async () => {
      for await (const _step of scf(problem, short)) throw new Error("of the caller");
    };
    await expect(thrown()).rejects.toThrow("of the caller");
    expect([made(), open.size]).toEqual([3, 0]);
  });

  test("hands its orbitals over where they are asked for, unless an error ends it", async () => {
    const { problem, options, open } = await counted(SILICON);
    const { orbitals, last, reason } = await solveScf(problem, { ...options, maxIterations: 2 });
    expect([...open]).toEqual([orbitals]);
    expect([last.row.step, reason]).toEqual([2, "iteration-limit"]);
    await orbitals.close();
    const full = () => Promise.reject(new Error("no space left"));
    await expect(solveScf(problem, options, full)).rejects.toThrow("no space left");
    expect(open.size).toBe(0);
  });

  test("with an error inside closes its orbitals and passes the error on", async () => {
    const { problem, options, open } = await counted(SILICON);
    const broken: Preconditioner = { name: "broken", at: () => { throw new Error("of its own"); } }; // biome-ignore format: one line
    const iteration = scf(problem, {
      ...options,
      method: densityMixing({ preconditioner: broken }),
    });
    await expect(iteration.next()).rejects.toThrow("of its own");
    expect(open.size).toBe(0);
  });

  test("widening its orbitals closes the narrow ones", async () => {
    const { problem, options, open, made } = await counted({ ...ALUMINIUM, temperature: 0.05 });
    const iteration = scf(problem, options);
    for (let next = await iteration.next(); !next.done; next = await iteration.next())
      expect(open.size).toBe(1);
    expect(made()).toBeGreaterThan(1);
  });

  test("reports how far it is, within every step", async () => {
    const heard: string[] = [];
    const { problem } = await finish(to(1e-2, SILICON), {
      onProgress: ({ step, phase, done, total: all }) => heard.push(`${step} ${phase} ${done}/${all}`),
    });
    const n = problem.basis.kpoints.length;
    const expected = ["diagonalise", "density"].flatMap((phase) =>
      Array.from({ length: n }, (_, i) => `1 ${phase} ${i + 1}/${n}`),
    );
    expect(heard.slice(0, 2 * n)).toEqual(expected);
  });

  test("stops when the energy alone, or density and energy together, meet their tolerances", async () => {
    const byEnergy = await finish({ ...SILICON, scf: { tolerance: { energy: 1e-4 } } });
    const rows = byEnergy.end.last.state.history;
    expect(Math.abs(rows.at(-1)!.energy - rows.at(-2)!.energy)).toBeLessThan(1e-4);
    expect(Math.abs(rows.at(-2)!.energy - rows.at(-3)!.energy)).toBeGreaterThan(1e-4);
    const both = await finish({ ...SILICON, scf: { tolerance: { energy: 1e-4, density: 1e-7 } } });
    expect(both.end.last.row.densityResidual).toBeLessThan(1e-7);
    expect(both.steps.length).toBeGreaterThan(byEnergy.steps.length);
  });

  test("refuses options out of range before any work", async () => {
    const { problem, options, made } = await counted(SILICON);
    const first = (change: object) => scf(problem, { ...options, ...change }).next();
    for (const damping of [0, 2, -0.1, Number.NaN])
      expect(() => densityMixing({ preconditioner: simple(), damping })).toThrow(
        /^densityMixing.damping: must be a damping between 0 and 2, got/,
      );
    for (const maxIterations of [0, 1.5])
      await expect(first({ maxIterations })).rejects.toThrow(/^maxIterations: must be/);
    for (const tolerance of [{}, { density: 0 }, { energy: -1 }])
      await expect(first({ tolerance })).rejects.toThrow(InputError);
    const restart = { ...(await finish(to(1, SILICON))).end.last.state, rho: new Float64Array(7) };
    await expect(first({ restart })).rejects.toThrow(
      `restart: density must have ${problem.basis.grid.points} values, got 7`,
    );
    expect(made()).toBe(0);
  });

  test("of a user's own preconditioner and accelerator is nothing special", async () => {
    const half: Preconditioner = {
      name: "half",
      at: async () => (out, residual) => {
        for (let r = 0; r < out.length; r++) out[r] = 0.5 * residual[r]!;
      },
    };
    const own: Accelerator = {
      name: "own",
      next: (history, input, step, damping) => ({
        input: input.map((x, r) => x + damping * step[r]!) as typeof input,
        history,
      }),
    };
    const mine = await finish(to(1e-5, SILICON), {
      method: densityMixing({ preconditioner: half, accelerator: own, damping: 1.2 }),
    });
    const same = await finish(to(1e-5, SILICON), {
      method: densityMixing({ preconditioner: simple(), accelerator: damped(), damping: 0.6 }),
    });
    expect(mine.steps.length).toBe(same.steps.length);
    expect(dotReal(mine.end.last.rhoOut, mine.end.last.rhoOut)).toBeGreaterThan(1);
    expect(largestDifference(mine.end.last.rhoOut, same.end.last.rhoOut).error).toBeLessThan(1e-12);
  });
});
