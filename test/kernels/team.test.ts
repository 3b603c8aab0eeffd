import { createHash } from "node:crypto";
import { Worker } from "node:worker_threads";
import { afterAll, describe, expect, test } from "vitest";
import { random } from "../../src/common/random.ts";
import type { Arithmetic, Kernels } from "../../src/kernels/kernels.ts";
import { hasLibrary, nativeKernels } from "../../src/kernels/native/native.ts";
import { linearMemory } from "../../src/kernels/wasm/memory.ts";
import { compileModuleSync } from "../../src/kernels/wasm/module.ts";
import { chunksOf, rangesOf, triangleRanges } from "../../src/kernels/wasm/ranges.ts";
import { createTeam, dismiss, type Team } from "../../src/kernels/wasm/team.ts";
import { wasmKernelsSync } from "../../src/kernels/wasm/wasm.ts";
import { startNodeWorker } from "../../src/parallel/node-worker.ts";
import { connect, distantThread } from "../../src/parallel/transport.ts";
import { notTiny } from "../close.ts";
import { NATIVE_PACKAGES, needs } from "../needs.ts";
import { randomPanel } from "./dense-laws.ts";
import { sphereIndices } from "./laws.ts";

describe("ranges", () => {
  test("cover every number once, begin at multiples of the strip, and are no more than asked for", () => {
    for (const [total, parts, strip] of [
      [1, 4, 4],
      [13, 2, 4],
      [64, 3, 4],
      [1000, 8, 64],
      [7, 7, 1],
    ] as const)
      for (const ranges of [rangesOf(total, parts, strip), triangleRanges(total, parts, strip)]) {
        expect(ranges.length).toBeLessThanOrEqual(parts);
        expect(
          ranges.flatMap(([first, count]) => Array.from({ length: count }, (_, i) => first + i)),
        ).toEqual(Array.from({ length: total }, (_, i) => i));
        for (const [first] of ranges) expect(first % strip).toBe(0);
      }
    expect(chunksOf(0, 4)).toEqual([]);
  });

  test("of a triangle have equal areas, of which the first has the most columns", () => {
    const areas = triangleRanges(4000, 4, 4).map(([first, count]) => count * (first + count / 2));
    for (const area of areas) expect(area / areas[0]!).toBeCloseTo(1, 2);
  });
});

/** Sizes large enough to be shared, none a multiple of a block. */
const SIZES = { rows: 2611, columns: 77, inner: 43 };

/** Digests of everything that threads share, on the same random numbers. */
function results(kernels: Kernels): string[] {
  const all: string[] = [];
  const keep = (x: Float64Array) => {
    notTiny(x);
    all.push(createHash("sha1").update(new Uint8Array(x.slice().buffer)).digest("hex"));
  };
  const { rows, columns, inner } = SIZES;
  for (const of of [kernels, kernels.real] as const) {
    const [tall, wide] = [panel(kernels, of, rows, columns, 1), panel(kernels, of, rows, inner, 2)];
    const rotation = panel(kernels, of, columns, inner, 3);
    const out = panel(kernels, of, rows, inner, 4);
    of.gemm("N", "N", rows, inner, columns, -0.7, tall, rows, rotation, columns, 1, out, rows);
    keep(out);
    of.gemm("N", "C", rows, columns, inner, 1, wide, rows, rotation, columns, 0, tall, rows);
    keep(tall);
    const small = of.alloc(of.width * columns * inner);
    of.gemm("C", "N", columns, inner, rows, 1, tall, rows, wide, rows, 0, small, columns);
    keep(small);
    const gram = of.alloc(of.width * columns * columns);
    of.hermitianOverlap(columns, rows, tall, rows, tall, rows, gram, columns);
    keep(gram);
    const [many, product] = [panel(kernels, of, rows, 209, 6), of.alloc(of.width * 209 * 209)];
    of.single!.gemm("N", "N", rows, inner, columns, -0.7, tall, rows, rotation, columns, 1, out, rows);
    keep(out);
    of.single!.gemm("C", "N", 209, columns, rows, 1, many, rows, tall, rows, 0, product, 209);
    keep(product.subarray(0, of.width * 209 * columns));
    of.single!.hermitianOverlap(209, rows, many, rows, many, rows, product, 209);
    keep(product);
    for (let j = 0; j < columns; j++) gram[of.width * j * (columns + 1)]! += rows;
    expect(of.cholesky(columns, gram, columns)).toBe(true);
    of.solveTriangularRight(rows, columns, gram, columns, tall, rows);
    keep(tall);
    for (const isConjugate of [false, true]) {
      const right = panel(kernels, of, columns, rows, 5);
      of.solveTriangularLeft(columns, rows, gram, columns, isConjugate, right, columns);
      keep(right);
    }
  }
  const [order, long] = [157, 13_100];
  for (const of of [kernels, kernels.real] as const) {
    const a = panel(kernels, of, order, order, 8);
    const [vectors, values] = [of.alloc(a.length), of.alloc(order)];
    of.eigh(order, a, order, values, vectors, order);
    keep(values);
    keep(vectors);
    const [x, y] = [panel(kernels, of, long, columns, 9), panel(kernels, of, long, columns, 10)];
    const [numbers, scales] = [of.alloc(2 * columns), of.alloc(columns)];
    const weights = of.alloc(long);
    for (let i = 0; i < long; i++) weights[i] = 0.5 + (i % 7);
    of.columnNorms2(scales, long, columns, x);
    keep(scales);
    of.columnDots(numbers, long, columns, x, y);
    keep(numbers.subarray(0, of.width * columns));
    of.columnWeightedNorms2(scales, long, columns, weights, y);
    keep(scales);
    of.addScaledColumns(y, long, columns, y, scales, x);
    of.scaleColumns(long, columns, scales, y);
    of.tpa(long, columns, weights, scales, y);
    of.multiplyRows(x, long, columns, weights, y);
    keep(x);
  }
  const size = [18, 20, 24] as const;
  const [points, bands] = [size[0] * size[1] * size[2], 11];
  const index = sphereIndices(size, 0.6);
  const sphere = kernels.sphereFft(size, index);
  const psi = randomPanel(kernels, index.length * bands, 6);
  const potential = kernels.alloc(points);
  const stream = random(7);
  potential.forEach((_, i) => {
    potential[i] = stream.normal();
  });
  const image = kernels.alloc(psi.length);
  for (const mayRound of [false, true]) {
    sphere.applyPotential(image, psi, potential, bands, mayRound);
    keep(image);
  }
  const phase = Float64Array.from({ length: 2 * index.length }, (_, i) =>
    i % 2 ? Math.sin(i - 1) : Math.cos(i),
  );
  const partner = Int32Array.from(index, (_, i) => (i < index.length - 1 ? i ^ 1 : i));
  for (const form of [{ phase }, { partner }])
    for (const mayRound of [false, true]) {
      sphere.realPotential!(form)(image, psi, potential, bands, mayRound);
      keep(image.subarray(0, index.length * bands));
    }
  const weights = kernels.alloc(2 * bands);
  weights.forEach((_, i) => {
    weights[i] = i % 5;
  });
  const rho = kernels.alloc(2 * points);
  sphere.accumulateDensity(rho, psi, weights, bands, 2);
  keep(rho);
  return all;
}

function panel(kernels: Kernels, { width }: Arithmetic, rows: number, columns: number, seed: number) {
  return randomPanel(kernels, rows * columns, seed).subarray(0, width * rows * columns);
}

const hasNative = await hasLibrary();
async function native(team?: Team): Promise<Kernels> {
  const kernels = await nativeKernels({ team });
  if ("unavailable" in kernels) throw new Error(kernels.unavailable);
  return kernels;
}

describe("a team", () => {
  const alone = results(wasmKernelsSync());

  test("cuts calls into parts without changing a digit, for any number of threads", () => {
    // Nobody helps: all parts are taken by this thread.
    for (const size of [2, 3, 5]) expect(results(wasmKernelsSync({ team: createTeam(size) }))).toEqual(alone);
  });

  const workers = [1, 2].map(() => connect(startNodeWorker()));
  afterAll(() => Promise.all(workers.map((worker) => worker.close())));

  test("of three threads computes the same digits, again and again, and is let go", async () => {
    const team = createTeam(3);
    const kernels = wasmKernelsSync({ team });
    const helpers = workers.map(distantThread);
    await Promise.all(helpers.map((helper, i) => helper.help(team.place(i + 1))));
    for (let round = 0; round < 3; round++) expect(results(kernels)).toEqual(alone);
    dismiss(team.place(1));
    await Promise.all(helpers.map((helper) => helper.release()));
    // They hear calls again, and this thread goes on alone.
    expect(results(kernels)).toEqual(alone);
  });

  test.skipIf(!hasNative)(
    needs(NATIVE_PACKAGES, hasNative, "shares the calls of OpenBLAS as well, cut by their sizes alone"),
    async () => {
      const digits = results(await native());
      expect(digits).not.toEqual(alone);
      const team = createTeam(3);
      const kernels = await native(team);
      expect(results(kernels)).toEqual(digits); // nobody helps
      const helpers = workers.map(distantThread);
      await Promise.all(helpers.map((helper, i) => helper.help(team.place(i + 1))));
      for (let round = 0; round < 3; round++) expect(results(kernels)).toEqual(digits);
      dismiss(team.place(1));
      await Promise.all(helpers.map((helper) => helper.release()));
    },
  );

  test("has no part for those who come when all are taken, whatever the next task is", () => {
    const team = createTeam(2);
    const memory = linearMemory({ shared: true });
    const module = compileModuleSync("simd", true);
    const { exports } = new WebAssembly.Instance(module, { env: { memory: memory.memory } });
    const { run } = team.runner({ code: module, memory: memory.memory }, exports);
    const left = new Int32Array(team.place(1).mailbox, 4, 1);
    for (const parts of [3, 40, 2]) {
      const out = memory.alloc(parts);
      const x = memory.alloc(2 * parts).fill(1);
      // Who claims a part now, before the task is written, has none of it.
      expect(Atomics.sub(left, 0, 1)).toBeLessThanOrEqual(0);
      run(
        "columnNorms2",
        Array.from({ length: parts }, (_, i) => [out.byteOffset + 8 * i, 1, 1, x.byteOffset + 16 * i]),
      );
      expect(Atomics.load(left, 0)).toBeLessThan(0);
      expect([...out]).toEqual(Array(parts).fill(2));
    }
  });

  test("leaves parts to others", async () => {
    const team = createTeam(2);
    const [module, { memory }] = [compileModuleSync("simd", true), linearMemory({ shared: true })];
    const { exports } = new WebAssembly.Instance(module, { env: { memory } });
    let mine = 0;
    const counted = Object.fromEntries(
      Object.entries(exports).map(([name, call]) => [
        name,
        (...given: number[]) => {
          mine++;
          return (call as (...given: number[]) => unknown)(...given);
        },
      ]),
    );
    const { run } = team.runner({ code: module, memory }, counted);
    const [helper] = workers.map(distantThread);
    await helper!.help(team.place(1));
    const sum = [65536, 50_000, 1, 131072] as const; // out, n, nBands, x
    let parts = 0;
    const end = performance.now() + 20_000;
    while ((mine === parts || mine === 0) && performance.now() < end) {
      run("columnNorms2", Array(64).fill(sum));
      parts += 64;
    }
    dismiss(team.place(1));
    await helper!.release();
    expect(mine).toBeLessThan(parts);
    expect(mine).toBeGreaterThan(0);
  });

  test("waits for a part whatever wakes it: who was late with the last task tells of it in the next", async () => {
    const team = createTeam(2);
    const [module, { memory }] = [compileModuleSync("simd", true), linearMemory({ shared: true })];
    const { exports } = new WebAssembly.Instance(module, { env: { memory } });
    const { run } = team.runner({ code: module, memory }, exports);
    const [LEFT, DONE, CLAIMED] = [1, 2, 12];
    const { mailbox } = team.place(1);
    const words = new Int32Array(mailbox);
    const late = new Worker(
      `const words = new Int32Array(require("node:worker_threads").workerData);
      while (Atomics.load(words, ${LEFT}) < 2 || Atomics.sub(words, ${LEFT}, 1) < 1);
      Atomics.store(words, ${CLAIMED}, 1);
      for (const end = performance.now() + 300; performance.now() < end; ) Atomics.notify(words, ${DONE});
      Atomics.add(words, ${DONE}, 1);
      Atomics.notify(words, ${DONE});`,
      { eval: true, workerData: mailbox },
    );
    const end = performance.now() + 20_000;
    while (Atomics.load(words, CLAIMED) === 0 && performance.now() < end)
      run("columnNorms2", Array(64).fill([65536, 50_000, 1, 131072]));
    expect(Atomics.load(words, CLAIMED)).toBe(1);
    await late.terminate();
  });
});
