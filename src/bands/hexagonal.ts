import { cross, type Mat3, norm, type Vec3 } from "../common/vec3.ts";
import type { Lattice } from "../model/lattice.ts";
import { findBravais } from "./bravais.ts";
import { specialPoints } from "./special-points.ts";

/** Finds the vector along the axis of a hexagonal lattice; undefined if there is none. */
export function hexagonalAxis(vectors: Mat3): 0 | 1 | 2 | undefined {
  const { type, conventional } = findBravais(vectors);
  if (type !== "hP") return undefined;
  const c = conventional[2];
  return ([0, 1, 2] as const).find((i) => norm(cross(vectors[i], c)) < 1e-3 * norm(vectors[i]) * norm(c));
}

/**
 * Raises divisions within the layers of a hexagonal lattice to multiples of three, so that a grid
 * with Γ contains the corner K, where the bands of graphene meet and related materials have their
 * gap. One division stays one, as in large supercells; other lattices keep their divisions.
 */
export function withCorners(vectors: Mat3, [n1, n2, n3]: Vec3): Vec3 {
  const axis = hexagonalAxis(vectors);
  const corner = (n: number, i: number) =>
    axis === undefined || i === axis || n === 1 ? n : 3 * Math.ceil(n / 3);
  return [corner(n1, 0), corner(n2, 1), corner(n3, 2)];
}

/**
 * Tells whether a k-grid of a hexagonal lattice has points above the corner K, at any height.
 * Undefined for other lattices, and if no vector is along the axis.
 */
export function hasCorners(
  lattice: Pick<Lattice, "vectors">,
  kgrid: Vec3,
  kshift: Vec3,
): boolean | undefined {
  const axis = hexagonalAxis(lattice.vectors);
  if (axis === undefined) return undefined;
  const corner = specialPoints(lattice).points.get("K")!; // every hexagonal lattice has one
  return corner.every((x, i) => {
    const step = x * kgrid[i]! - kshift[i]!;
    return i === axis || Math.abs(step - Math.round(step)) < 1e-6;
  });
}
