import { describe, expect, test } from "vitest";
import { InputError } from "../../src/common/failure.ts";
import { groundState } from "../../src/ground/find-ground-state.ts";
import { prepareScf } from "../../src/job/prepare/prepare-scf.ts";
import { runScf } from "../../src/job/tasks/scf/run-scf.ts";
import { solve } from "../../src/job/tasks/scf/solve.ts";
import { rows } from "../../src/refine/parts.ts";
import { close, closeArrays } from "../close.ts";
import { ALUMINIUM, DISPLACED_SILICON, SILICON, to } from "../systems.ts";

const JOB = { ...to(1e-8, DISPLACED_SILICON), ecut: 4, kgrid: [2, 1, 1], stress: true };

describe("estimated errors of a ground state", () => {
  test("come with corrected values near those of a larger cutoff, and leave the state as it is", async () => {
    await using state = await solve(JOB);
    const [forces, orbitals] = [await state.forces(), await state.orbitals.save()];
    const errors = await state.errors();
    expect(await state.orbitals.save()).toEqual(orbitals);
    expect(await state.forces()).toEqual(forces);

    const { basis, kind, smearing, warnings } = errors;
    expect([kind, smearing, warnings, basis.cutoff]).toEqual(["estimate", undefined, [], 12]);
    expect(errors.total.energy.raw).toBe(state.energies.total);
    expect(errors.total.forces!.raw).toEqual(forces);
    expect(errors.total.stress!.raw).toEqual(await state.stress());
    close(basis.energy.raw, state.energies.total, 1e-10, "solved further");
    closeArrays(basis.forces!.raw.flat(), forces.flat(), 1e-7, "solved further");
    const better = await runScf({ ...JOB, ecut: 12 });
    const share = (raw: readonly number[], corrected: readonly number[], right: readonly number[]) =>
      Math.hypot(...corrected.map((x, i) => x - right[i]!)) / Math.hypot(...raw.map((x, i) => x - right[i]!));
    const { energy, forces: of, stress } = basis;
    expect(energy.error).toBe(energy.raw - energy.corrected);
    expect(energy.error / (energy.raw - better.energies.total)).toBeGreaterThan(0.97);
    expect(energy.error / (energy.raw - better.energies.total)).toBeLessThan(1);
    expect(share(of!.raw.flat(), of!.corrected.flat(), better.forces!.flat())).toBeLessThan(0.2);
    expect(share(stress!.raw.flat(), stress!.corrected.flat(), better.stress!.flat())).toBeLessThan(0.2);
    expect(basis.density.corrected.shape).toEqual([...better.fftSize]);
    expect(basis.density.error).toBeGreaterThan(1e-3);
  });

  test("do not depend on symmetry, the number of spins or real orbitals", async () => {
    const errorsOf = async (job: object) => {
      await using state = await solve(to(1e-9, { ...SILICON, ecut: 3, stress: true, ...job }));
      return state.errors({ cutoff: 6 });
    };
    const [plain, ...others] = [
      await errorsOf({}),
      await errorsOf({ symmetry: false }),
      await errorsOf({ spin: "collinear" }),
      await errorsOf({ realOrbitals: false }),
    ];
    for (const { basis } of others) {
      // The xc energy on grids without symmetry; responses are solved to 1e-5.
      close(basis.energy.corrected, plain!.basis.energy.corrected, 1e-7);
      closeArrays(basis.stress!.corrected.flat(), plain!.basis.stress!.corrected.flat(), 1e-7);
      // With spins the norm is that of both components, half of the density each.
      const { shape } = basis.density.corrected;
      const spins = shape.length === 4 ? 2 : 1;
      close(Math.sqrt(spins) * basis.density.error, plain!.basis.density.error, 1e-6);
    }
  });

  test("by smearing bring the energies of different widths together", async () => {
    const at = async (temperature: number) => {
      await using state = await solve(
        to(1e-8, { ...ALUMINIUM, ecut: 3, kgrid: [4, 4, 4], smearing: "gaussian", temperature }),
      );
      return (await state.errors({ cutoff: 3 })).smearing!;
    };
    const [narrow, wide] = [await at(0.03), await at(0.06)];
    expect([narrow.order, wide.order]).toEqual([2, 2]);
    const raw = Math.abs(narrow.energy.raw - wide.energy.raw);
    expect(raw).toBeGreaterThan(1e-3);
    expect(Math.abs(narrow.energy.corrected - wide.energy.corrected) / raw).toBeLessThan(0.2); // the k-grid at width 0.03
  });

  test("add up: sums the moduli of all known parts, corrected values less the trusted ones", async () => {
    await using state = await solve({ ...JOB, kgrid: [2, 2, 2] });
    const { parts, total, kpoints } = await state.errors();
    const known = Object.values(parts).map(({ energy }) => ("error" in energy ? energy.error : 0));
    expect(Object.keys(parts)).toEqual(["basis", "kpoints", "smearing", "scf", "eigensolver", "rounding"]);
    close(
      total.energy.sum,
      known.reduce((sum, e) => sum + Math.abs(e), 0),
      1e-15,
    );
    // Rounding has no sign.
    const signed = known.slice(0, -1).reduce((sum, e) => sum + e, 0);
    close(total.energy.corrected, state.energies.total - signed, 1e-12);
    expect(parts.kpoints.energy).toMatchObject({ error: kpoints!.energy });
    expect(parts.kpoints.forces).toMatchObject({ error: kpoints!.forces!.error });
    const both = await runScf({ ...JOB, kgrid: [4, 4, 4], ecut: 12 });
    expect(Math.abs(total.energy.corrected - both.energies.total)).toBeLessThan(0.1 * total.energy.sum);
    for (const [{ corrected, sum }, right] of [
      [total.forces!, both.forces!],
      [total.stress!, both.stress!],
    ] as const)
      expect(rows(corrected, right).error).toBeLessThan(0.15 * sum);
  });

  test("tell what they do, and end at a signal", async () => {
    const heard = new Set<string>();
    await using state = await solve(JOB);
    const onProgress = (stage: string) => void heard.add(stage);
    await state.errors({ cutoff: 4, onProgress });
    expect([...heard].sort()).toEqual([
      "denser k-grid",
      "orbitals",
      "response of the basis",
      "response of the density",
    ]);
    const interruption = new AbortController();
    const interrupted = state.errors({
      signal: interruption.signal,
      onProgress: (stage) => stage === "response of the basis" && interruption.abort(),
    });
    await expect(interrupted).rejects.toThrow(/interrupted/);
    // The state is as it was, for what comes after.
    expect((await state.errors({ cutoff: 4 })).kind).toBe("estimate");
  });

  test("are in the result file where they are asked for, without fields", async () => {
    const { errors } = await runScf(JOB, { errors: true });
    expect(errors!.basis.density).toEqual({ error: expect.any(Number) });
    expect(errors!.basis.levels.raw.map((levels) => levels.length)).toEqual([4, 4]);
    expect((await runScf(JOB)).errors).toBeUndefined();
  });

  test("are refused below the cutoff of the run, and for a model of one's own", async () => {
    await using state = await solve(JOB);
    await expect(state.errors({ cutoff: 3.5 })).rejects.toThrow(/^errors\.cutoff: must be at least the 4 Ha of the run, got 3\.5$/); // biome-ignore format: one line
    await expect(state.errors({ cutoff: -1 })).rejects.toThrow(
      /^errors\.cutoff: must be an energy in Ha, got -1/,
    );
    const { problem, options } = await prepareScf(JOB);
    await using model = await groundState(problem, options);
    await expect(model.errors()).rejects.toThrow(InputError);
    await expect(model.errors()).rejects.toThrow(/^errors: must be a ground state of solve\(job\)/);
  });
});
