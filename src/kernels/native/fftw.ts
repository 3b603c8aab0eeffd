import { isMainThread } from "node:worker_threads";
import { invariant } from "../../common/failure.ts";
import {
  bind,
  type Koffi,
  type Library,
  type NativeFunction,
  openLibrary,
  UnavailableError,
} from "./library.ts";
import type { NativeMemory } from "./memory.ts";

/** A loop over complex numbers: count, strides of input and output in complex numbers. */
export type Stride = readonly [count: number, input: number, output: number];

/** An unnormalised transform over `axes`, slowest first, for all `repeats`; a copy without axes. */
export interface Shape {
  readonly axes: readonly Stride[];
  readonly repeats: readonly Stride[];
}

/** Sign of the exponent as in FFTW: −1 for forward, e^{−iGr}, +1 for inverse. */
export type Direction = -1 | 1;

/** Executes a planned transform; both arrays must begin at a multiple of 16 bytes. */
export type Transform = (out: Float64Array, x: Float64Array) => void;

/** How FFTW finds a plan: by timing candidates, or by rules. */
export type Effort = "measure" | "estimate";
const FLAGS: Readonly<Record<Effort, number>> = { measure: 0, estimate: 64 };

/** FFTW [FJ05] with a cache of plans: spheres of different k-points share most of them. */
export interface Fftw {
  readonly version: string;
  /**
   * Returns a plan; `inPlace` if output and input will be the same array. Measured plans take some
   * tenths of a second to make, and are 1.6 times faster on the passes over spheres.
   */
  plan(shape: Shape, direction: Direction, inPlace: boolean, effort: Effort): Transform;
}

/** Time limit for planning sizes with very many candidates [s]: the best plan so far is taken. */
const PLANNING_SECONDS = 0.5;

/**
 * Opens FFTW.
 *
 * @throws UnavailableError if the library cannot be used in this thread.
 */
export function openFftw(
  koffi: Koffi,
  names: { readonly fftw: readonly string[]; readonly fftwThreads: readonly string[] },
  memory: NativeMemory,
): Fftw {
  const library = openLibrary(koffi, names.fftw);
  const lockPlanner = plannerLock(koffi, names.fftwThreads);
  const planGuru = bind(
    library,
    "void* fftw_plan_guru_dft(int rank, void* dims, int loops, void* loopDims, void* in, void* out, int sign, unsigned int flags)",
  );
  const execute = bind(library, "void fftw_execute_dft(void* plan, void* in, void* out)");
  bind(library, "void fftw_set_timelimit(double seconds)")(PLANNING_SECONDS);
  const plans = new Map<string, Transform>();

  const plan: Fftw["plan"] = (shape, direction, inPlace, effort) => {
    const key = `${JSON.stringify(shape)} ${direction} ${inPlace} ${effort}`;
    const known = plans.get(key);
    if (known) return known;
    lockPlanner();
    // Measuring overwrites the arrays, so it gets temporary ones.
    const handle = memory.scratch((take) => {
      const x = take(extentOf(shape, 1));
      const out = inPlace ? x : take(extentOf(shape, 2));
      return planGuru(
        shape.axes.length,
        triples(shape.axes),
        shape.repeats.length,
        triples(shape.repeats),
        x,
        out,
        direction,
        FLAGS[effort],
      );
    });
    invariant(typeof handle === "bigint" && handle !== 0n, () => `FFTW has no plan for ${key}`);
    const transform: Transform = (out, x) => {
      execute(handle, x, out);
    };
    plans.set(key, transform);
    return transform;
  };
  return { version: versionOf(koffi, library), plan };
}

/**
 * Returns the function that makes FFTW's planner, which works on process-wide data, thread-safe.
 * Any thread may call it, any number of times. It is returned and called before each plan because
 * FFTW keeps addresses of the companion library, which koffi unloads once all its functions are
 * garbage. Without the library only the main thread plans.
 */
function plannerLock(koffi: Koffi, names: readonly string[]): NativeFunction {
  try {
    const lock = bind(openLibrary(koffi, names), "void fftw_make_planner_thread_safe()");
    lock();
    return lock;
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error;
    if (isMainThread) return () => undefined;
    throw new UnavailableError(
      `FFTW in a worker thread needs its threads library, and ${error.message}; use one thread or back end wasm`,
    );
  }
}

/** fftw_iodim: count, input stride, output stride. */
const triples = (strides: readonly Stride[]): Int32Array => Int32Array.from(strides.flat());

/** Returns the length of the array [numbers] a shape touches; side 1 is the input, 2 the output. */
const extentOf = ({ axes, repeats }: Shape, side: 1 | 2): number =>
  2 * (1 + [...axes, ...repeats].reduce((sum, stride) => sum + (stride[0] - 1) * stride[side], 0));

function versionOf(koffi: Koffi, library: Library): string {
  try {
    return koffi.decode.string(library.symbol("fftw_version"));
  } catch {
    return "fftw"; // only a label: a library without it still works
  }
}
