import { expect, test } from "vitest";
import { problemText } from "../../../src/bands/frozen-problem.ts";
import type { Vec3 } from "../../../src/common/vec3.ts";
import { runBands } from "../../../src/job/tasks/bands/run-bands.ts";
import { example, median, mustContainAll, randomPoints, SPECIAL } from "./contained.ts";

/** CONTAINMENT_POINTS=50 makes the thorough run of every kind; by default only the cheap one has as many. */
const RANDOM = Number(process.env.CONTAINMENT_POINTS ?? 3);
const rounding = 1e-11;

const report = (what: string, widths: readonly number[]) =>
  console.log(`${what}: ${widths.length} intervals, widths ${widths[0]!.toExponential(1)}, ${median(widths).toExponential(1)} in the middle, ${widths.at(-1)!.toExponential(1)} Ha; all hold their levels`); // biome-ignore format: one line

test("Cohen-Bergstresser silicon, special and 50 random k", async () => {
  const kpoints = [...SPECIAL, ...randomPoints(50, 11)];
  const job = example("cohen-bergstresser", { ecut: 10 });
  const widths = await mustContainAll({ job, kpoints, bands: 8, far: [34, 42], rounding });
  report("Cohen-Bergstresser silicon, 10 Ha", widths);
  expect(median(widths)).toBeLessThan(5e-5);
});

test("Cohen-Bergstresser silicon in a basis that is far too small", async () => {
  const kpoints = [...SPECIAL, ...randomPoints(1, 1)];
  const job = example("cohen-bergstresser", { ecut: 4 });
  // Of eigenvalues of norm 34 with residuals of 1e-7.
  const widths = await mustContainAll({ job, kpoints, bands: 8, far: [28, 34], rounding });
  report("Cohen-Bergstresser silicon, 4 Ha", widths);
  expect(widths.length).toBe(48);
  expect(widths.at(-1)!).toBeLessThan(1e-4);
});

test("the bare GTH Hamiltonian of silicon", async () => {
  const kpoints = [...SPECIAL, ...randomPoints(RANDOM, 12)];
  const job = example("silicon-core", { ecut: 12 });
  const widths = await mustContainAll({ job, kpoints, bands: 5, far: [70, 100], rounding });
  report("GTH core silicon, 12 Ha", widths);
  expect(median(widths)).toBeLessThan(0.1);
});

const frozenCase = async (name: string, change: object, at: readonly Vec3[], ecut: number) => {
  const made = await runBands(example(name, change), { kpoints: [[0, 0, 0]], bands: 4, saveProblem: true });
  const text = problemText(made.problem!);
  const job = { ...example(name, change), hamiltonian: { frozen: "problem.json" }, ecut };
  return mustContainAll({
    job,
    kpoints: at,
    bands: 5,
    far: [60, 90],
    rounding,
    readText: () => Promise.resolve(text),
  });
};

test("the frozen potential of an LDA ground state of silicon", async () => {
  const kpoints = [...SPECIAL, ...randomPoints(RANDOM, 13)];
  const widths = await frozenCase("silicon", { ecut: 6, kgrid: [2, 2, 2] }, kpoints, 12);
  report("frozen LDA silicon, 12 Ha", widths);
  expect(median(widths)).toBeLessThan(0.1);
});

test("gallium arsenide, whose matrices are complex", async () => {
  const kpoints = [SPECIAL[0]!, SPECIAL[1]!, ...randomPoints(Math.min(RANDOM, 5), 14).slice(0, 2)];
  const widths = await frozenCase("gallium-arsenide", { ecut: 6, kgrid: [2, 2, 2] }, [...kpoints], 12);
  report("frozen LDA gallium arsenide, 12 Ha", widths);
});
