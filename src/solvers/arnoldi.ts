import { requireInput } from "../common/failure.ts";
import { dotReal } from "../kernels/fields.ts";
import { type Eigenpair, generalEigenpairs } from "./general-eigenpairs.ts";
import { removeComponents } from "./gram-schmidt.ts";

/** An approximate eigenpair; ‖A x − θ x‖ for ‖x‖ = 1 estimates the error of θ. */
export interface RitzPair extends Eigenpair {
  readonly residual: number;
}

/** The Krylov subspace after some products with the operator. */
export interface ArnoldiStep {
  /** Products so far, which is the dimension of the subspace. */
  readonly steps: number;
  /** By increasing real part; `vector` holds coefficients in the basis. */
  readonly ritz: readonly RitzPair[];
  /** The subspace is invariant: its Ritz values are eigenvalues of A. */
  readonly isInvariant: boolean;
  /** Returns the real part of the approximate eigenvector, not normalised. */
  vectorOf(pair: RitzPair): Float64Array;
}

export interface ArnoldiOptions {
  /** Returns A x for a real vector; A need not be symmetric. The caller owns the result. */
  apply(x: Float64Array): Promise<Float64Array>;
  /** Start vector, not zero. */
  readonly start: Float64Array;
  /** x ← Π x, projector on an invariant subspace of A; keeps rounding out of every new vector. */
  project?(x: Float64Array): void;
  readonly maxSteps: number;
}

/**
 * Iterates Arnoldi's method without restart, one product with A per step, and yields the
 * eigenvalues of the projection of A on the subspace after each [Arn51]. Vectors are orthogonalised
 * twice. The extreme eigenvalues converge first.
 *
 * @throws InputError if the projected start vector is zero.
 */
export async function* arnoldi({
  apply,
  start,
  project,
  maxSteps,
}: ArnoldiOptions): AsyncGenerator<ArnoldiStep, void> {
  const first = start.slice();
  project?.(first);
  const norm = Math.sqrt(dotReal(first, first));
  requireInput(
    norm > 0,
    () => "arnoldi: the start vector must not be zero on the subspace; take a random one",
  );
  const basis = [first.map((x) => x / norm)];
  /** Column k holds the k + 2 components of A v_k in the basis. */
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
