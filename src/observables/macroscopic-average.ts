import { requireInput } from "../common/failure.ts";
import { planeSpacings } from "../model/lattice.ts";
import type { Model } from "../model/model.ts";

/**
 * Computes the macroscopic average of a plane average f̄ along a periodic axis of length L [BBR88]:
 * the mean over a window of the width d of an atomic layer, which removes the oscillation of the
 * layers. Windows of several `periods` are applied in turn, as an interface of two crystals needs.
 *
 *   f̿(z) = (1/d) ∫_{z−d/2}^{z+d/2} f̄(z′) dz′,   in reciprocal space f̄(q) sin(qd/2)/(qd/2)
 *
 * @param profile f̄ at L j/n, shape [n].
 * @param periods window widths d in the unit of `length`.
 * @throws InputError if a width is not positive.
 *
 * @example
 * ```ts
 * import { macroscopicAverage } from "stillwave";
 *
 * // layers 4 bohr apart in a cell of 40 bohr: what repeats with them is averaged out
 * const profile = Float64Array.from({ length: 120 }, (_, i) => Math.sin((2 * Math.PI * i) / 12));
 * console.log(macroscopicAverage(profile, 40, [4]));
 * ```
 */
export function macroscopicAverage(
  profile: ArrayLike<number>,
  length: number,
  periods: readonly number[],
): Float64Array {
  for (const d of periods)
    requireInput(
      Number.isFinite(d) && d > 0,
      () =>
        `macroscopicAverage: a period must be a positive length, got ${d}; such as the distance of layers`,
    );
  const n = profile.length;
  const filter = Float64Array.from({ length: n }, (_, m) => {
    const q = (2 * Math.PI * (m <= n / 2 ? m : m - n)) / length;
    return periods.reduce((product, d) => product * sinc((q * d) / 2), 1 / n);
  });
  // The filter in real space: sums are short, and no transform of arbitrary length is needed.
  const weights = Float64Array.from({ length: n }, (_, j) =>
    filter.reduce((sum, value, m) => sum + value * Math.cos((2 * Math.PI * m * j) / n), 0),
  );
  return Float64Array.from({ length: n }, (_, i) =>
    weights.reduce((sum, weight, j) => sum + weight * profile[(i + j) % n]!, 0),
  );
}

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(x) / x);

/** Atoms whose fractional coordinates differ by less than this are in one layer. */
const SAME_LAYER = 0.01;

/**
 * Returns the typical distance of atomic layers along an axis [bohr]: the median over neighbouring
 * layers, the vacuum included once; undefined for fewer than three layers, which have no period.
 */
export function layerSpacing({ atoms, lattice }: Model, axis: 0 | 1 | 2): number | undefined {
  const length = planeSpacings(lattice)[axis];
  const places = atoms
    .map(({ position }) => position[axis] - Math.floor(position[axis]))
    .sort((a, b) => a - b);
  const layers = places.filter((place, i) => i === 0 || place - places[i - 1]! > SAME_LAYER);
  if (layers.length > 1 && layers[0]! + 1 - layers.at(-1)! <= SAME_LAYER) layers.pop();
  if (layers.length < 3) return undefined;
  const gaps = layers.map((place, i) => (layers[i + 1] ?? layers[0]! + 1) - place).sort((a, b) => a - b);
  return gaps[Math.floor((gaps.length - 1) / 2)]! * length;
}
