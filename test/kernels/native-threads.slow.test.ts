import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { nativeKernels } from "../../src/kernels/native/native.ts";
import { NATIVE_PACKAGES, needs } from "../needs.ts";

const found = await nativeKernels();
const missing = "unavailable" in found ? found.unavailable : "";

const SIZES = [2, 3, 5, 7, 8, 9, 10, 12, 14, 15, 16, 18, 20, 21, 24, 25, 27, 28, 30, 32, 35, 36];

/** Plans and runs many sizes; answers with a number that depends on every transform. */
const PROGRAM = `
const { parentPort, workerData } = require("node:worker_threads");
(async () => {
  (await import(workerData.loader)).register();
  const { nativeKernels } = await import(workerData.module);
  const kernels = await nativeKernels();
  if ("unavailable" in kernels) throw new Error(kernels.unavailable);
  let sum = 0;
  for (const n of workerData.sizes) {
    const x = kernels.alloc(2 * n * 6 * 5);
    for (let i = 0; i < x.length; i++) x[i] = Math.sin(i * i + n);
    kernels.fft([n, 6, 5]).forward(x, x);
    sum += x[2] * x[5] + x[7];
  }
  parentPort.postMessage(sum);
})();
`;

const inThread = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(PROGRAM, {
      eval: true,
      workerData: {
        loader: import.meta.resolve("tsx/esm/api"), // a thread does not share the test runner's TypeScript
        module: new URL("../../src/kernels/native/native.ts", import.meta.url).href,
        sizes: SIZES,
      },
    });
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.once("exit", (code) => reject(new Error(`thread ended with ${code} before it answered`)));
  });

test.skipIf(missing !== "")(
  needs(
    NATIVE_PACKAGES,
    missing === "",
    "threads plan at the same time and get the same transforms, also after others have ended",
  ),
  async () => {
    const first = await Promise.all([inThread(), inThread(), inThread()]);
    expect(Math.abs(first[0]!)).toBeGreaterThan(1);
    const second = await inThread();
    // Plans are measured, so two threads may choose different ones: equal to rounding, not to the bit.
    for (const sum of [...first, second])
      expect(Math.abs(sum - first[0]!)).toBeLessThan(1e-9 * Math.abs(first[0]!));
  },
);
