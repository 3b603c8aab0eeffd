import type { Arithmetic, Kernels } from "../kernels.ts";
import { compileModuleSync } from "../wasm/module.ts";
import { type ExportsByName, runnerAlone, type Team } from "../wasm/team.ts";
import { wasmInstance } from "../wasm/wasm.ts";
import { beyondMemory } from "./beyond-memory.ts";
import { routinesAt } from "./blas.ts";
import { denseKernels } from "./dense.ts";
import { type DenseRoutines, hasFma, type Lapack, openLapack } from "./lapack.ts";
import { loadKoffi, UnavailableError } from "./library.ts";
import type { Conversions } from "./single.ts";
import { singleProducts } from "./single-products.ts";

/** Where libraries are looked for, and who shares the work of the others. */
export interface NativeOptions {
  /** Names or paths of an OpenBLAS with LAPACK and 32-bit integers, tried in turn. */
  readonly openblas?: readonly string[];
  /** Threads that share out large calls. */
  readonly team?: Team | undefined;
  /** Most bytes of arrays in the memory of WebAssembly; others lie outside. Default 3 GiB. */
  readonly most?: number | undefined;
}

/** Linux, macOS, Windows. */
const OPENBLAS = ["libopenblas.so.0", "libopenblas.0.dylib", "libopenblas.dll"];

/**
 * Makes kernels whose dense algebra is that of OpenBLAS on this machine, each call of which has one
 * thread, beside the transforms of WebAssembly, which take three quarters of the time of FFTW's
 * (ARCHITECTURE.md). Only the machine limits their memory. Without the library it returns
 * `{ unavailable }` with the reason in one line. Each thread needs an instance of its own.
 */
export async function nativeKernels({
  openblas = OPENBLAS,
  team,
  most,
}: NativeOptions = {}): Promise<Kernels | { readonly unavailable: string }> {
  try {
    const lapack = await open(openblas);
    const { kernels, memory, exports } = await wasmInstance({ team, shared: true });
    const { real, ...complex } = beyondMemory(kernels, most);
    const routines = routinesAt(lapack, memory.memory, exports);
    const runner = team?.runner({ code: openblas, memory: memory.memory }, routines) ?? runnerAlone(routines);
    const shared = { ...memory, ...runner };
    const withDense = <K extends Arithmetic>(others: K, of: DenseRoutines) => {
      const dense = denseKernels(of, others, others.width, shared);
      return { ...others, ...dense, single: singleProducts(dense, others, others.width, shared) };
    };
    return {
      ...withDense(complex, lapack.complex),
      backend: "native",
      features: { simd: true, fma: hasFma(lapack.core), library: lapack.version },
      real: withDense(real, lapack.real),
    };
  } catch (error) {
    if (error instanceof UnavailableError) return { unavailable: error.message };
    throw error;
  }
}

/** Returns the routines that threads of a team share, for one that joins it. */
export const sharedRoutines = async (
  openblas: readonly string[],
  memory: WebAssembly.Memory,
): Promise<ExportsByName> => {
  const instance = new WebAssembly.Instance(compileModuleSync("simd", true), { env: { memory } });
  return routinesAt(await open(openblas), memory, instance.exports as unknown as Conversions);
};

/** Whether these kernels can be made here. */
export const hasLibrary = (): Promise<boolean> =>
  open(OPENBLAS).then(
    () => true,
    () => false,
  );

const open = async (names: readonly string[]): Promise<Lapack> => openLapack(await loadKoffi(), names);
