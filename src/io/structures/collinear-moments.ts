import { dot, norm, scale, type Vec3 } from "../../common/vec3.ts";

/** Moments along one axis. */
export interface CollinearMoments {
  /** Components along the axis, one for each vector. */
  readonly moments: readonly number[];
  /** Of length one; z where all moments are zero or along it. */
  readonly axis: Vec3;
}

/** How far moments may point away from their axis, against the longest. */
const TOLERANCE = 1e-3;

/**
 * Projects parallel or antiparallel moments on their axis, whose direction does not matter without
 * spin-orbit coupling. Along z the signs are those of z; else the first nonzero moment is positive.
 *
 * @returns undefined if the moments do not share an axis.
 */
export function collinearMoments(vectors: readonly Vec3[]): CollinearMoments | undefined {
  const longest = vectors.reduce<Vec3>((best, v) => (norm(v) > norm(best) ? v : best), [0, 0, 0]);
  const length = norm(longest);
  if (length === 0) return { moments: vectors.map(() => 0), axis: [0, 0, 1] };
  const isAlongZ = Math.hypot(longest[0], longest[1]) <= TOLERANCE * length;
  const first = vectors.find((v) => norm(v) > TOLERANCE * length)!;
  const axis: Vec3 = isAlongZ ? [0, 0, 1] : scale(Math.sign(dot(first, longest)) / length, longest);
  const moments = vectors.map((v) => dot(v, axis));
  const isParallel = vectors.every(
    (v, i) =>
      norm([v[0] - moments[i]! * axis[0], v[1] - moments[i]! * axis[1], v[2] - moments[i]! * axis[2]]) <=
      TOLERANCE * length,
  );
  return isParallel
    ? { moments: moments.map((m) => (Math.abs(m) <= 1e-12 * length ? 0 : m)), axis }
    : undefined;
}

/** What to say of an axis that is not z; undefined for z. */
export const axisWarning = ({ axis }: CollinearMoments): string | undefined =>
  axis[2] === 1
    ? undefined
    : `moments along (${axis.map((x) => Number(x.toFixed(4))).join(", ")}) are kept as numbers along that axis: spin is collinear here, without spin-orbit coupling, and does not see its direction`;
