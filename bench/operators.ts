import benny from "benny";
import type { Kernels } from "../src/kernels/kernels.ts";
import { openBackends } from "./harness/backends.ts";
import { randomArray } from "./harness/case.ts";

/**
 * The operations on columns of a panel, as tables for the eye: each suite is one operation, each line a back end, in
 * operations per second. Nothing is saved; for ratios over time use run.ts.
 */
const [N, BANDS] = [6093, 42];

const { backends, absent } = await openBackends(false);
for (const [name, reason] of Object.entries(absent)) console.log(`${name}: not measured, ${reason}`);

const copied = (kernels: Kernels, x: Float64Array): Float64Array => {
  const out = kernels.alloc(x.length);
  out.set(x);
  return out;
};
const prepared = backends.map(({ name, kernels }) => ({
  name,
  kernels,
  x: randomArray(kernels, 2 * N * BANDS, 1),
  y: randomArray(kernels, 2 * N * BANDS, 2),
  weights: copied(kernels, randomArray(kernels, N, 3).map(Math.abs)),
  scales: kernels.alloc(BANDS).fill(1),
  out: kernels.alloc(2 * BANDS),
}));
type Prepared = (typeof prepared)[number];
const OPERATIONS: Readonly<Record<string, (p: Prepared) => void>> = {
  columnNorms2: ({ kernels, out, x }) => kernels.columnNorms2(out, N, BANDS, x),
  columnDots: ({ kernels, out, x, y }) => kernels.columnDots(out, N, BANDS, x, y),
  columnWeightedNorms2: ({ kernels, out, weights, x }) =>
    kernels.columnWeightedNorms2(out, N, BANDS, weights, x),
  scaleColumns: ({ kernels, scales, x }) => kernels.scaleColumns(N, BANDS, scales, x),
  addScaledColumns: ({ kernels, scales, x, y }) => kernels.addScaledColumns(y, N, BANDS, x, scales, x),
  multiplyRows: ({ kernels, weights, x, y }) => kernels.multiplyRows(y, N, BANDS, weights, x),
  tpa: ({ kernels, weights, scales, x }) => kernels.tpa(N, BANDS, weights, scales, x),
};

for (const [operation, run] of Object.entries(OPERATIONS))
  await benny.suite(
    `${operation}, ${N} × ${BANDS}`,
    ...prepared.map((p) => benny.add(p.name, () => run(p), { minSamples: 5, maxTime: 0.5 })),
    benny.cycle(),
    benny.complete(),
  );
