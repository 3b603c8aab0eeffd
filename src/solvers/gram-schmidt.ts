import { dotReal } from "../kernels/fields.ts";

/** Orthogonalises `vector` to the orthonormal `basis` in place, twice. Returns the components. */
export function removeComponents(vector: Float64Array, basis: readonly Float64Array[]): number[] {
  const components = basis.map(() => 0);
  for (let pass = 0; pass < 2; pass++)
    basis.forEach((v, i) => {
      const overlap = dotReal(v, vector);
      components[i]! += overlap;
      for (let r = 0; r < vector.length; r++) vector[r]! -= overlap * v[r]!;
    });
  return components;
}
