import { invariant, requireInput } from "../common/failure.ts";
import { addMatrices, toMatrix } from "../common/tensor.ts";
import { add, type Mat3, type Vec3 } from "../common/vec3.ts";
import {
  addField,
  dotReal,
  newRealField,
  type ReadonlyRealField,
  type RealField,
} from "../kernels/fields.ts";
import type { Lattice } from "../model/lattice.ts";
import type { Operator } from "./block-term.ts";
import type { Evaluation, Term, TermState } from "./term.ts";

/** Parts of the energy [Ha] by term name; `total` is the free energy. */
export type Energies = { readonly total: number } & { readonly [name: string]: number };

/** All terms evaluated at one density. */
export interface EvaluatedTerms {
  readonly rho: ReadonlyRealField;
  /** E[ρ] of each term [Ha]; 0 for terms that do not depend on the density. */
  readonly energies: readonly number[];
  /** V = Σ δE/δρ [Ha], shape [nSpin·N], computed when first read: ρ must not change before. */
  readonly potential: RealField;
}

export function evaluateTerms(terms: readonly Term[], rho: ReadonlyRealField): EvaluatedTerms {
  let evaluations: readonly (Evaluation | undefined)[] = terms.map((term) => term.evaluate?.(rho));
  let total: RealField | undefined;
  return {
    rho,
    energies: evaluations.map((evaluation) => evaluation?.energy ?? 0),
    get potential() {
      if (total !== undefined) return total;
      const sum = newRealField(rho.length);
      for (const evaluation of evaluations) {
        if (evaluation === undefined) continue;
        addField(sum, evaluation.potential);
      }
      evaluations = []; // frees their memory
      total = sum;
      return sum;
    },
  };
}

/**
 * Checks terms.
 *
 * @throws InputError if a term has no energy, or is named `total`.
 */
export function requireTerms(terms: readonly Term[]): void {
  terms.forEach(({ name, evaluate, operator, energy }, i) => {
    requireInput(
      typeof name === "string" && name !== "" && name !== "total",
      () => `terms: term ${i} must have a name other than total, got ${JSON.stringify(name)}`,
    );
    requireInput(
      evaluate !== undefined || operator !== undefined || energy !== undefined,
      () =>
        `terms: ${name} must have evaluate, operator or energy, got only ${Object.keys(terms[i]!).join(", ")}`,
    );
  });
}

/** Returns V = Σ δE/δρ at a density [Ha], shape [nSpin·N]. */
export const totalPotential = (terms: readonly Term[], rho: ReadonlyRealField): RealField =>
  evaluateTerms(terms, rho).potential;

/** Returns the operators of all terms. */
export const operatorsOf = (terms: readonly Term[]): Operator[] =>
  terms.flatMap(({ operator }) => (operator === undefined ? [] : [operator]));

/**
 * Returns the parts of the energy and their sum, the free energy.
 *
 * @param ofOperators Σ f w ⟨ψ|·|ψ⟩ of each operator [Ha], in the order of the terms.
 */
export function energiesOf(
  terms: readonly Term[],
  { rho, energies }: Pick<EvaluatedTerms, "rho" | "energies">,
  ofOperators: Float64Array,
  entropyEnergy: number,
): Energies {
  requireAsMany(terms, ofOperators.length);
  const state = { rho, entropyEnergy };
  const parts: Record<string, number> = {};
  let operators = 0;
  terms.forEach((term, i) => {
    const energy =
      energies[i]! +
      (term.operator === undefined ? 0 : ofOperators[operators++]!) +
      (term.energy?.(state) ?? 0);
    parts[term.name] = (parts[term.name] ?? 0) + energy;
  });
  const total = Object.values(parts).reduce((sum, energy) => sum + energy, 0);
  requireInput(
    Number.isFinite(total),
    () => `terms: energies must be finite numbers, got ${JSON.stringify(parts)}`,
  );
  return { total, ...parts };
}

/**
 * Returns the sum of the Hellmann-Feynman forces of all terms, Cartesian [Ha/bohr], one for each
 * atom or other position of the model; undefined if no term has forces.
 *
 * @param ofOperators forces of each operator, shape [operators · 3 · nAtoms].
 * @throws InputError if terms disagree on the number of positions.
 */
export function forcesOf(
  terms: readonly Term[],
  state: TermState,
  ofOperators: Float64Array,
): Vec3[] | undefined {
  const count = terms.filter(({ operator }) => operator !== undefined).length;
  const components = ofOperators.length / Math.max(1, count);
  let operators = 0;
  const parts = terms.flatMap(({ name, operator, forces }) => {
    const own = forces === undefined ? [] : [{ name, forces: forces(state) }];
    if (operator === undefined || components === 0) return own;
    const of = ofOperators.subarray(components * operators, components * ++operators);
    return [...own, { name, forces: vectorsOf(of) }];
  });
  if (parts.length === 0) return undefined;
  const [first] = parts;
  for (const { name, forces } of parts)
    requireInput(
      forces.length === first!.forces.length,
      () =>
        `terms: must have a force for each position, got ${first!.forces.length} from ${first!.name} and ${forces.length} from ${name}`,
    );
  return parts
    .map(({ forces }) => forces)
    .reduce((sum, forces) => sum.map((f, a) => add(f, forces[a]!)))
    .slice();
}

const vectorsOf = (components: Float64Array): Vec3[] =>
  Array.from({ length: components.length / 3 }, (_, a) => [
    components[3 * a]!,
    components[3 * a + 1]!,
    components[3 * a + 2]!,
  ]);

/**
 * Returns σ = (1/Ω) ∂F/∂ε [Ha/bohr³], the sum of the stresses of all terms at fixed orbitals,
 * occupations and plane waves (Hellmann-Feynman). Positive if the crystal tends to contract.
 * Undefined if a term has no stress.
 *
 * @param ofOperators ∂E/∂ε of each operator at fixed coefficients [Ha], shape [operators · 9], NaN
 *   if unknown.
 */
export function stressOf(
  terms: readonly Term[],
  state: TermState,
  ofOperators: Float64Array,
  { volume }: Lattice,
): Mat3 | undefined {
  requireAsMany(terms, ofOperators.length / 9);
  if (!ofOperators.every(Number.isFinite)) return undefined;
  let operators = 0;
  const parts = terms.flatMap(({ operator, evaluate, energy, stress }) => {
    const own = evaluate === undefined && energy === undefined ? [] : [stress?.(state)];
    if (operator === undefined) return own;
    const strain = ofOperators.subarray(9 * operators, 9 * ++operators);
    return [...own, toMatrix(strain, 1 / volume)];
  });
  return parts.some((part) => part === undefined) ? undefined : (parts as Mat3[]).reduce(addMatrices);
}

/** Returns whether all terms have a stress; operators are not asked. */
export const haveStress = (terms: readonly Term[]): boolean =>
  terms.every(
    ({ evaluate, energy, stress }) =>
      (evaluate === undefined && energy === undefined) || stress !== undefined,
  );

const requireAsMany = (terms: readonly Term[], sums: number): void => {
  const count = terms.filter(({ operator }) => operator !== undefined).length;
  invariant(
    count === sums,
    () => `${count} terms with operators, sums of ${sums}: the orbitals are of other terms`,
  );
};

/** Returns δV = K δρ [Ha] for a change of density [bohr⁻³], shape [nSpin·N]; the caller owns it. */
export type ApplyKernel = (deltaRho: ReadonlyRealField) => RealField;

/** Returns K = Σ δV/δρ at a density, for terms without a kernel by central differences of V. */
export function kernelOf(terms: readonly Term[], rho: ReadonlyRealField): ApplyKernel {
  const kernels = terms
    .filter(({ evaluate, isLinear }) => evaluate !== undefined && isLinear !== true)
    .map((term) => term.kernel?.(rho) ?? differenceKernel(term, rho));
  return (deltaRho) => {
    const out = newRealField(deltaRho.length);
    for (const add of kernels) add(out, deltaRho);
    return out;
  };
}

/** Step of `differenceKernel` relative to ρ; truncation and rounding are negligible for the SCF. */
const STEP = 1e-4;

/** Returns K δρ = dV/dt at ρ + t δρ as a central difference. */
function differenceKernel({ evaluate }: Term, rho: ReadonlyRealField) {
  const length = Math.sqrt(dotReal(rho, rho));
  return (out: RealField, deltaRho: ReadonlyRealField) => {
    const size = Math.sqrt(dotReal(deltaRho, deltaRho));
    if (size === 0) return;
    const t = (STEP * length) / size;
    for (const sign of [1, -1]) {
      const moved = newRealField(rho.length);
      for (let r = 0; r < moved.length; r++) moved[r] = rho[r]! + sign * t * deltaRho[r]!;
      const { potential } = evaluate!(moved);
      for (let r = 0; r < out.length; r++) out[r]! += (sign * potential[r]!) / (2 * t);
    }
  };
}
