import { rootAbove } from "../../interval/norms.ts";
import { below } from "../../interval/rounding.ts";
import {
  type Above,
  complexGamma,
  exact,
  maxAbove,
  minAbove,
  productAbove,
  SumAbove,
  sizeOf,
  totalAbove,
} from "../../interval/sides.ts";
import type { Kernels } from "../../kernels/kernels.ts";
import type { EnclosedProblem, WaveSet } from "../problem/enclosed-hamiltonian.ts";
import { isCertainlyPositive, nonlocalDepth } from "../problem/projectors.ts";

/**
 * A number c ≥ 0 with QV_nlQ ⪰ −c, Q the projection on all plane waves but the first nX of a set:
 * the smaller one of the sum of squares and of `gramDepth`.
 */
export function smallestDepth(kernels: Kernels, problem: EnclosedProblem, set: WaveSet, nX: number): Above {
  const { channels } = problem;
  if (channels.every(({ h }) => isCertainlyPositive(h))) return exact(0);
  return minAbove(nonlocalDepth(channels, set.tails(nX)), gramDepth(kernels, problem, set, nX));
}

/**
 * With ε ≥ 0 such that h + ε ⪰ 0 for each channel (docs/bounds.md, Lemma 13), V_nl ⪰ −Σ ε p pᴴ, and
 * the norm of Q Σ ε p pᴴ Q is that of the Gram matrix √ε_a ⟨p_a|Q p_b⟩ √ε_b, which no sum over a
 * row exceeds.
 */
export function gramDepth(
  kernels: Kernels,
  { channels }: EnclosedProblem,
  { panel, waves, tails }: WaveSet,
  nX: number,
): Above {
  const [beyond, n] = [tails(waves.count), waves.count - nX];
  const columns: { at: number; root: Above; outside: Above }[] = [];
  channels.forEach(({ l, h, first }, c) => {
    const root = rootAbove(negativePart(h));
    if (root === 0) return;
    for (let i = 0; i < h.length; i++)
      for (let m = 0; m < 2 * l + 1; m++)
        columns.push({ at: first + i * (2 * l + 1) + m, root, outside: rootAbove(beyond[c]![i]!) });
  });
  return kernels.scratch((take) => {
    const [p, gram] = [take(2 * n * columns.length), take(2 * columns.length ** 2)];
    columns.forEach(({ at }, j) => {
      p.set(panel.values.subarray(2 * (panel.rows * at + nX), 2 * panel.rows * (at + 1)), 2 * n * j);
    });
    kernels.hermitianOverlap(columns.length, n, p, n, p, n, gram, columns.length);
    const gamma = complexGamma(n);
    const sums = columns.map((a, i) => {
      const row = new SumAbove();
      columns.forEach((b, j) => {
        const at = 2 * (i + columns.length * j);
        const [pa, pb, ea, eb] = [
          panel.norms[a.at]!,
          panel.norms[b.at]!,
          panel.errors[a.at]!,
          panel.errors[b.at]!,
        ];
        const size = new SumAbove()
          .add(sizeOf(gram[at]!))
          .add(sizeOf(gram[at + 1]!))
          .addProduct(gamma, productAbove(pa, pb))
          .addProduct(ea, pb)
          .addProduct(pa, eb)
          .addProduct(ea, eb)
          .addProduct(a.outside, b.outside);
        row.addProduct(productAbove(a.root, b.root), size.value);
      });
      return row.value;
    });
    return maxAbove(exact(0), ...sums);
  });
}

/** A number ε ≥ 0, nearly the least one, with h + ε certainly positive semidefinite. */
export function negativePart(h: readonly (readonly number[])[]): Above {
  if (isCertainlyPositive(h)) return exact(0);
  // beyond every sum of a row the diagonal dominates
  let enough = maxAbove(...h.map((row) => totalAbove(row.map(sizeOf))));
  let low = 0;
  for (let step = 0; step < 40; step++) {
    const middle = (low + enough) / 2;
    // a smaller diagonal that will do shows that the larger one does
    const raised = h.map((row, i) => row.map((x, j) => (i === j ? below(x + middle) : x)));
    if (isCertainlyPositive(raised)) enough = exact(middle);
    else low = middle;
  }
  return enough;
}
