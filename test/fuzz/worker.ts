import { parentPort, workerData } from "node:worker_threads";
import { inputOf } from "./inputs.ts";
import { fault } from "./judge.ts";

/** What a worker is told: inputs from, stride, to; where it says which one it is at. */
export interface Share {
  readonly seed: number;
  readonly from: number;
  readonly to: number;
  readonly stride: number;
  readonly only?: string | undefined;
  readonly at: Int32Array;
}

const { seed, from, to, stride, only, at } = workerData as Share;
for (let index = from; index < to; index += stride) {
  Atomics.store(at, 0, index);
  const { target, name, text } = await inputOf(seed, index, only);
  const found = await fault(target, text, name);
  if (found !== undefined) parentPort!.postMessage({ index, fault: found });
}
Atomics.store(at, 0, to);
