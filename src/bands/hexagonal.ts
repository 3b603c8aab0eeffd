import { cross, type Mat3, norm, type Vec3 } from "../common/vec3.ts";
import type { Lattice } from "../model/lattice.ts";
import { findBravais } from "./bravais.ts";
import { specialPoints } from "./special-points.ts";

/** Finds which vector of a hexagonal lattice is its axis; the two others span the layers. Undefined where none is. */
export function hexagonalAxis(vectors: Mat3): 0 | 1 | 2 | undefined {
  const { type, conventional } = findBravais(vectors);
  if (type !== "hP") return undefined;
  const c = conventional[2];
  return ([0, 1, 2] as const).find((i) => norm(cross(vectors[i], c)) < 1e-3 * norm(vectors[i]) * norm(c));
}

/**
 * Tells whether a k-grid of a hexagonal lattice has points over the corner K of the zone, at whatever height. Undefined for other
 * lattices, and for vectors of which none is the axis.
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
