import type { Mat3, Vec3 } from "../common/vec3.ts";

/**
 * Returns the smallest divisions n_i of three axes, n_i ≥ least_i, with integer n_i W_ij / n_j for
 * all matrices W, which then map the grid onto itself. Axes exchanged by an operation get equal
 * numbers.
 *
 * @param least positive integers.
 * @param isAllowed returns whether a number of divisions may be taken.
 */
export function symmetricDivisions(
  least: Vec3,
  matrices: readonly Mat3[],
  isAllowed: (n: number) => boolean = () => true,
): Vec3 {
  // n_j must divide n_i W_ij for every W, hence n_i times their greatest common divisor.
  const divisors = [0, 1, 2].map((i) =>
    [0, 1, 2].map((j) => matrices.reduce((divisor, w) => gcd(divisor, Math.abs(w[i]![j]!)), 0)),
  );
  const fits = (n: Vec3) => divisors.every((row, i) => row.every((g, j) => (n[i]! * g) % n[j]! === 0));
  if (fits(least)) return least;
  // Equal numbers along all axes always fit; more than twice the longest axis is never optimal.
  const most = 2 * Math.max(...least);
  const candidates = least.map((from) =>
    Array.from({ length: most - from + 1 }, (_, i) => from + i).filter(isAllowed),
  ) as [number[], number[], number[]];
  let [best, points]: [Vec3, number] = [least, Number.POSITIVE_INFINITY];
  for (const x of candidates[0])
    for (const y of candidates[1]) {
      if (x * y * candidates[2][0]! >= points) break; // y ascends
      for (const z of candidates[2]) {
        if (x * y * z >= points) break; // z ascends
        if (fits([x, y, z])) [best, points] = [[x, y, z], x * y * z];
      }
    }
  return best;
}

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));
