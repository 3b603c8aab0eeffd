import type { Kernels } from "../kernels.ts";
import { columnKernels } from "./columns.ts";
import { denseKernels } from "./dense.ts";
import { openFftw } from "./fftw.ts";
import { gridFft } from "./grid-fft.ts";
import { hasFma, openLapack } from "./lapack.ts";
import { loadKoffi, UnavailableError } from "./library.ts";
import { type NativeMemory, nativeMemory } from "./memory.ts";
import { type SlabLoops, slabLoops } from "./slab-loops.ts";
import { type SphereFftTools, sphereFft } from "./sphere-fft.ts";

/** Names or paths of shared libraries, tried in turn. */
export interface NativeLibraries {
  /** FFTW 3 in double precision. */
  readonly fftw?: readonly string[];
  /** Companion that makes planning thread-safe; may be the same library. */
  readonly fftwThreads?: readonly string[];
  /** OpenBLAS with LAPACK and 32-bit integers. */
  readonly openblas?: readonly string[];
}

/** Linux, macOS, Windows. */
const DEFAULT_LIBRARIES: Required<NativeLibraries> = {
  fftw: ["libfftw3.so.3", "libfftw3.3.dylib", "libfftw3-3.dll"],
  fftwThreads: ["libfftw3_threads.so.3", "libfftw3_threads.3.dylib", "libfftw3-3.dll"],
  openblas: ["libopenblas.so.0", "libopenblas.0.dylib", "libopenblas.dll"],
};

/**
 * Makes kernels over FFTW and OpenBLAS of this machine, single-threaded. Without these libraries it
 * returns `{ unavailable }` with the reason in one line. Transforms of a new grid are planned by
 * measurement, some tenths of a second once per process. Each thread needs an instance of its own.
 */
export async function nativeKernels(
  libraries: NativeLibraries = {},
): Promise<Kernels | { readonly unavailable: string }> {
  const names = { ...DEFAULT_LIBRARIES, ...libraries };
  try {
    const koffi = await loadKoffi();
    const memory = nativeMemory(koffi);
    const fftw = openFftw(koffi, names, memory);
    const lapack = openLapack(koffi, names.openblas);
    const tools = { fftw, memory, loops: cachedLoops(memory) };
    return {
      backend: "native",
      features: { simd: true, fma: hasFma(lapack.core), library: `${fftw.version}, ${lapack.version}` },
      alloc: memory.alloc,
      scratch: memory.scratch,
      memory: memory.usage,
      fft: (size) => gridFft(fftw, memory, size),
      sphereFft: (size, gridIndex, uses) =>
        sphereFft(tools, size, gridIndex, uses === "few" ? "estimate" : "measure"),
      width: 2,
      ...denseKernels(lapack.complex, memory, 2),
      ...columnKernels(lapack, 2),
      real: {
        width: 1,
        alloc: memory.alloc,
        scratch: memory.scratch,
        ...denseKernels(lapack.real, memory, 1),
        ...columnKernels(lapack, 1),
      },
    };
  } catch (error) {
    if (error instanceof UnavailableError) return { unavailable: error.message };
    throw error;
  }
}

/** Caches one set of loops: all k-points of a run share a grid, and calls never overlap. */
function cachedLoops(memory: NativeMemory): SphereFftTools["loops"] {
  const cache = new Map<string, SlabLoops>();
  return (points, slabPoints) => {
    const key = `${points} ${slabPoints}`;
    const made = cache.get(key) ?? slabLoops(points, slabPoints);
    if (!cache.has(key)) memory.hold(made.bytes);
    cache.set(key, made);
    return made;
  };
}
