import { type Below, exact } from "../../interval/sides.ts";
import type { Kernels } from "../../kernels/kernels.ts";
import { gridConvolution } from "../apply/grid-convolution.ts";
import type { EnclosedProblem } from "../problem/enclosed-hamiltonian.ts";
import { ALL } from "../problem/potential-table.ts";
import type { PlaneWaves } from "../problem/reciprocal.ts";

/** τ_G > 0 of Lemma 3: of the waves of a set, cap of all outside. Any such numbers will do. */
export interface Weights {
  readonly tau: Float64Array;
  readonly cap: number;
  /** The least τ of the waves in Q. */
  readonly lowest: number;
}

/**
 * The cap over the least kinetic energy outside X: larger ones weigh near waves less, far ones
 * more.
 */
const CAP = 2.5;

/** τ_G = min(T_G, cap): near the edge of X the sum has about half of the potential. */
export function energyWeights(waves: PlaneWaves, nX: number): Weights {
  let lowest: number = waves.outside;
  for (let row = nX; row < waves.count; row++) lowest = Math.min(lowest, waves.kinetic[row]!);
  const cap = Math.min(waves.outside, CAP * lowest);
  return { tau: waves.kinetic.map((t) => Math.min(t, cap)), cap, lowest };
}

/**
 * Weights that nearly solve the comparison problem: with v = 1/τ, v_out of all outside the set,
 *
 *   T_G v_G − Σ_{G′∈Q} |W(G−G′)| v_G′ = f_G > 0
 *
 * is D_G = f_G/v_G − c_nl, and Σ f²/D = fᵀ(T − |W|)⁻¹f is the least that weights can make of it. f
 * is what low states couple to, and a floor, from which far waves have v_G ≈ floor/(T_G − ‖W‖₁).
 * Solved by conjugate gradients, always the same number of steps: the result depends continuously
 * on roundings.
 *
 * @returns undefined where T − |W| is not positive on Q, or the set does not reach far beyond ‖W‖₁
 */
export function resolventWeights(
  kernels: Kernels,
  { table }: EnclosedProblem,
  waves: PlaneWaves,
  nX: number,
): Weights | undefined {
  const { count, kinetic, outside } = waves;
  const all = table.sumBeyond(ALL);
  if (!(all > 0 && outside > FAR_ENOUGH * all)) return undefined;
  return kernels.scratch((take) => {
    const values = new Float64Array(2 * table.count);
    for (let e = 0; e < table.count; e++) values[2 * e] = table.sizes[e]!;
    const convolution = gridConvolution(kernels, { ...table, values }, waves, count, take);
    const [complex, result] = [take(2 * count), take(2 * count)];
    /** |W| ∗ x on Q, of x on the waves from `from` up to `to`. */
    const coupled = (x: Float64Array, from: number, to: number): Float64Array => {
      complex.fill(0);
      result.fill(0);
      for (let row = from; row < to; row++) complex[2 * row] = x[row]!;
      convolution.addInto(result, complex, 1);
      return Float64Array.from({ length: count }, (_, row) => (row < nX ? 0 : result[2 * row]!));
    };
    const low = coupled(
      kinetic.map((t) => 1 / (1 + t) ** 2),
      0,
      nX,
    );
    const scale = low.reduce((most, x) => Math.max(most, x), 0);
    const inner = coupled(new Float64Array(count).fill(1), 0, nX);
    const far = (FAR_OVER_FLOOR * FLOOR) / (outside - all);
    // v = far + a: T a − |W| ∗ a = f − far (T − ‖W‖₁ + |W| ∗ 1_X)
    const right = low.map((x, row) =>
      row < nX ? 0 : x / scale + FLOOR - far * (kinetic[row]! - all + inner[row]!),
    );
    const a = solve((x) => coupled(x, nX, count), kinetic, nX, right);
    const v = a?.map((x) => x + far);
    if (v === undefined || !v.subarray(nX).every((x) => x > 0 && x < Infinity)) return undefined;
    const largest = v.subarray(nX).reduce((most, x) => Math.max(most, x), far);
    return { tau: v.map((x, row) => (row < nX ? 1 / far : 1 / x)), cap: 1 / far, lowest: 1 / largest };
  });
}

/** T outside over ‖W‖₁. */
const FAR_ENOUGH = 2;
/** f_G far out over its largest value. */
const FLOOR = 0.1;
/** v_out over what solves the problem far out: more helps the entry outside, less those within. */
const FAR_OVER_FLOOR = 10;
const STEPS = 16;

/** Conjugate gradients for (T − C) x = b on Q; undefined where T − C is not positive. */
function solve(
  coupled: (x: Float64Array) => Float64Array,
  kinetic: Float64Array,
  nX: number,
  b: Float64Array,
): Float64Array | undefined {
  const dot = (x: Float64Array, y: Float64Array): number =>
    x.reduce((sum, value, i) => sum + value * y[i]!, 0);
  const preconditioned = (r: Float64Array): Float64Array =>
    r.map((value, row) => (row < nX ? 0 : value / kinetic[row]!));
  const x = new Float64Array(b.length);
  const r = b.slice();
  let p = preconditioned(r);
  let rz = dot(r, p);
  for (let step = 0; step < STEPS && rz > 0; step++) {
    const c = coupled(p);
    const image = p.map((value, row) => (row < nX ? 0 : kinetic[row]! * value - c[row]!));
    const curvature = dot(p, image);
    if (!(curvature > 0)) return undefined;
    const alpha = rz / curvature;
    for (let i = 0; i < x.length; i++) {
      x[i]! += alpha * p[i]!;
      r[i]! -= alpha * image[i]!;
    }
    const z = preconditioned(r);
    const next = dot(r, z);
    p = z.map((value, i) => value + (next / rz) * p[i]!);
    rz = next;
  }
  return x;
}

/** The kinetic energy [Ha] up to which waves have weights of their own. */
export function weightedEnergy({ table }: EnclosedProblem, waves: PlaneWaves, nX: number): number {
  const lowest = nX < waves.count ? waves.kinetic[nX]! : waves.outside;
  let [low, high] = [0, 100];
  for (let step = 0; step < 60; step++) {
    const q = (low + high) / 2;
    if (table.sumBeyond(exact(q)) > LITTLE) low = q;
    else high = q;
  }
  const all: Below | number = table.sumBeyond(ALL);
  return Math.max(waves.outside, (Math.sqrt(2 * lowest) + high) ** 2 / 2, 4 * all);
}

/** What the lowest waves of Q may feel of the waves without weights of their own [Ha]. */
const LITTLE = 0.1;
