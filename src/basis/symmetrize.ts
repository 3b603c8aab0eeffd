import { invariant } from "../common/failure.ts";
import { dot, type Mat3, rowsVec, type Vec3 } from "../common/vec3.ts";
import { newFourierField, newRealField, type RealField } from "../kernels/fields.ts";
import type { GridSize } from "../kernels/kernels.ts";
import { compatibleWithGrid } from "../model/crystal-symmetry/symmetry-subgroups.ts";
import { type Grid, gridIndex } from "./grid.ts";

/** x → W x + w in fractional coordinates. */
interface Operation {
  readonly rotation: Mat3;
  readonly translation: Vec3;
}

/** Replaces f, in place, by its mean over a space group, for every spin component. */
export type Symmetrize = (f: RealField) => void;

/**
 * Makes the mean over a space group whose rotations map the grid onto itself, an orthogonal
 * projection. Waves whose images all lie in the cube, below its highest frequencies, are averaged
 * with the phases of the translations (`starMean`), which may fall between grid points; the others,
 * in the corners of the cube, over the operations that map points to points.
 *
 * @param operations a group; for the identity alone the function does nothing.
 */
export function symmetrizer(
  grid: Pick<Grid, "size" | "gVectors" | "forward" | "inverse">,
  operations: readonly Operation[],
): Symmetrize {
  const ofGrid = compatibleWithGrid(operations, grid.size);
  const overPoints = orbitMean(grid.size, ofGrid);
  if (ofGrid.length === operations.length) return overPoints;
  const overWaves = starMean(grid, operations);
  return (f) => {
    overPoints(f);
    overWaves(f);
  };
}

/**
 * Makes the mean over orbits of grid points, exact for every Fourier component.
 *
 * @param operations a group that maps the grid onto itself.
 */
export function orbitMean(size: GridSize, operations: readonly Operation[]): Symmetrize {
  if (operations.length <= 1) return () => {};
  const [nx, ny, nz] = size;
  const points = nx * ny * nz;
  const orbit = new Int32Array(points).fill(-1);
  const members: number[] = [];
  const maps = operations.map((operation) => gridMap(size, operation));
  let orbits = 0;
  for (let r = 0; r < points; r++) {
    if (orbit[r] !== -1) continue;
    const x = r % nx;
    const y = Math.floor(r / nx) % ny;
    const z = Math.floor(r / (nx * ny));
    let count = 0;
    for (const map of maps) {
      const image = map(x, y, z);
      if (orbit[image] === -1) {
        orbit[image] = orbits;
        count++;
      }
      invariant(orbit[image] === orbits, () => "orbitMean: the operations are not a group on this grid");
    }
    members.push(count);
    orbits++;
  }
  const sums = new Float64Array(orbits);
  return (f) => {
    for (let offset = 0; offset < f.length; offset += points) {
      sums.fill(0);
      for (let r = 0; r < points; r++) sums[orbit[r]!]! += f[offset + r]!;
      for (let o = 0; o < orbits; o++) sums[o]! /= members[o]!;
      for (let r = 0; r < points; r++) f[offset + r] = sums[orbit[r]!]!;
    }
  };
}

/** Returns the image of the grid point (x, y, z). */
function gridMap(
  size: GridSize,
  { rotation, translation }: Operation,
): (x: number, y: number, z: number) => number {
  const integer = (value: number): number => {
    const rounded = Math.round(value);
    invariant(Math.abs(value - rounded) < 1e-6, () => `orbitMean: operation leaves the grid (${value})`);
    return rounded;
  };
  const w = rotation.map((row, i) => row.map((value, j) => integer((size[i]! * value) / size[j]!)));
  const t = translation.map((value, i) => integer(value * size[i]!));
  const wrap = (value: number, n: number) => ((value % n) + n) % n;
  const row = (i: number, x: number, y: number, z: number) =>
    wrap(w[i]![0]! * x + w[i]![1]! * y + w[i]![2]! * z + t[i]!, size[i]!);
  return (x, y, z) => row(0, x, y, z) + size[0] * (row(1, x, y, z) + size[1] * row(2, x, y, z));
}

/**
 * Makes the mean over a group on the waves whose whole star {Wᵀ G} has 2|gᵢ| < nᵢ; other waves are
 * left as they are. With the operation (S f)(G) = e^{−2πi G·w} f(Wᵀ G) a function is invariant if
 * on each star, G₀ being one of its waves,
 *
 *   f(Wᵀ G₀) = p f(G₀),  p = e^{2πi G₀·w},
 *
 * and zero if operations that map G₀ to the same wave disagree in p (a systematic absence). The
 * projection on such functions is f(G) ← p(G) · mean of p* f over the star.
 */
function starMean(
  { size, gVectors, forward, inverse }: Pick<Grid, "size" | "gVectors" | "forward" | "inverse">,
  operations: readonly Operation[],
): Symmetrize {
  const points = size[0] * size[1] * size[2];
  const { star, members, phase } = starsOf({ size, gVectors }, operations);
  const waves = newFourierField(points);
  const component = newRealField(points);
  const means = new Float64Array(2 * members.length);
  return (f) => {
    for (let offset = 0; offset < f.length; offset += points) {
      const part = f.subarray(offset, offset + points) as RealField;
      forward(waves, part);
      means.fill(0);
      for (let g = 0; g < points; g++) {
        const s = star[g]!;
        if (s < 0) continue;
        const re = phase[2 * g]!;
        const im = phase[2 * g + 1]!;
        means[2 * s]! += re * waves[2 * g]! + im * waves[2 * g + 1]!;
        means[2 * s + 1]! += re * waves[2 * g + 1]! - im * waves[2 * g]!;
      }
      for (let s = 0; s < members.length; s++) {
        means[2 * s]! /= members[s]!;
        means[2 * s + 1]! /= members[s]!;
      }
      for (let g = 0; g < points; g++) {
        const s = star[g]!;
        if (s < 0) continue;
        const re = phase[2 * g]!;
        const im = phase[2 * g + 1]!;
        waves[2 * g] = re * means[2 * s]! - im * means[2 * s + 1]!;
        waves[2 * g + 1] = re * means[2 * s + 1]! + im * means[2 * s]!;
      }
      inverse(component, waves);
      part.set(component);
    }
  };
}

interface Stars {
  /** Star of each wave of the cube, −1 if it is not whole. */
  readonly star: Int32Array;
  /** Waves of each star. */
  readonly members: readonly number[];
  /** p of each wave, complex; zero for absent stars. */
  readonly phase: Float64Array;
}

function starsOf(
  { size, gVectors }: Pick<Grid, "size" | "gVectors">,
  operations: readonly Operation[],
): Stars {
  const points = gVectors.length / 3;
  const star = new Int32Array(points).fill(-2);
  const phase = new Float64Array(2 * points);
  const members: number[] = [];
  const isInside = (n: number, i: number): boolean => 2 * Math.abs(n) < size[i]!;
  const at = new Int32Array(operations.length);
  for (let g = 0; g < points; g++) {
    if (star[g] !== -2) continue;
    const wave: Vec3 = [gVectors[3 * g]!, gVectors[3 * g + 1]!, gVectors[3 * g + 2]!];
    let isWhole = true;
    for (let i = 0; i < at.length && isWhole; i++) {
      const [x, y, z] = rowsVec(operations[i]!.rotation, wave); // Wᵀ G
      isWhole = isInside(x, 0) && isInside(y, 1) && isInside(z, 2);
      at[i] = isWhole ? gridIndex(size, x, y, z) : -1;
    }
    if (!isWhole) {
      star[g] = -1;
      continue;
    }
    for (let i = 0; i < at.length; i++) {
      const angle = 2 * Math.PI * dot(wave, operations[i]!.translation);
      phase[2 * at[i]!]! += Math.cos(angle);
      phase[2 * at[i]! + 1]! += Math.sin(angle);
    }
    const waves = new Set(at);
    const reached = operations.length / waves.size;
    for (const image of waves) {
      invariant(star[image] === -2, () => "symmetrizer: the operations are not a group");
      star[image] = members.length;
      // If several operations lead to one wave, their phases are equal or add to zero.
      const sum = Math.hypot(phase[2 * image]!, phase[2 * image + 1]!);
      const scale = sum > reached / 2 ? 1 / sum : 0;
      phase[2 * image]! *= scale;
      phase[2 * image + 1]! *= scale;
    }
    members.push(waves.size);
  }
  return { star, members, phase };
}
