import FFT from "fft.js";
import ndarray from "ndarray";
import ndarrayFft from "ndarray-fft";
import type { GridSize } from "../../src/kernels/kernels.ts";

type Direction = "forward" | "inverse";

/**
 * Transforms complex numbers on a grid by the package ndarray-fft, unnormalised as ours; any size, by Bluestein's method.
 * What the package calls the forward transform has e^{+2πi jk/n}, and it divides the other one by N.
 */
export function transformedByNdarray(
  [nx, ny, nz]: GridSize,
  x: Float64Array,
  direction: Direction,
): Float64Array {
  const points = nx * ny * nz;
  const part = (offset: 0 | 1) => x.filter((_, i) => i % 2 === offset);
  const [re, im] = [part(0), part(1)];
  const view = (data: Float64Array) => ndarray(data, [nz, ny, nx]);
  ndarrayFft(direction === "forward" ? -1 : 1, view(re), view(im));
  const scale = direction === "forward" ? points : 1;
  return Float64Array.from({ length: 2 * points }, (_, i) => scale * (i % 2 === 0 ? re : im)[i >> 1]!);
}

/** The same along one axis of 2ᵏ points by the package fft.js. */
export function transformedByFftJs(n: number, x: Float64Array, direction: Direction): Float64Array {
  const fft = new FFT(n);
  const out: number[] = new Array(2 * n);
  if (direction === "forward") fft.transform(out, [...x]);
  else fft.inverseTransform(out, [...x]);
  return Float64Array.from(out, (value) => (direction === "forward" ? value : n * value));
}
