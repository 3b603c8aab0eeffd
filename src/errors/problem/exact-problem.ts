import type { CohenBergstresserPotential } from "../../atoms/cohen-bergstresser.ts";
import type { NumericPotential } from "../../atoms/numeric-potential.ts";
import type { GthPotential } from "../../atoms/pseudopotential.ts";
import { requireInput } from "../../common/failure.ts";
import { det, type Mat3, type Vec3 } from "../../common/vec3.ts";
import type { Model } from "../../model/model.ts";
import { type FourierCoefficient, meshLocalCoefficients, tabulatedPotential } from "./mesh-potential.ts";
import { checkTabulated, type TabulatedPotential } from "./tabulated-projectors.ts";

/**
 * A band problem that error bars can speak of: plain data, in which every number is exact, namely
 * the binary64 value it is stored as. H = −½Δ + V on functions e^{ikr} × (lattice-periodic), with V
 * one of
 *
 *   cohen-bergstresser  V(G) = v_{|G|²} a³/(8Ω) Σ_atoms e^{−iGR}, tabulated within 0.01 (2π/a)²
 *   core                the pseudopotentials alone, Σ_atoms v_loc + v_nl, v_loc without its G = 0
 *   frozen              core (the list of atoms may be empty) plus the polynomial Σ_G V_G e^{iGr}
 *
 * An atom of tabulated projectors has no v_loc of its own: it stands in the polynomial.
 */
export type ExactProblem =
  | {
      readonly kind: "cohen-bergstresser";
      readonly lattice: Mat3;
      readonly potential: CohenBergstresserPotential;
      readonly positions: readonly Vec3[];
    }
  | { readonly kind: "core"; readonly lattice: Mat3; readonly atoms: readonly CoreAtom[] }
  | {
      readonly kind: "frozen";
      readonly lattice: Mat3;
      readonly atoms: readonly CoreAtom[];
      readonly coefficients: readonly FourierCoefficient[];
    };

/** An atom with its pseudopotential; the position is fractional. */
export interface CoreAtom {
  readonly potential: GthPotential | TabulatedPotential;
  readonly position: Vec3;
}

/**
 * The core Hamiltonian, or the empirical one, of a model. Of potentials on a mesh it is a frozen
 * one, whose polynomial is their local part.
 *
 * @throws InputError if kinds of pseudopotential are mixed.
 */
export function exactProblem(model: Pick<Model, "lattice" | "species" | "atoms">): ExactProblem {
  const lattice = model.lattice.vectors;
  const atoms: CoreAtom[] = [];
  const positions: Vec3[] = [];
  const empirical = new Set<CohenBergstresserPotential>();
  const meshes: { readonly potential: NumericPotential; readonly position: Vec3 }[] = [];
  const tables = new Map<NumericPotential, TabulatedPotential>();
  for (const { species, position } of model.atoms) {
    const { pseudopotential } = model.species[species]!;
    if (pseudopotential.kind === "gth") atoms.push({ potential: pseudopotential, position });
    else if (pseudopotential.kind === "numeric") {
      const table = tables.get(pseudopotential) ?? tabulatedPotential(pseudopotential);
      tables.set(pseudopotential, table);
      meshes.push({ potential: pseudopotential, position });
      atoms.push({ potential: table, position });
    } else {
      empirical.add(pseudopotential);
      positions.push(position);
    }
  }
  if (empirical.size === 0 && meshes.length > 0)
    return { kind: "frozen", lattice, atoms, coefficients: meshLocalCoefficients(lattice, meshes) };
  if (empirical.size === 0) return { kind: "core", lattice, atoms };
  requireInput(
    empirical.size === 1 && atoms.length === 0,
    () =>
      `error bars: one kind of potential is needed, got ${empirical.size} empirical ones and ${atoms.length} other atoms`,
  );
  return { kind: "cohen-bergstresser", lattice, potential: [...empirical][0]!, positions };
}

/** @throws InputError naming the first number that cannot be meant. */
export function checkProblem(problem: ExactProblem): void {
  const finite = (values: readonly number[], what: string) =>
    requireInput(
      values.every((value) => Number.isFinite(value) && Math.abs(value) < 1e6),
      () => `${what}: numbers below 1e6 are needed, got ${JSON.stringify(values)}`,
    );
  finite(problem.lattice.flat(), "lattice");
  requireInput(
    Math.abs(det(problem.lattice)) > 1e-3,
    () => "lattice: three independent vectors in bohr are needed",
  );
  if (problem.kind === "cohen-bergstresser") {
    for (const position of problem.positions) finite(position, "position");
    finite([problem.potential.latticeConstant, ...problem.potential.formFactors.flat()], "form factors");
    return;
  }
  for (const { position, potential } of problem.atoms) {
    finite(position, "position");
    if (potential.kind === "tabulated") {
      checkTabulated(potential);
      continue;
    }
    finite([potential.charge, potential.rloc, ...potential.c], `potential of ${potential.element}`);
    requireInput(
      potential.rloc > 0.02,
      () => `potential of ${potential.element}: r_loc > 0.02 bohr, got ${potential.rloc}`,
    );
    requireInput(
      potential.c.length <= 4 && potential.channels.length <= 4,
      () => `potential of ${potential.element}: at most C1 … C4 and l ≤ 3`,
    );
    for (const { r, h } of potential.channels) checkChannel(r, h, potential.element, finite);
  }
  if (problem.kind === "frozen") checkCoefficients(problem.coefficients, finite);
}

type Finite = (values: readonly number[], what: string) => void;

function checkChannel(r: number, h: readonly (readonly number[])[], element: string, finite: Finite): void {
  finite([r, ...h.flat()], `projectors of ${element}`);
  requireInput(
    h.length <= 3 &&
      (h.length === 0 || r > 0.02) &&
      h.every((row, i) => row.every((value, j) => value === h[j]![i])),
    () =>
      `projectors of ${element}: r_l > 0.02 and a symmetric h of at most 3 × 3, got r_l = ${r}, h = ${JSON.stringify(h)}`,
  );
}

/** A potential is real: V_{−G} = conj V_G, each G once. */
function checkCoefficients(coefficients: readonly FourierCoefficient[], finite: Finite): void {
  const byVector = new Map(coefficients.map((c) => [c.g.map((n) => n + 0).join(), c]));
  requireInput(
    byVector.size === coefficients.length,
    () => "coefficients: each vector once, got a repeated one",
  );
  for (const { g, re, im } of coefficients) {
    finite([re, im], "coefficients");
    requireInput(
      g.every((n) => Number.isInteger(n) && Math.abs(n) < 1e4),
      () => `coefficients: g must be three whole numbers below 1e4, got ${g}`,
    );
    const partner = byVector.get(g.map((n) => -n + 0).join());
    requireInput(
      partner !== undefined && partner.re === re && partner.im === -im,
      () => `coefficients: V(−G) must be the conjugate of V(G) exactly, got otherwise for g = ${g}`,
    );
  }
}

/** Returns the atoms of a problem, each with its potential. */
export const atomsOf = (problem: ExactProblem) =>
  problem.kind === "cohen-bergstresser"
    ? problem.positions.map((position) => ({ potential: problem.potential, position }))
    : problem.atoms;
