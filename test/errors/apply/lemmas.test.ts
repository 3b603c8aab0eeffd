import { expect, test } from "vitest";
import { applyEnclosed } from "../../../src/errors/apply/apply-enclosed.ts";
import { localTail } from "../../../src/errors/apply/local-tail.ts";
import { trialPanel } from "../../../src/errors/apply/trial-panel.ts";
import { encloseProblem, waveSet } from "../../../src/errors/problem/enclosed-hamiltonian.ts";
import { countBelow } from "../../../src/errors/problem/reciprocal.ts";
import { wasmKernelsSync } from "../../../src/kernels/wasm/wasm.ts";
import { triclinic } from "../crystals.ts";
import { CELL, K, oneProjector } from "../one-projector.ts";

const kernels = wasmKernelsSync();
// Seen red: one of the two ways alone, the distance from the origin in place of that from the shell.
test("Lemma 7: a wave at the end of a shell sends no more of the potential outside than stated", () => {
  const potential = { ...triclinic.atoms[1]!.potential, channels: [] };
  const problem = encloseProblem({
    kind: "core",
    lattice: CELL,
    atoms: [{ potential, position: [0.6, 0.55, 0.85] }],
  });
  const set = waveSet(problem, K, 9);
  const wide = waveSet(problem, K, 60);
  const inside = set.waves.count;
  for (const at of [63, inside - 1]) {
    const data = new Float64Array(2 * inside);
    data[2 * at] = 1;
    let sum = 0;
    for (let to = inside; to < wide.waves.count; to++) {
      const [i, j] = [3 * to, 3 * at];
      const [g, h] = [wide.waves.g, set.waves.g];
      const e = problem.table.indexOf(g[i]! - h[j]!, g[i + 1]! - h[j + 1]!, g[i + 2]! - h[j + 2]!);
      if (e >= 0) sum += problem.table.values[2 * e]! ** 2 + problem.table.values[2 * e + 1]! ** 2;
    }
    const tail = localTail(problem, set.waves, set.outsideRadius, trialPanel(inside, 1, data), 0);
    expect(tail).toBeGreaterThan(Math.sqrt(sum));
    expect(tail / Math.sqrt(sum)).toBeLessThan(10);
  }
});

// Seen red: the sizes of the projections left out.
test("Lemma 7: a projector sends no more outside than stated", () => {
  const problem = oneProjector(6, 0.5);
  const [set, wide] = [waveSet(problem, K, 14), waveSet(problem, K, 40)];
  const [rows, inside] = [countBelow(set.waves, 4), set.waves.count];
  const u = trialPanel(rows, 1, Float64Array.from(set.panel.values.subarray(0, 2 * rows)));
  const { values } = applyEnclosed(kernels, problem, wide, u);
  let sum = 0;
  for (let i = 2 * inside; i < values.length; i++) sum += values[i]! ** 2;
  const [tail] = applyEnclosed(kernels, problem, set, u).tails;
  expect(tail!).toBeGreaterThan(Math.sqrt(sum));
  expect(tail! / Math.sqrt(sum)).toBeLessThan(20); // n_i has the slack of Lemma 1
});
