import { random } from "../../src/common/random.ts";
import type { Kernels } from "../../src/kernels/kernels.ts";
import { type Budget, measure, type Timing } from "./measure.ts";

/** A back end under the name it has in results: `wasm` and `wasm-fma` are one back end in two builds. */
export interface Backend {
  readonly name: string;
  readonly kernels: Kernels;
}

/** One line of a result file. Times in ms. */
export interface Measurement extends Timing {
  readonly case: string;
  /** Size or system within the case. */
  readonly variant: string;
  readonly backend: string;
  /** min over the minimum of back end `native`, where that was measured beside it. */
  readonly ratioToNative?: number;
  /** Arithmetic rate at the minimum, where the operation count is known [Gflop/s]. */
  readonly gflops?: number;
  /** What else the case has to tell: shares of time, iterations, energies. */
  readonly details?: Readonly<Record<string, number>>;
}

export interface Case {
  readonly name: string;
  /** One sentence: why this case is there. */
  readonly why: string;
  run(backends: readonly Backend[], report: (m: Measurement) => void): void | Promise<void>;
}

/** Times the same work on all back ends, interleaved; `prepare` sets it up once per back end. */
export function compareBackends(
  { name, variant, flops, budget }: { name: string; variant: string; flops?: number; budget?: Budget },
  backends: readonly Backend[],
  prepare: (kernels: Kernels) => () => void,
): Measurement[] {
  const timings = measure(
    backends.map((b) => ({ name: b.name, run: prepare(b.kernels) })),
    budget,
  );
  const native = timings[backends.findIndex((b) => b.name === "native")]?.min;
  return timings.map((timing, i) => ({
    case: name,
    variant,
    backend: backends[i]!.name,
    ...timing,
    ...(native === undefined ? {} : { ratioToNative: timing.min / native }),
    ...(flops === undefined ? {} : { gflops: flops / timing.min / 1e6 }),
  }));
}

/** A seeded array of normal numbers in the memory of `kernels`. */
export function randomArray(kernels: Kernels, length: number, seed: number): Float64Array {
  const stream = random(seed);
  const out = kernels.alloc(length);
  for (let i = 0; i < length; i++) out[i] = stream.normal();
  return out;
}
