import { requireInput } from "../../common/failure.ts";
import { isNode } from "../../common/platform.ts";
import type { GridSize, Kernels } from "../kernels.ts";
import { columnKernels } from "./column-kernels.ts";
import { type DenseExports, type KernelExports, realExports } from "./exports.ts";
import { type LinePlan, linePlan } from "./line-plan.ts";
import { matrixKernels } from "./matrix-kernels.ts";
import { type LinearMemory, linearMemory } from "./memory.ts";
import { type Build, compileModule, compileModuleSync, isSupported } from "./module.ts";
import { sharedAlgebra } from "./shared-algebra.ts";
import { runnerAlone, type Team } from "./team.ts";
import { gridFft, prunedFft } from "./transforms.ts";

/** Options of `wasmKernels` and `wasmKernelsSync`. */
export interface WasmOptions {
  /**
   * Fused multiply-add (relaxed SIMD). true: required, sets a flag of the process on Node 20.
   * false: never, for equal results on every machine. Default: if it is on.
   */
  readonly fma?: boolean;
  /** Memory that grows to 4 GiB, else 1 GiB at once. Default: true if pages may share memory. */
  readonly shared?: boolean;
  /** Threads that share out large calls; takes effect where memory is shared. */
  readonly team?: Team | undefined;
}

/**
 * Makes WebAssembly kernels.
 *
 * @throws InputError if `fma` or `shared` is required but not available.
 */
export const wasmKernels = async (options: WasmOptions = {}): Promise<Kernels> =>
  (await wasmInstance(options)).kernels;

/** The same with the memory of their arrays, for others who work in it. */
export async function wasmInstance(options: WasmOptions = {}): Promise<WasmInstance> {
  if (options.fma === true && !isSupported("fma")) {
    if (isNode) (await import("./enable-fma.ts")).enableRelaxedSimd();
  }
  const { build, shared } = choose(options);
  return instantiate(await compileModule(build, shared), build, shared, options.team);
}

/** Makes them synchronously, for workers and tests; `fma: true` needs an engine that has it on. */
export function wasmKernelsSync(options: WasmOptions = {}): Kernels {
  const { build, shared } = choose(options);
  return instantiate(compileModuleSync(build, shared), build, shared, options.team).kernels;
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

interface WasmInstance {
  readonly kernels: Kernels;
  readonly memory: LinearMemory;
  readonly exports: KernelExports;
}

function instantiate(module: WebAssembly.Module, build: Build, shared: boolean, team?: Team): WasmInstance {
  const memory = linearMemory({ shared });
  const instance = new WebAssembly.Instance(module, { env: { memory: memory.memory } });
  // The types in exports.ts are written by hand; the law suite calls every export.
  const wasm = instance.exports as unknown as KernelExports;
  const runner =
    team === undefined || !shared
      ? runnerAlone(instance.exports)
      : team.runner({ code: module, memory: memory.memory }, instance.exports);
  const algebra = (of: DenseExports, width: 1 | 2) => sharedAlgebra(of, width, runner, wasm.isIterated);
  const [complex, real] = [algebra(wasm, 2), algebra(realExports(wasm), 1)];
  const plans = new Map<number, LinePlan>();
  const lines = (size: GridSize): LinePlan[] =>
    size.map((n) => {
      const plan = plans.get(n) ?? linePlan(memory, n);
      plans.set(n, plan);
      return plan;
    });
  const kernels: Kernels = {
    backend: "wasm",
    features: { simd: true, fma: build === "fma" },
    alloc: memory.alloc,
    scratch: memory.scratch,
    memory: () => ({ held: memory.held(), peak: memory.held(), most: memory.most }),
    fft: (size) => gridFft(memory, wasm, size, lines(size)),
    sphereFft: (size, gridIndex) => prunedFft(memory, wasm, runner, size, gridIndex, lines(size)),
    width: 2,
    ...matrixKernels(memory, complex, 2),
    ...columnKernels(memory, complex, 2, wasm.allPositive),
    real: {
      width: 1,
      alloc: memory.alloc,
      scratch: memory.scratch,
      ...matrixKernels(memory, real, 1),
      ...columnKernels(memory, real, 1, wasm.allPositive),
    },
  };
  return { kernels, memory, exports: wasm };
}
