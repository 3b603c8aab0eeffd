import { requireInput } from "../../common/failure.ts";
import { firstIndex } from "../../common/search.ts";
import { type Mat3, matVec, transpose, type Vec3 } from "../../common/vec3.ts";
import { TWO_PI } from "../../interval/constants.ts";
import {
  abs,
  add,
  div,
  dot,
  type Interval,
  interval,
  midpoint,
  mul,
  power,
  radiusAbout,
  scale,
  sqr,
  sub,
  upperEnd,
  ZERO,
} from "../../interval/interval.ts";
import { above, below, UNIT_ROUNDOFF } from "../../interval/rounding.ts";
import {
  type Above,
  type Below,
  exact,
  maxAbove,
  minBelow,
  productAbove,
  provedAbove,
  provedBelow,
} from "../../interval/sides.ts";
import { sqrt } from "../../interval/sqrt.ts";
import { meanPlaneWaves } from "../../model/lattice.ts";
import { placesOf, type ShortBasis, shortBasis } from "./short-basis.ts";

/** Enclosures of what follows from the exact lattice vectors aᵢ: bᵢ·aⱼ = 2π δᵢⱼ. */
export interface Reciprocal {
  /** Rows bᵢ [bohr⁻¹]. */
  readonly vectors: readonly (readonly Interval[])[];
  /** Ω [bohr³]. */
  readonly volume: Interval;
  /** Ω* = (2π)³/Ω [bohr⁻³]. */
  readonly reciprocalVolume: Interval;
  /** Short vectors a′ = U a of the same lattice, on which boxes and the covering radius rest. */
  readonly short: ShortBasis;
  /** |a′ᵢ|/2π, from above. */
  readonly lengthsOver2Pi: readonly Above[];
  /** No point of space is farther than this from the reciprocal lattice [bohr⁻¹]. */
  readonly coveringRadius: Above;
  /** ½|k+G|² of reduced k + n with a bound of its error [Ha]. */
  kinetic(k: Vec3, n1: number, n2: number, n3: number): { readonly value: number; readonly error: Above };
  /** Cartesian k+G. */
  cartesian(k: Vec3, n: readonly number[]): Interval[];
  /** The same in plain arithmetic: coordinates to out[0 … 2], a bound of their errors to out[3]. */
  point(out: Float64Array, k: Vec3, n1: number, n2: number, n3: number): void;
}

export function encloseReciprocal(lattice: Mat3): Reciprocal {
  const a = lattice.map((row) => row.map((x) => interval(x)));
  const rows = [0, 1, 2].map((i) => cross(a[(i + 1) % 3]!, a[(i + 2) % 3]!));
  const signed = dot(a[0]!, rows[0]!);
  requireInput(
    signed.lo > 0 || signed.hi < 0,
    () => `lattice: the volume must be certainly different from 0, got [${signed.lo}, ${signed.hi}] bohr³`,
  );
  const vectors = rows.map((row) => row.map((x) => div(mul(TWO_PI, x), signed)));
  const plain = plainVectors(vectors);
  const volume = abs(signed);
  const short = shortBasis(lattice);
  const numbers = (row: readonly number[]) => row.map((x) => interval(x));
  const combined = (matrix: Mat3, rows: readonly (readonly Interval[])[]) =>
    short.isStated ? rows : matrix.map((row) => combine(rows, numbers(row)));
  return {
    vectors,
    volume,
    reciprocalVolume: div(power(TWO_PI, 3), volume),
    short,
    lengthsOver2Pi: combined(short.to, a).map((row) => upperEnd(div(sqrt(norm2(row)), TWO_PI))),
    coveringRadius: coveringRadius(combined(transpose(short.from), vectors)),
    kinetic: kineticOf(plain),
    cartesian: (k, n) =>
      combine(
        vectors,
        [0, 1, 2].map((i) => add(interval(k[i]!), interval(n[i]!))),
      ),
    point: pointOf(plain),
  };
}

const cross = (x: readonly Interval[], y: readonly Interval[]): Interval[] =>
  [0, 1, 2].map((i) => {
    const [j, l] = [(i + 1) % 3, (i + 2) % 3];
    return sub(mul(x[j]!, y[l]!), mul(x[l]!, y[j]!));
  });

const norm2 = (x: readonly Interval[]): Interval => x.reduce((sum, c) => add(sum, sqr(c)), ZERO);

const combine = (rows: readonly (readonly Interval[])[], s: readonly Interval[]): Interval[] =>
  [0, 1, 2].map((c) =>
    dot(
      s,
      rows.map((row) => row[c]!),
    ),
  );

/**
 * Rounding the coefficients of a point to whole numbers leaves Σ tᵢbᵢ, |tᵢ| ≤ ½. Its length is
 * convex in t, hence largest at a corner: half of max |b₁ ± b₂ ± b₃|.
 */
export function coveringRadius(vectors: readonly (readonly Interval[])[]): Above {
  let largest: Above = exact(0);
  for (const s of [
    [1, 1, 1],
    [1, 1, -1],
    [1, -1, 1],
    [1, -1, -1],
  ])
    largest = maxAbove(
      largest,
      upperEnd(
        sqrt(
          norm2(
            combine(
              vectors,
              s.map((x) => interval(x)),
            ),
          ),
        ),
      ),
    );
  return productAbove(exact(0.5), largest);
}

/** β of the reciprocal vectors b = β ± ρ, nine numbers, and 8u|β| + 2ρ from above. */
interface PlainVectors {
  readonly middle: Float64Array;
  readonly slack: Float64Array;
}

function plainVectors(vectors: readonly (readonly Interval[])[]): PlainVectors {
  const middle = Float64Array.from(vectors.flat(), midpoint);
  const slack = Float64Array.from(vectors.flat(), (b, i) =>
    above(8 * UNIT_ROUNDOFF * Math.abs(middle[i]!) + 2 * radiusAbout(b, middle[i]!)),
  );
  return { middle, slack };
}

/**
 * In plain arithmetic, since it is asked for every plane wave. With b = β ± ρ and s = fl(k + n)
 * each product s β meets at most four roundings, so q̂ = fl(Σ sᵢβᵢ) is within e = Σ|sᵢ|(8u|βᵢ| +
 * 2ρᵢ) of q: 5u and 1.01ρ are needed, the rest covers the rounding of e. Then |½q² − ½q̂²| ≤ |q̂|e
 * + ½e², and 8u T covers the squares and their sum. No test can see 8u T: the spare 3u Σ|sᵢβᵢ| ≥
 * 3u|q̂| of e adds 6u T to |q̂|e, and the squares need 3u T.
 */
function kineticOf({ middle, slack }: PlainVectors): Reciprocal["kinetic"] {
  return (k, n1, n2, n3) => {
    const [s1, s2, s3] = [k[0] + n1, k[1] + n2, k[2] + n3];
    let value = 0;
    let error = 0;
    for (let c = 0; c < 3; c++) {
      const q = s1 * middle[c]! + s2 * middle[3 + c]! + s3 * middle[6 + c]!;
      const e = Math.abs(s1) * slack[c]! + Math.abs(s2) * slack[3 + c]! + Math.abs(s3) * slack[6 + c]!;
      value += q * q;
      error += (Math.abs(q) + e) * e;
    }
    // 1.01 holds the roundings of the bound itself, a dozen
    return { value: value / 2, error: provedAbove(1.01 * (error + 8 * UNIT_ROUNDOFF * value) + UNDERFLOW) };
  };
}

/** The same point by itself: each coordinate is within Σ|sᵢ|(8u|βᵢ| + 2ρᵢ). */
function pointOf({ middle, slack }: PlainVectors): Reciprocal["point"] {
  return (out, k, n1, n2, n3) => {
    const [s1, s2, s3] = [k[0] + n1, k[1] + n2, k[2] + n3];
    out[3] = 0;
    for (let c = 0; c < 3; c++) {
      out[c] = s1 * middle[c]! + s2 * middle[3 + c]! + s3 * middle[6 + c]!;
      const e = Math.abs(s1) * slack[c]! + Math.abs(s2) * slack[3 + c]! + Math.abs(s3) * slack[6 + c]!;
      out[3] = Math.max(out[3]!, 1.01 * e);
    }
  };
}

/** Far above what underflowing products can lose, far below anything that matters. */
const UNDERFLOW = 1e-250;

/** Plane waves of a finite set, by kinetic energy. Proofs hold for any vectors in it. */
export interface PlaneWaves {
  readonly count: number;
  /** Reduced vectors, 3 each. */
  readonly g: Int32Array;
  /** The same vectors in the dual of the short basis: their places on grids. */
  readonly places: Int32Array;
  /** ½|k+G|² and bounds of the errors of these numbers [Ha]. */
  readonly kinetic: Float64Array;
  readonly kineticError: Float64Array;
  /** Every plane wave outside the set has at least this kinetic energy [Ha]. */
  readonly outside: Below;
}

/** Estimates how many plane waves a list has, and how large a box of vectors holds them. */
export function listSize(
  { volume, lengthsOver2Pi }: Pick<Reciprocal, "volume" | "lengthsOver2Pi">,
  energy: number,
): { readonly waves: number; readonly box: number } {
  const radius = Math.sqrt(2 * energy);
  return {
    waves: meanPlaneWaves(midpoint(volume), energy),
    box: lengthsOver2Pi.reduce((product, length) => product * (2 * radius * length + 3), 1),
  };
}

/** More waves than this do not fit into the memory of a process, a larger box takes minutes. */
const MOST_WAVES = 4e6;
const LARGEST_BOX = 2e8;

/** Whether the waves below an energy can be listed. */
export function isListable(reciprocal: Reciprocal, energy: number): boolean {
  const { waves, box } = listSize(reciprocal, energy);
  return waves <= MOST_WAVES && box <= LARGEST_BOX;
}

/** @throws InputError with an estimate of what a cutoff would take, where that is too much. */
export function requireFewWaves(reciprocal: Reciprocal, energy: number): void {
  requireInput(energy > 0, () => `cutoff: must be positive, got ${energy} Ha`);
  const { waves, box } = listSize(reciprocal, energy);
  requireInput(
    isListable(reciprocal, energy),
    () =>
      `cutoff: must leave at most ${MOST_WAVES.toExponential()} plane waves in a box of ${LARGEST_BOX.toExponential()}, got ${energy} Ha with about ${waves.toExponential(1)} in ${box.toExponential(1)} for a cell of ${midpoint(reciprocal.volume).toExponential(1)} bohr³`,
  );
}

/**
 * Lists the plane waves whose computed kinetic energy is at most `energy`. Since s = (k+G)·a′/2π =
 * U(k + n), those left out of the box |sᵢ| ≤ √(2E)|a′ᵢ|/2π are above E for certain; of those in the
 * box that are left out the least lower end counts.
 *
 * @throws InputError for more waves than a process can hold
 */
export function planeWavesBelow(reciprocal: Reciprocal, k: Vec3, energy: number): PlaneWaves {
  requireFewWaves(reciprocal, energy);
  const radius = sqrt(scale(2, interval(energy))).hi;
  // 1 holds the rounding of U k, far below it
  const limits = reciprocal.lengthsOver2Pi.map((length) => above(above(radius * length) + 1));
  const { to, from: back } = reciprocal.short;
  const largest = 3 * Math.max(...limits) * Math.max(...back.flat().map(Math.abs));
  requireInput(
    largest < 2 ** 31,
    () => `cutoff: must leave reduced vectors below 2³¹, got ${energy} Ha with ${largest}`,
  );
  const shortK = matVec(to, k);
  const found: { n: Vec3; value: number; error: number }[] = [];
  let outside: Below = exact(energy);
  const [from, last] = [
    limits.map((l, i) => Math.ceil(-l - shortK[i]!)),
    limits.map((l, i) => Math.floor(l - shortK[i]!)),
  ];
  const place: [number, number, number] = [0, 0, 0];
  for (place[0] = from[0]!; place[0] <= last[0]!; place[0]++)
    for (place[1] = from[1]!; place[1] <= last[1]!; place[1]++)
      for (place[2] = from[2]!; place[2] <= last[2]!; place[2]++) {
        const n = matVec(back, place);
        const { value, error } = reciprocal.kinetic(k, n[0], n[1], n[2]);
        if (value <= energy) found.push({ n, value, error });
        else outside = minBelow(outside, provedBelow(below(value - error))); // value − error ≤ T
      }
  found.sort((x, y) => x.value - y.value);
  const g = Int32Array.from(found.flatMap(({ n }) => n));
  return {
    count: found.length,
    g,
    places: placesOf(g, reciprocal.short),
    kinetic: Float64Array.from(found, ({ value }) => value),
    kineticError: Float64Array.from(found, ({ error }) => error),
    outside,
  };
}

/** How many of the sorted waves are at most `energy`. */
export const countBelow = ({ count, kinetic }: PlaneWaves, energy: number): number =>
  firstIndex(count, (i) => !(kinetic[i]! <= energy));
