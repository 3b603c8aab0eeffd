import { fastSize, gridIndex } from "../../basis/grid.ts";
import type { Vec3 } from "../../common/vec3.ts";
import {
  type Above,
  exact,
  gamma,
  inflated,
  productAbove,
  provedAbove,
  sumAbove,
  unitRoundoff,
} from "../../interval/sides.ts";
import type { GridSize, Kernels } from "../../kernels/kernels.ts";
import type { PlaneWaves } from "../problem/reciprocal.ts";
import { butterfliesHold, type FftRounding, fftRounding } from "./fft-rounding.ts";

/** Numbers a_G of vectors sorted by length, a_{−G} = conj a_G exactly: a real function. */
export interface Coefficients {
  readonly count: number;
  /** Places on grids, of the same basis as those of waves. */
  readonly places: Int32Array;
  /** Interleaved. */
  readonly values: Float64Array;
  /** |a_G| from above. */
  readonly sizes: Float64Array;
}

/**
 * The convolution (a ∗ u)_G = Σ_G′ a_{G−G′} u_G′ from the first `rows` waves of a set to the set,
 * or to its first `outputs`: what is written to the others has no meaning.
 */
export interface GridConvolution {
  /** ‖(a ∗ u)_set − out‖₂ ≤ error · ‖u‖₂ for out = 0 before; infinite for unknown transforms. */
  readonly error: Above;
  readonly size: GridSize;
  /** out ← out + a ∗ u for m columns [set × m] in the kernels' memory, u zero from `rows` on. */
  addInto(out: Float64Array, u: Float64Array, m: number): void;
}

/** What may be left out of ‖a‖₁, relative: far below the rounding of the transforms. */
const NEGLIGIBLE = 1e-17;

/**
 * By fast transforms in plain floating point, with a proved bound of all that differs
 * (docs/bounds.md, section 8): coefficients too small to matter are left out by their sum, the grid
 * is so large that no two differences meet on it, and rounding has a bound a priori.
 *
 * @param take a source of temporaries that lives as long as the convolution
 */
export function gridConvolution(
  kernels: Kernels,
  coefficients: Coefficients,
  waves: PlaneWaves,
  rows: number,
  take: (length: number) => Float64Array,
  outputs: number = waves.count,
): GridConvolution {
  const { count: kept, dropped, norm1 } = worthKeeping(coefficients);
  const { size, limits } = gridWithoutMeeting(coefficients.places, kept, waves, rows, outputs);
  const fft = kernels.fft(size);
  const rounding = fftRounding(fft.passes);
  const points = size[0] * size[1] * size[2];
  const potential = take(points);
  const largest = kernels.scratch((temporary) => {
    const grid = temporary(2 * points).fill(0);
    for (let e = 0; e < kept; e++) {
      if (!isWithin(limits, coefficients.places, e)) continue;
      const at = 2 * indexOn(size, coefficients.places, e);
      grid[at] = coefficients.values[2 * e]!;
      grid[at + 1] = coefficients.values[2 * e + 1]!;
    }
    fft.inverse(grid, grid);
    let most = 0;
    for (let r = 0; r < points; r++) {
      potential[r] = grid[2 * r]!;
      most = Math.max(most, Math.abs(potential[r]!));
    }
    return most;
  });
  const index = Int32Array.from({ length: waves.count }, (_, i) => indexOn(size, waves.places, i));
  const sphere = kernels.sphereFft(size, index);
  const isSame = sphere.passes?.every((pass) => fft.passes?.includes(pass)) === true;
  return {
    error:
      rounding === undefined || !isSame || !butterfliesHold(kernels, fft.passes!)
        ? provedAbove(Infinity)
        : sumAbove(productError(rounding, exact(largest), norm1), dropped),
    size,
    addInto: (out, u, m) => sphere.applyPotential(out, u, potential, m),
  };
}

/**
 * With v = Σ a_G e^{iGr} and v̂ in its place, largest |v̂| = V, ‖v̂ − v‖_∞ ≤ e_v = μ‖a‖₁: one
 * transform, a product, the other and the factor 1/N give, relative to ‖u‖₂,
 *
 *   A + εZ + γ₂ (1+ε) Z,   A = Vε + e_v + uV(1+ε),   Z = V(1+ε)(1+u)
 */
function productError({ relative, uniform }: FftRounding, largest: Above, norm1: Above): Above {
  const u = unitRoundoff();
  const grown = productAbove(largest, sumAbove(exact(1), relative)); // V(1+ε)
  const z = productAbove(grown, sumAbove(exact(1), u));
  return sumAbove(
    productAbove(largest, relative),
    productAbove(uniform, norm1),
    productAbove(u, grown),
    productAbove(relative, z),
    productAbove(gamma(2), sumAbove(exact(1), relative), z),
  );
}

/** The shortest coefficients that have all but a negligible part of ‖a‖₁, and what that part is. */
export function worthKeeping({ count, sizes }: Coefficients): {
  count: number;
  dropped: Above;
  norm1: Above;
} {
  let norm1 = 0;
  for (let e = 0; e < count; e++) norm1 += sizes[e]!;
  let dropped = 0;
  let kept = count;
  while (kept > 0 && dropped + sizes[kept - 1]! <= NEGLIGIBLE * norm1) dropped += sizes[--kept]!;
  return { count: kept, dropped: inflated(dropped, count + 1), norm1: inflated(norm1, count + 1) };
}

/**
 * Chooses along each axis more points than |G−G′|+|d| has values, G in the set, G′ among its first
 * rows, d the vector of a coefficient: then G − G′ ≡ d on the grid only if G − G′ = d. Vectors
 * beyond `limits` are no such difference and do not count.
 */
export function gridWithoutMeeting(
  places: Int32Array,
  kept: number,
  waves: Pick<PlaneWaves, "places" | "count">,
  rows: number,
  outputs: number = waves.count,
): { size: GridSize; limits: Vec3 } {
  const [inner, outer, all] = [rows, outputs, waves.count].map((n) => extent(waves.places, n)) as [
    Extent,
    Extent,
    Extent,
  ];
  const limits = inner.map(({ low, high }, axis) =>
    Math.max(outer[axis]!.high - low, high - outer[axis]!.low),
  ) as unknown as Vec3;
  const reach = [0, 0, 0];
  for (let e = 0; e < kept; e++)
    if (isWithin(limits, places, e))
      for (let axis = 0; axis < 3; axis++)
        reach[axis] = Math.max(reach[axis]!, Math.abs(places[3 * e + axis]!));
  const size = all.map(({ low, high }, axis) =>
    fastSize(Math.max(limits[axis]! + reach[axis]! + 1, high - low + 1)),
  ) as unknown as GridSize;
  return { size, limits };
}

const isWithin = (limits: Vec3, g: Int32Array, e: number): boolean =>
  Math.abs(g[3 * e]!) <= limits[0] &&
  Math.abs(g[3 * e + 1]!) <= limits[1] &&
  Math.abs(g[3 * e + 2]!) <= limits[2];

type Extent = readonly { low: number; high: number }[];

function extent(g: Int32Array, count: number): Extent {
  const ends = [0, 1, 2].map(() => ({ low: Infinity, high: -Infinity }));
  for (let i = 0; i < 3 * count; i++) {
    const end = ends[i % 3]!;
    end.low = Math.min(end.low, g[i]!);
    end.high = Math.max(end.high, g[i]!);
  }
  return ends;
}

const indexOn = (size: GridSize, g: Int32Array, i: number): number =>
  gridIndex(size, g[3 * i]!, g[3 * i + 1]!, g[3 * i + 2]!);
