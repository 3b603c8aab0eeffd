import { type Case, compareBackends, randomArray } from "../harness/case.ts";
import { slabSphere } from "./slab-sphere.ts";

/** Bands of the slab: one, two and three blocks of a search space [X, W, P]. */
const WIDTHS = [42, 84, 126];

export const gemm: Case = {
  name: "gemm",
  why: "Overlaps and rotations of the search space are what the eigensolver does besides applying H, and grow faster with size.",
  run(backends, report) {
    const n = slabSphere().length;
    for (const width of WIDTHS) {
      const flops = 8 * n * width * width;
      const panel = 2 * n * width;
      compareBackends({ name: "gemm", variant: `overlap ${width}x${n}`, flops }, backends, (kernels) => {
        const [a, b] = [randomArray(kernels, panel, 1), randomArray(kernels, panel, 2)];
        const c = kernels.alloc(2 * width * width);
        return () => kernels.gemm("C", "N", width, width, n, 1, a, n, b, n, 0, c, width);
      }).forEach(report);
      // Counted as if the whole were computed: the rate shows what the symmetry is worth.
      compareBackends({ name: "gemm", variant: `hermitian ${width}x${n}`, flops }, backends, (kernels) => {
        const [a, b] = [randomArray(kernels, panel, 1), randomArray(kernels, panel, 2)];
        const c = kernels.alloc(2 * width * width);
        return () => kernels.hermitianOverlap(width, n, a, n, b, n, c, width);
      }).forEach(report);
      compareBackends({ name: "gemm", variant: `rotate ${n}x${width}`, flops }, backends, (kernels) => {
        const [x, u] = [randomArray(kernels, panel, 1), randomArray(kernels, 2 * width * width, 2)];
        const out = kernels.alloc(panel);
        return () => kernels.gemm("N", "N", n, width, width, 1, x, n, u, width, 0, out, n);
      }).forEach(report);
    }
  },
};
