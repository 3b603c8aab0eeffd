import { setFlagsFromString } from "node:v8";
import { enableRelaxedSimd } from "../kernels/wasm/enable-fma.ts";

/**
 * Sets flags of V8 before the program is compiled: code that was kept is taken under the flags that
 * it was kept with, so here are all that any command sets (`wasm-tiering-budget` is as
 * `io/moyo-node.ts` leaves it).
 *
 * The heap may grow fourfold between full collections of garbage, the most V8 takes itself: each
 * collection drops what was compiled for closures of the last job, and so a quarter of the time of
 * twenty small jobs was lost. Node 20 hides fused multiply-add behind a flag, and has no quick
 * optimising compiler as later ones have: a function is left to the thorough one, on which short
 * runs spent a quarter of their processor time, when twelve times as much has been done in it.
 */
export function setEngine(): void {
  setFlagsFromString("--heap-growing-percent=300");
  setFlagsFromString("--wasm-tiering-budget=4000000");
  if (Number(process.versions.node.split(".")[0]) >= 22) return;
  enableRelaxedSimd();
  setFlagsFromString("--interrupt-budget=800000");
}
