import type { GridSize } from "../../src/kernels/kernels.ts";
import { type Case, compareBackends, randomArray } from "../harness/case.ts";

const SIZES: readonly GridSize[] = [
  [32, 32, 32],
  [36, 36, 36],
  [48, 48, 48],
  [60, 60, 60],
  [45, 45, 90],
  [27, 27, 216],
  [24, 24, 200],
];

export const fft: Case = {
  name: "fft",
  why: "Full transforms carry densities and potentials between real and reciprocal space at every SCF step.",
  run(backends, report) {
    for (const size of SIZES) {
      const points = size[0] * size[1] * size[2];
      const flops = 5 * points * Math.log2(points);
      const measured = compareBackends(
        { name: "fft", variant: size.join("x"), flops },
        backends,
        (kernels) => {
          const plan = kernels.fft(size);
          const x = randomArray(kernels, 2 * points, 1);
          const out = kernels.alloc(2 * points);
          return () => plan.forward(out, x);
        },
      );
      measured.forEach(report);
    }
  },
};
