import { describe, expect, test } from "vitest";
import type { ResultFile } from "../../src/job/tasks/scf/result.ts";
import { runScf } from "../../src/job/tasks/scf/run-scf.ts";
import { close, closeArrays, notTiny } from "../close.ts";
import { to } from "../systems.ts";
import { IRON } from "./spin-systems.ts";

const bandsOf = (result: ResultFile, spin: number): number[] =>
  result.kpoints.filter((k) => k.spin === spin).flatMap(({ eigenvalues }) => eigenvalues.slice(0, 6));

describe("iron", () => {
  test("converges as it comes, with a moment that the occupations have too", async () => {
    const result = await runScf(IRON);
    expect(result.status).toBe("converged");
    expect(result.iterations).toBeLessThan(30);
    expect(result.warnings).toEqual([expect.stringContaining("ecut: 12 Ha is low for Fe")]);
    const spins = result.kpoints.map(({ spin }) => spin);
    expect(spins).toEqual([...spins].sort());
    const electrons = [0, 1].map((spin) =>
      result.kpoints
        .filter((k) => k.spin === spin)
        .reduce((sum, { weight, occupations }) => sum + weight * occupations.reduce((a, b) => a + b), 0),
    );
    close(electrons[0]! + electrons[1]!, result.electrons, 1e-9, "electrons");
    expect(result.magnetisation!).toBeGreaterThan(1);
    // Weights of one spin add up to 1, and a density holds what its orbitals do to rounding.
    close(result.magnetisation!, electrons[0]! - electrons[1]!, 1e-9, "moment");
    expect(result.absoluteMagnetisation!).toBeGreaterThan(result.magnetisation!);
    expect(result.atomicMagnetisation!.moments).toHaveLength(1);
    close(result.history.at(-1)!.magnetisation!, result.magnetisation!, 1e-12);
  });

  test("has the same energy with up and down exchanged", async () => {
    const { lattice, atoms } = IRON.structure;
    const reversed = { lattice, atoms: atoms.map((atom) => ({ ...atom, magneticMoment: -3 })) };
    const up = await runScf(to(1e-8, IRON));
    const down = await runScf(to(1e-8, { ...IRON, structure: reversed }));
    close(down.energies.total, up.energies.total, 1e-9, "energy");
    expect(up.magnetisation!).toBeGreaterThan(1);
    close(down.magnetisation!, -up.magnetisation!, 1e-6, "moment");
    const [majority, minority] = [bandsOf(up, 0), bandsOf(up, 1)];
    notTiny(majority.map((e, i) => e - minority[i]!), 1e-2); // biome-ignore format: short
    closeArrays(bandsOf(down, 1), majority, 1e-6, "majority");
    closeArrays(bandsOf(down, 0), minority, 1e-6, "minority");
  });

  test("gives the same digits on any number of threads", async () => {
    const job = { ...IRON, scf: { maxIterations: 3 } };
    const [one, three] = [await runScf(job), await runScf(job, { threads: 3 })];
    expect(three.resources.threads).toBe(3);
    expect(three.magnetisation).toBe(one.magnetisation);
    expect(three.energies).toEqual(one.energies);
    expect(three.kpoints).toEqual(one.kpoints);
  });
});
