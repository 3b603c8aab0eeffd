import { norm, rowsVec, sub, type Vec3 } from "../../src/common/vec3.ts";
import type { Structure } from "../../src/model/structure.ts";

/** Atoms within this of a face of the cell have an image on the opposite one, in cells. */
const ON_FACE = 1e-3;
/** Bonds are as long as the shortest at either end, or longer by this factor; at most so [bohr]. */
const BOND = 1.12;
const LONGEST_BOND = 7;
/** Atoms with at most so many neighbours show those beyond the faces of the cell. */
const FEW = 4;

interface Ball {
  /** Position from the middle of the cell [bohr]. */
  readonly at: Vec3;
  /** Its number in the crystal. */
  readonly atom: number;
  readonly element: string;
}
/** What is drawn of a crystal; plain data. */
export interface Scene {
  readonly balls: readonly Ball[];
  readonly bonds: readonly (readonly [Vec3, Vec3])[];
  readonly edges: readonly (readonly [Vec3, Vec3])[];
  /** Radius of everything around the origin [bohr]. */
  readonly size: number;
  readonly radius: number;
}

/**
 * The atoms of a cell with images on its faces and bonded ones beyond them, their bonds, and the
 * cell's edges, centred.
 */
export function sceneOf({ lattice, atoms }: Structure): Scene {
  const centre = rowsVec(lattice, [0.5, 0.5, 0.5]);
  const place = (fractional: Vec3): Vec3 => sub(rowsVec(lattice, fractional), centre);
  const wrapped = (x: number): number => x - Math.floor(x + ON_FACE);
  const cells = [-1, 0, 1].flatMap((a) => [-1, 0, 1].flatMap((b) => [-1, 0, 1].map((c): Vec3 => [a, b, c])));
  /** Every atom in its cell, first, and in the cells around it. */
  const all = cells
    .sort((m, n) => norm(m) - norm(n))
    .flatMap(([a, b, c]) =>
      atoms.map(({ element, position: [x, y, z] }, atom): Ball & { readonly isShown: boolean } => {
        const fractional: Vec3 = [wrapped(x) + a, wrapped(y) + b, wrapped(z) + c];
        return {
          element,
          atom,
          at: place(fractional),
          isShown: fractional.every((f) => f > -ON_FACE && f < 1 + ON_FACE),
        };
      }),
    );
  const distance = (a: Ball, b: Ball): number => norm(sub(a.at, b.at));
  const others = (ball: Ball): Ball[] => all.filter((other) => distance(ball, other) > 0.1);
  const nearest = atoms.map((_, i) => Math.min(...others(all[i]!).map((other) => distance(all[i]!, other))));
  const areBonded = (a: Ball, b: Ball): boolean =>
    distance(a, b) < Math.min(LONGEST_BOND, BOND * Math.max(nearest[a.atom]!, nearest[b.atom]!));
  const inside = all.filter(({ isShown }) => isShown);
  const beyond = all.filter((ball, i) => {
    if (ball.isShown || i < atoms.length) return false;
    const partners = all.slice(0, atoms.length).filter((atom) => areBonded(atom, ball));
    return partners.some((atom) => others(atom).filter((other) => areBonded(atom, other)).length <= FEW);
  });
  const balls = [...inside, ...beyond];
  const bonds = balls.flatMap((ball, i) =>
    balls
      .slice(i + 1)
      .filter((other) => areBonded(ball, other))
      .map((other): [Vec3, Vec3] => [ball.at, other.at]),
  );
  const corners = [0, 1, 2, 3, 4, 5, 6, 7].map((n): Vec3 => [n & 1, (n >> 1) & 1, n >> 2]);
  const edges = corners.flatMap(([x, y, z]) => [
    ...(x === 0 ? [[place([0, y, z]), place([1, y, z])] as const] : []),
    ...(y === 0 ? [[place([x, 0, z]), place([x, 1, z])] as const] : []),
    ...(z === 0 ? [[place([x, y, 0]), place([x, y, 1])] as const] : []),
  ]);
  const size = Math.max(...edges.flat().map(norm), ...balls.map(({ at }) => norm(at)));
  const shortest = Math.min(5, ...nearest);
  return { balls, bonds, edges, size, radius: 0.24 * shortest };
}
