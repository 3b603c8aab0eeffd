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

/** One loop over complex numbers: how many, and how far apart they are, counted in complex numbers. */
export type Stride = readonly [count: number, stride: number];

/** Repeats a transform over `loops`: the transform is over the axes `axes`, slowest first; unnormalised. */
export interface Shape {
  readonly axes: readonly Stride[];
  readonly loops: readonly Stride[];
}

/** e^{−iGr} is forward, e^{+iGr} inverse, as FFTW counts them. */
export type Direction = -1 | 1;

/** Executes a planned transform; both arrays must begin at a multiple of 16 bytes. */
export type Transform = (out: Float64Array, x: Float64Array) => void;

/** FFTW [FJ05] with its plans, which are kept: the spheres of different k-points share most of theirs. */
export interface Fftw {
  readonly version: string;
  /** Strides are the same for `out` and `x`; `inPlace` says whether they are the same array. */
  plan(shape: Shape, direction: Direction, inPlace: boolean): Transform;
}

const MEASURE = 0;
/** Some sizes have thousands of candidate plans; the best after this many seconds is within a few per cent. */
const PLANNING_SECONDS = 0.5;

/** @throws UnavailableError if the library cannot be used in this thread. */
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

  const plan = (shape: Shape, direction: Direction, inPlace: boolean): Transform => {
    const key = `${JSON.stringify(shape)} ${direction} ${inPlace}`;
    const known = plans.get(key);
    if (known) return known;
    const extent = 2 * (1 + [...shape.axes, ...shape.loops].reduce((sum, [n, d]) => sum + (n - 1) * d, 0));
    lockPlanner();
    // Measuring overwrites the arrays, so it has its own.
    const handle = memory.scratch((take) => {
      const x = take(extent);
      const out = inPlace ? x : take(extent);
      return planGuru(
        shape.axes.length,
        triples(shape.axes),
        shape.loops.length,
        triples(shape.loops),
        x,
        out,
        direction,
        MEASURE,
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
 * FFTW's planner works on process-wide data. A function of the companion library makes it lock them; any thread may
 * call it, any number of times. It leaves addresses of that library in FFTW, so the library must stay loaded as long
 * as anything is planned: koffi closes a library whose functions are all forgotten, hence the function is returned
 * and called before each plan. Where the library is missing, only the main thread plans.
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
const triples = (loops: readonly Stride[]): Int32Array =>
  Int32Array.from(loops.flatMap(([count, stride]) => [count, stride, stride]));

function versionOf(koffi: Koffi, library: Library): string {
  try {
    return koffi.decode.string(library.symbol("fftw_version"));
  } catch {
    return "fftw"; // only a label: a library without it still works
  }
}
