import type { Arithmetic, Kernels } from "../kernels.ts";
import type { Team } from "../wasm/team.ts";
import { wasmKernels } from "../wasm/wasm.ts";
import { beyondMemory } from "./beyond-memory.ts";
import { denseKernels } from "./dense.ts";
import { type DenseRoutines, hasFma, openLapack } from "./lapack.ts";
import { loadKoffi, UnavailableError } from "./library.ts";

/** Where libraries are looked for, and who shares the work of the others. */
export interface NativeOptions {
  /** Names or paths of an OpenBLAS with LAPACK and 32-bit integers, tried in turn. */
  readonly openblas?: readonly string[];
  /** Threads that share out transforms and loops over columns. */
  readonly team?: Team | undefined;
  /** Most bytes of arrays in the memory of WebAssembly; others lie outside. Default 3 GiB. */
  readonly most?: number | undefined;
}

/** Linux, macOS, Windows. */
const OPENBLAS = ["libopenblas.so.0", "libopenblas.0.dylib", "libopenblas.dll"];

/**
 * Makes kernels whose dense algebra is that of OpenBLAS on this machine, single-threaded, beside
 * the transforms of WebAssembly, which take three quarters of the time of FFTW's (ARCHITECTURE.md).
 * Only the machine limits their memory. Without the library it returns `{ unavailable }` with the
 * reason in one line. Each thread needs an instance of its own.
 */
export async function nativeKernels({
  openblas = OPENBLAS,
  team,
  most,
}: NativeOptions = {}): Promise<Kernels | { readonly unavailable: string }> {
  try {
    const lapack = openLapack(await loadKoffi(), openblas);
    const { real, ...complex } = beyondMemory(await wasmKernels({ team, shared: true }), most);
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

/** The same kernels with the dense algebra of a library, which rounds no factors to float32. */
function withDense<K extends Arithmetic>({ single, ...others }: K, routines: DenseRoutines) {
  return { ...others, ...denseKernels(routines, others, others.width) };
}
