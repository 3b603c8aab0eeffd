import { setFlagsFromString } from "node:v8";

/** Turns relaxed SIMD on in engines that have it behind a flag (Node 20). For the whole process, for good. */
export function enableRelaxedSimd(): void {
  setFlagsFromString("--experimental-wasm-relaxed-simd");
}
