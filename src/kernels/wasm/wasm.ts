import { invariant, requireInput } from "../../common/failure.ts";
import type { Fft, GridSize, Kernels, SphereFft } from "../kernels.ts";
import type { KernelExports } from "./exports.ts";
import { type LinePlan, linePlan, lineWork } from "./line-plan.ts";
import { type LinearMemory, linearMemory } from "./memory.ts";
import { type Build, compileModule, compileModuleSync, isSupported } from "./module.ts";
import { spherePlan } from "./sphere-plan.ts";

/** Options of `wasmKernels` and `wasmKernelsSync`. */
export interface WasmOptions {
  /**
   * Fused multiply-add (relaxed SIMD). true: insist; on Node 20 this sets a flag of the whole process. false: never,
   * so that results are the same on every machine. Default: if the engine has it on.
   */
  readonly fma?: boolean;
  /** Memory that grows, up to 4 GiB; without it 1 GiB is reserved at once. Default: if the page may share memory. */
  readonly shared?: boolean;
}

/** @throws InputError if `fma` or `shared` is asked for where it is not to be had. */
export async function wasmKernels(options: WasmOptions = {}): Promise<Kernels> {
  if (options.fma === true && !isSupported("fma")) {
    const isNode = typeof process !== "undefined" && process.versions?.node !== undefined;
    if (isNode) (await import("./enable-fma.ts")).enableRelaxedSimd();
  }
  const { build, shared } = choose(options);
  return instantiate(await compileModule(build, shared), build, shared);
}

/** The same at once, for workers and tests; `fma: true` needs an engine that has it on already. */
export function wasmKernelsSync(options: WasmOptions = {}): Kernels {
  const { build, shared } = choose(options);
  return instantiate(compileModuleSync(build, shared), build, shared);
}

function choose({ fma, shared }: WasmOptions): { build: Build; shared: boolean } {
  const canShare = typeof SharedArrayBuffer !== "undefined";
  requireInput(
    shared !== true || canShare,
    () =>
      "wasmKernels: shared needs SharedArrayBuffer, got none; leave it out or isolate the page (COOP, COEP)",
  );
  const hasFma = fma !== false && isSupported("fma");
  requireInput(
    fma !== true || hasFma,
    () => "wasmKernels: fma needs an engine with relaxed SIMD, got one without; leave it out",
  );
  return { build: hasFma ? "fma" : "simd", shared: shared ?? canShare };
}

function instantiate(module: WebAssembly.Module, build: Build, shared: boolean): Kernels {
  const memory = linearMemory({ shared });
  const instance = new WebAssembly.Instance(module, { env: { memory: memory.memory } });
  // The exports are written down in exports.ts; the law suite calls every one of them.
  const wasm = instance.exports as unknown as KernelExports;
  const plans = new Map<number, LinePlan>();
  const lines = (size: GridSize): LinePlan[] =>
    size.map((n) => {
      const plan = plans.get(n) ?? linePlan(memory, n);
      plans.set(n, plan);
      return plan;
    });
  return {
    backend: "wasm",
    features: { simd: true, fma: build === "fma" },
    alloc: memory.alloc,
    scratch: memory.scratch,
    memory: () => ({ held: memory.held(), peak: memory.held() }),
    fft: (size) => gridFft(memory, wasm, size, lines(size)),
    sphereFft: (size, gridIndex) => prunedFft(memory, wasm, size, gridIndex, lines(size)),
    ...matrixKernels(memory, wasm),
    ...columnKernels(memory, wasm),
  };
}

function gridFft(
  { address, scratch }: LinearMemory,
  wasm: KernelExports,
  size: GridSize,
  lines: readonly LinePlan[],
): Fft {
  const numbers = 2 * size[0] * size[1] * size[2];
  const [px, py, pz] = lines.map(({ pointer }) => pointer) as [number, number, number];
  const transform = (sign: -1 | 1) => (out: Float64Array, x: Float64Array) => {
    const [to, from] = [address(out, numbers, "fft"), address(x, numbers, "fft")];
    scratch((take) => wasm.transformGrid(px, py, pz, sign, to, from, take(lineWork(lines)).byteOffset));
  };
  return { size, forward: transform(-1), inverse: transform(1) };
}

function prunedFft(
  memory: LinearMemory,
  wasm: KernelExports,
  size: GridSize,
  gridIndex: Int32Array,
  lines: readonly LinePlan[],
): SphereFft {
  const { address, scratch } = memory;
  const points = size[0] * size[1] * size[2];
  const n = gridIndex.length;
  const { pointer, isGridOrder, work } = spherePlan(memory, size, gridIndex, lines);
  return {
    size,
    planeWaves: n,
    sphereToGrid(grid, c) {
      const [to, from] = [address(grid, 2 * points, "sphereToGrid"), address(c, 2 * n, "sphereToGrid")];
      scratch((take) => wasm.sphereToGrid(pointer, to, from, take(work).byteOffset));
    },
    gridToSphere(c, grid) {
      const [to, from] = [address(c, 2 * n, "gridToSphere"), address(grid, 2 * points, "gridToSphere")];
      scratch((take) => wasm.gridToSphere(pointer, to, from, take(work).byteOffset));
    },
    applyPotential(hpsi, psi, v, nBands) {
      const to = address(hpsi, 2 * n * nBands, "applyPotential");
      const from = address(psi, 2 * n * nBands, "applyPotential");
      const potential = address(v, points, "applyPotential");
      scratch((take) => {
        const ordered = isGridOrder ? potential : take(points).byteOffset;
        if (!isGridOrder) wasm.permuteReal(pointer, ordered, potential, true);
        wasm.applyPotential(pointer, to, from, ordered, 16 * n, nBands, take(work).byteOffset);
      });
    },
    accumulateDensity(rho, psi, w, nBands) {
      const to = address(rho, points, "accumulateDensity");
      const from = address(psi, 2 * n * nBands, "accumulateDensity");
      const weights = address(w, nBands, "accumulateDensity");
      scratch((take) => {
        const ordered = isGridOrder ? to : take(points).fill(0).byteOffset;
        wasm.accumulateDensity(pointer, ordered, from, weights, 16 * n, nBands, take(work).byteOffset);
        if (!isGridOrder) wasm.permuteReal(pointer, ordered, to, false);
      });
    },
  };
}

/** Numbers a matrix of `columns` columns with leading dimension `ld` needs. */
const extent = (rows: number, columns: number, ld: number, what: string): number => {
  invariant(ld >= rows, () => `${what}: leading dimension ${ld} is below ${rows} rows`);
  return rows === 0 || columns === 0 ? 0 : 2 * (ld * (columns - 1) + rows);
};

type MatrixKernels = Pick<
  Kernels,
  "gemm" | "hermitianOverlap" | "cholesky" | "solveTriangularRight" | "solveTriangularLeft" | "eigh"
>;

function matrixKernels({ address, scratch }: LinearMemory, wasm: KernelExports): MatrixKernels {
  const matrix = (x: Float64Array, rows: number, columns: number, ld: number, what: string): number =>
    address(x, extent(rows, columns, ld, what), what);
  const withWork = <T>(bytes: number, body: (work: number) => T): T =>
    scratch((take) => body(take(Math.ceil(bytes / 8)).byteOffset));
  return {
    gemm(opA, opB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc) {
      const [isConjA, isConjB] = [opA === "C", opB === "C"];
      const pa = isConjA ? matrix(a, k, m, lda, "gemm A") : matrix(a, m, k, lda, "gemm A");
      const pb = isConjB ? matrix(b, n, k, ldb, "gemm B") : matrix(b, k, n, ldb, "gemm B");
      const pc = matrix(c, m, n, ldc, "gemm C");
      withWork(wasm.gemmWork(m, n, k), (work) =>
        wasm.gemm(isConjA, isConjB, m, n, k, alpha, pa, lda, pb, ldb, beta, pc, ldc, false, work),
      );
    },
    hermitianOverlap(n, k, a, lda, b, ldb, c, ldc) {
      const pa = matrix(a, k, n, lda, "hermitianOverlap A");
      const pb = matrix(b, k, n, ldb, "hermitianOverlap B");
      const pc = matrix(c, n, n, ldc, "hermitianOverlap C");
      withWork(wasm.gemmWork(n, n, k), (work) =>
        wasm.hermitianOverlap(n, k, pa, lda, pb, ldb, pc, ldc, work),
      );
    },
    cholesky(n, a, lda) {
      const pa = matrix(a, n, n, lda, "cholesky");
      return withWork(wasm.gemmWork(n, n, n), (work) => wasm.cholesky(n, pa, lda, work) !== 0);
    },
    solveTriangularRight(m, n, r, ldr, x, ldx) {
      const pr = matrix(r, n, n, ldr, "solveTriangularRight R");
      const px = matrix(x, m, n, ldx, "solveTriangularRight X");
      withWork(wasm.gemmWork(m, n, n), (work) => wasm.solveTriangularRight(m, n, pr, ldr, px, ldx, work));
    },
    solveTriangularLeft(n, m, r, ldr, conjugateTranspose, x, ldx) {
      const pr = matrix(r, n, n, ldr, "solveTriangularLeft R");
      const px = matrix(x, n, m, ldx, "solveTriangularLeft X");
      withWork(wasm.gemmWork(n, m, n), (work) =>
        wasm.solveTriangularLeft(n, m, pr, ldr, conjugateTranspose, px, ldx, work),
      );
    },
    eigh(n, a, lda, values, v, ldv) {
      const [pa, pv] = [matrix(a, n, n, lda, "eigh A"), matrix(v, n, n, ldv, "eigh V")];
      const pw = address(values, n, "eigh");
      if (n === 0) return;
      const isConverged = withWork(
        wasm.eighWork(n),
        (work) => wasm.eigh(n, pa, lda, pw, pv, ldv, work) !== 0,
      );
      if (!isConverged)
        throw new Error(
          `eigh: the QL iteration did not converge for a matrix of order ${n}; has it NaN in it?`,
        );
    },
  };
}

type ColumnKernels = Pick<
  Kernels,
  | "columnNorms2"
  | "columnDots"
  | "columnWeightedNorms2"
  | "scaleColumns"
  | "addScaledColumns"
  | "multiplyRows"
  | "tpa"
>;

function columnKernels({ address }: LinearMemory, wasm: KernelExports): ColumnKernels {
  return {
    columnNorms2(out, n, nBands, x) {
      const what = "columnNorms2";
      wasm.columnNorms2(address(out, nBands, what), n, nBands, address(x, 2 * n * nBands, what));
    },
    columnDots(out, n, nBands, x, y) {
      const [what, panel] = ["columnDots", 2 * n * nBands];
      const to = address(out, 2 * nBands, what);
      wasm.columnDots(to, n, nBands, address(x, panel, what), address(y, panel, what));
    },
    columnWeightedNorms2(out, n, nBands, d, x) {
      const what = "columnWeightedNorms2";
      const [to, weights] = [address(out, nBands, what), address(d, n, what)];
      wasm.columnWeightedNorms2(to, n, nBands, weights, address(x, 2 * n * nBands, what));
    },
    scaleColumns(n, nBands, s, x) {
      const what = "scaleColumns";
      wasm.scaleColumns(n, nBands, address(s, nBands, what), address(x, 2 * n * nBands, what));
    },
    addScaledColumns(out, n, nBands, y, s, x) {
      const [what, panel] = ["addScaledColumns", 2 * n * nBands];
      const [to, from] = [address(out, panel, what), address(y, panel, what)];
      wasm.addScaledColumns(to, n, nBands, from, address(s, nBands, what), address(x, panel, what));
    },
    multiplyRows(out, n, nBands, d, x) {
      const [what, panel] = ["multiplyRows", 2 * n * nBands];
      wasm.multiplyRows(address(out, panel, what), n, nBands, address(d, n, what), address(x, panel, what));
    },
    tpa(n, nBands, t, s, x) {
      const scales = address(s, nBands, "tpa");
      invariant(
        wasm.allPositive(nBands, scales) !== 0,
        () => `tpa: scales must be positive, got ${s.slice(0, nBands)}`,
      );
      wasm.tpa(n, nBands, address(t, n, "tpa"), scales, address(x, 2 * n * nBands, "tpa"));
    },
  };
}
