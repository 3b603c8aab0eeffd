declare module "ndarray-fft" {
  import type { NdArray } from "ndarray";
  /** Transforms real and imaginary part in place along every axis; 1 with e^{+2πi jk/n}, −1 with e^{−2πi jk/n}/N. */
  export default function fft(direction: 1 | -1, re: NdArray<Float64Array>, im: NdArray<Float64Array>): void;
}
