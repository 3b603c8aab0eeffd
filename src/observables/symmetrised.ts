import { requireInput } from "../common/failure.ts";
import { addMatrices } from "../common/tensor.ts";
import {
  add,
  inverse,
  type Mat3,
  matMul,
  matVec,
  norm,
  rowsVec,
  scale,
  transpose,
  type Vec3,
} from "../common/vec3.ts";
import type { Lattice } from "../model/lattice.ts";
import type { Model } from "../model/model.ts";
import { nearestAtoms } from "../model/nearest-atom.ts";
import type { SymmetryOperation } from "../model/symmetry.ts";

/**
 * Averages forces over a space group; sums over irreducible k-points lack its symmetry.
 *
 *   F_b = (1/n) Σ_{W,w} W F_a,  W R_a + w = R_b modulo lattice vectors
 *
 * @param operations a group; fewer than two change nothing.
 * @throws InputError if an operation does not map the atoms onto each other within 10⁻³ bohr.
 */
export function symmetrizeForces(
  forces: readonly Vec3[],
  model: Pick<Model, "lattice" | "atoms">,
  operations: readonly SymmetryOperation[],
): Vec3[] {
  if (operations.length < 2) return [...forces];
  const { lattice, atoms } = model;
  const kinds = atoms.map(({ species }) => species);
  const nearest = nearestAtoms(
    lattice,
    atoms.map(({ position }) => position),
    kinds,
  );
  const out: Vec3[] = forces.map(() => [0, 0, 0]);
  // Components along the lattice vectors, on which W acts: F = Σ_i f_i a_i, f_i = F·b_i/2π.
  const reduced = forces.map((f) => scale(1 / (2 * Math.PI), matVec(lattice.reciprocal, f)));
  for (const { rotation, translation } of operations)
    atoms.forEach(({ position }, a) => {
      const image = add(matVec(rotation, position), translation);
      const { index: b, offset } = nearest(image, kinds[a]!)!; // defined: atom a is of this kind
      requireInput(
        norm(rowsVec(lattice.vectors, offset)) < 1e-3,
        () =>
          `symmetrizeForces: operations must map atoms onto atoms, got W = ${JSON.stringify(rotation)}, ` +
          `w = ${JSON.stringify(translation)}, which takes atom ${a} to ${JSON.stringify(image)}; find the symmetry of these positions`,
      );
      out[b] = add(out[b]!, matVec(rotation, reduced[a]!));
    });
  return out.map((f) => scale(1 / operations.length, rowsVec(lattice.vectors, f)));
}

/** Averages a tensor over a space group: R = Aᵀ W A⁻ᵀ, σ ← Σ R σ Rᵀ/n. */
export function symmetrizeStress(
  stress: Mat3,
  { vectors }: Lattice,
  operations: readonly { readonly rotation: Mat3 }[],
): Mat3 {
  const toCartesian = transpose(vectors);
  const toFractional = inverse(toCartesian);
  const images = operations.map(({ rotation }) => {
    const r = matMul(matMul(toCartesian, rotation), toFractional);
    return matMul(matMul(r, stress), transpose(r));
  });
  const sum = images.reduce(addMatrices);
  return sum.map((row) => row.map((x) => x / operations.length)) as unknown as Mat3;
}
