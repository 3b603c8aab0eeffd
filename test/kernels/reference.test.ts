import { expect, test } from "vitest";
import { referenceKernels } from "../../src/kernels/reference.ts";
import { close } from "../close.ts";
import { kernelLaws } from "./laws.ts";

kernelLaws("reference", referenceKernels, referenceKernels);

test("the reference transform is the sum that defines it", () => {
  const size = [3, 5, 4] as const;
  const points = 60;
  const x = Float64Array.from({ length: 2 * points }, (_, i) => Math.sin(i * i + 1));
  const y = new Float64Array(2 * points);
  const kernels = referenceKernels();
  for (const [direction, sign] of [
    ["forward", -1],
    ["inverse", 1],
  ] as const) {
    kernels.fft(size)[direction](y, x);
    for (let gz = 0; gz < 4; gz++)
      for (let gy = 0; gy < 5; gy++)
        for (let gx = 0; gx < 3; gx++) {
          let [re, im] = [0, 0];
          for (let z = 0; z < 4; z++)
            for (let y2 = 0; y2 < 5; y2++)
              for (let x2 = 0; x2 < 3; x2++) {
                const phase = sign * 2 * Math.PI * ((gx * x2) / 3 + (gy * y2) / 5 + (gz * z) / 4);
                const at = 2 * (x2 + 3 * (y2 + 5 * z));
                re += Math.cos(phase) * x[at]! - Math.sin(phase) * x[at + 1]!;
                im += Math.cos(phase) * x[at + 1]! + Math.sin(phase) * x[at]!;
              }
          const at = 2 * (gx + 3 * (gy + 5 * gz));
          close(y[at]!, re, 1e-13, `${direction} re`);
          close(y[at + 1]!, im, 1e-13, `${direction} im`);
        }
  }
  expect(() => kernels.fft([17, 2, 2])).toThrow(/size 17/);
});
