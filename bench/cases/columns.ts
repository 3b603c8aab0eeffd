import type { Kernels } from "../../src/kernels/kernels.ts";
import { type Case, compareBackends, randomArray } from "../harness/case.ts";
import { SLAB, slabSphere } from "./slab-sphere.ts";

interface Panels {
  readonly n: number;
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** Positive, one per row. */
  readonly weights: Float64Array;
  readonly ones: Float64Array;
  readonly out: Float64Array;
}

const { bands } = SLAB;

const OPERATIONS: Readonly<Record<string, (k: Kernels, p: Panels) => void>> = {
  columnNorms2: (k, { out, n, x }) => k.columnNorms2(out, n, bands, x),
  columnDots: (k, { out, n, x, y }) => k.columnDots(out, n, bands, x, y),
  addScaledColumns: (k, { y, n, x, ones }) => k.addScaledColumns(y, n, bands, x, ones, x),
  multiplyRows: (k, { y, n, weights, x }) => k.multiplyRows(y, n, bands, weights, x),
  tpa: (k, { n, weights, ones, x }) => k.tpa(n, bands, weights, ones, x),
};

export const columns: Case = {
  name: "columns",
  why: "Residuals, norms and preconditioning move memory and compute little: nothing but good loops makes them cheap.",
  run(backends, report) {
    const n = slabSphere().length;
    for (const [variant, run] of Object.entries(OPERATIONS))
      compareBackends({ name: "columns", variant, budget: { seconds: 0.4 } }, backends, (kernels) => {
        const weights = randomArray(kernels, n, 3);
        for (let i = 0; i < n; i++) weights[i] = 1 + Math.abs(weights[i]!);
        const panels: Panels = {
          n,
          weights,
          x: randomArray(kernels, 2 * n * bands, 1),
          y: randomArray(kernels, 2 * n * bands, 2),
          ones: kernels.alloc(bands).fill(1),
          out: kernels.alloc(2 * bands),
        };
        return () => run(kernels, panels);
      }).forEach(report);
  },
};
