import { requireInput } from "../../common/failure.ts";
import type { Fft, GridSize } from "../kernels.ts";
import { checkArray, sameArray } from "./check.ts";
import type { Direction, Fftw, Shape, Transform } from "./fftw.ts";
import type { NativeMemory } from "./memory.ts";

/** Throws for sizes that only FFTW takes: a job must not depend on the back end that runs it. */
export function checkGridSize(size: GridSize): void {
  for (const n of size) {
    let rest = n;
    for (const p of [2, 3, 5, 7, 11, 13]) while (rest > 1 && rest % p === 0) rest /= p;
    requireInput(
      Number.isInteger(n) && n > 0 && rest === 1,
      () => `fft: size ${n} must be a product of 2, 3, 5, 7, 11 and 13; choose a neighbouring size`,
    );
  }
}

/** Returns whether FFTW's vector instructions can load from `x`. */
export const isAligned = (x: Float64Array): boolean => x.byteOffset % 16 === 0;

/** Plans transforms of a full [nx, ny, nz] grid. */
export function gridFft(fftw: Fftw, memory: NativeMemory, size: GridSize): Fft {
  checkGridSize(size);
  const [nx, ny, nz] = size;
  const length = 2 * nx * ny * nz;
  const shape: Shape = {
    axes: [
      [nz, nx * ny, nx * ny],
      [ny, nx, nx],
      [nx, 1, 1],
    ],
    repeats: [],
  };

  // A run makes a few hundred of them: measuring would take longer than it saves.
  const planned = (direction: Direction, inPlace: boolean): Transform =>
    fftw.plan(shape, direction, inPlace, "estimate");
  const run = (direction: Direction, out: Float64Array, x: Float64Array): void => {
    checkArray("fft: out", out, length);
    checkArray("fft: x", x, length);
    if (!isAligned(out) || !isAligned(x))
      memory.scratch((take) => {
        const copy = take(length);
        copy.set(x.subarray(0, length));
        planned(direction, true)(copy, copy);
        out.set(copy);
      });
    else {
      const inPlace = sameArray(out, x);
      planned(direction, inPlace)(out, x);
    }
  };
  return {
    size,
    forward: (out, x) => run(-1, out, x),
    inverse: (out, x) => run(1, out, x),
  };
}
