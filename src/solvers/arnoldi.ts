import { requireInput } from "../common/failure.ts";
import { dotReal } from "../kernels/fields.ts";
import { type Eigenpair, generalEigenpairs } from "./general-eigenpairs.ts";
import { removeComponents } from "./gram-schmidt.ts";

/** An approximate eigenvalue with the norm of A x − θ x of its vector of length one: an estimate of its error. */
export interface RitzPair extends Eigenpair {
  readonly residual: number;
}

/** The subspace after some products with the operator. */
export interface ArnoldiStep {
  /** Products so far, the dimension of the subspace. */
  readonly steps: number;
  /** By increasing real part; `vector` holds coefficients of the basis. */
  readonly ritz: readonly RitzPair[];
  /** The subspace holds its own image: the eigenvalues are those of A on it. */
  readonly isInvariant: boolean;
  /** The real part of the approximate eigenvector, not normalised. */
  vectorOf(pair: RitzPair): Float64Array;
}

export interface ArnoldiProblem {
  /** A x for a real vector; the operator need not be symmetric. The result belongs to the caller. */
  apply(x: Float64Array): Promise<Float64Array>;
  /** Start vector, not zero. */
  readonly start: Float64Array;
  /** x ← Π x for the projector on the subspace A is looked at on. Applied to every new vector, so that rounding cannot leave it. */
  project?(x: Float64Array): void;
  readonly maxSteps: number;
}

/**
 * Arnoldi's method with full orthogonalisation, twice, and no restart: one product with A per step, and the eigenvalues
 * of A's projection on the subspace after each [Arn51]. The extreme ones come first.
 *
 * @throws InputError if the start vector is zero on the subspace.
 */
export async function* arnoldi({
  apply,
  start,
  project,
  maxSteps,
}: ArnoldiProblem): AsyncGenerator<ArnoldiStep, void> {
  const first = start.slice();
  project?.(first);
  const norm = Math.sqrt(dotReal(first, first));
  requireInput(
    norm > 0,
    () => "arnoldi: the start vector must not be zero on the subspace; take a random one",
  );
  const basis = [first.map((x) => x / norm)];
  /** Column k holds A v_k in the basis, k + 2 numbers. */
  const columns: number[][] = [];
  for (let k = 0; k < maxSteps; k++) {
    const next = await apply(basis[k]!);
    project?.(next);
    const before = Math.sqrt(dotReal(next, next));
    const column = removeComponents(next, basis);
    project?.(next);
    const rest = Math.sqrt(dotReal(next, next));
    const isInvariant = !(rest > 1e-13 * before);
    column.push(isInvariant ? 0 : rest);
    columns.push(column);
    const coupling = column.at(-1)!;
    const h = columns.map((_, i) => columns.map((c) => c[i] ?? 0));
    const held = basis.slice();
    yield {
      steps: k + 1,
      isInvariant,
      ritz: (await generalEigenpairs(h)).map((pair) => ({
        ...pair,
        residual: coupling * Math.hypot(pair.vector[2 * k]!, pair.vector[2 * k + 1]!),
      })),
      vectorOf({ vector }) {
        const out = new Float64Array(start.length);
        held.forEach((v, i) => {
          for (let r = 0; r < out.length; r++) out[r]! += vector[2 * i]! * v[r]!;
        });
        return out;
      },
    };
    if (isInvariant) return;
    basis.push(next.map((x) => x / rest));
  }
}
