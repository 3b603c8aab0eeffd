import { setFlagsFromString } from "node:v8";

/** Turns relaxed SIMD on in engines with a flag for it (Node 20), for the rest of the process. */
export function enableRelaxedSimd(): void {
  setFlagsFromString("--experimental-wasm-relaxed-simd");
}
