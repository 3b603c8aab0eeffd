import { requireInput } from "../../common/failure.ts";
import type { Vec3 } from "../../common/vec3.ts";
import { PI, TWO_PI } from "../../interval/constants.ts";
import { exp } from "../../interval/exp.ts";
import {
  add,
  ball,
  div,
  dot,
  type Interval,
  interval,
  lowerEnd,
  magnitude,
  mul,
  power,
  scale,
  sqr,
  sub,
  ZERO,
} from "../../interval/interval.ts";
import { rootBelow } from "../../interval/norms.ts";
import { above } from "../../interval/rounding.ts";
import { type Above, exact, productAbove, sizeOf, totalAbove } from "../../interval/sides.ts";
import { sqrt } from "../../interval/sqrt.ts";
import type { CoreAtom, ExactProblem } from "../problem/exact-problem.ts";
import { latticeTail } from "../problem/lattice-tail.ts";
import { phase } from "../problem/phase.ts";
import {
  coveringRadius,
  encloseReciprocal,
  planeWavesBelow,
  type Reciprocal,
} from "../problem/reciprocal.ts";
import { isUpperHalf } from "./filled-density.ts";

type WithAtoms = Extract<ExactProblem, { atoms: readonly CoreAtom[] }>;

/**
 * Encloses what the electrons' energy lacks: the energy of the ions in a neutralising background,
 * and the mean of the local pseudopotentials without their Coulomb part (docs/bounds.md, Lemma 11):
 *
 *   (N/Ω) Σ_a (2πZr² + (2π)^{3/2} r³ (C₁ + 3C₂ + 15C₃ + 105C₄))
 *   + (2π/Ω) Σ_{G≠0} e^{−G²/4η²}/G² |Σ_a Z_a e^{−iG·R_a}|² − (η/√π) ΣZ² − π(ΣZ)²/(2Ωη²)
 *   + ½ Σ_ab Z_aZ_b Σ'_L erfc(ηd)/d
 *
 * with η so large that of the last sum an upper bound is enough.
 *
 * @param electrons N
 * @param separation η times the least distance; the smaller, the wider
 * @throws InputError for atoms that are not certainly apart, and for what would take too long
 */
export function ionEnergy(problem: WithAtoms, electrons: number, separation: number = SEPARATION): Interval {
  const { lattice, atoms } = problem;
  if (atoms.length === 0) return ZERO;
  const reciprocal = encloseReciprocal(lattice);
  const pairs = pairSeparations(problem, reciprocal);
  const eta = interval(separation / pairs.nearest);
  const charges = atoms.map(({ potential }) => interval(potential.charge));
  const sum = charges.reduce((total, z) => add(total, z), ZERO);
  const squares = charges.reduce((total, z) => add(total, sqr(z)), ZERO);
  const self = mul(div(eta, sqrt(PI)), squares);
  const background = div(mul(PI, sqr(sum)), scale(2, mul(reciprocal.volume, sqr(eta))));
  const electrostatic = sub(sub(waveSum(atoms, reciprocal, eta), self), background);
  return add(
    add(electrostatic, pairs.energy(eta)),
    mul(div(interval(electrons), reciprocal.volume), meanPotentials(atoms)),
  );
}

/** η times the least distance: erfc(5) = 1.5·10⁻¹². */
const SEPARATION = 5;
/** Terms from here on are below 10⁻¹³ of the first: e^{−x²}. */
const FALLEN = 5.5;

/** As many distances take minutes; so few atoms leave few terms in the sum over G as well. */
const MOST_PAIRS = 2e7;

/** Σ_a ∫(v_loc + Z/r). */
function meanPotentials(atoms: readonly CoreAtom[]): Interval {
  let sum: Interval = ZERO;
  for (const { potential } of atoms) {
    requireInput(
      potential.kind === "gth",
      () => `energy: needs GTH pseudopotentials, got ${potential.name}; the mean of others is not enclosed`,
    );
    const r = interval(potential.rloc);
    const gaussian = mul(mul(TWO_PI, sqrt(TWO_PI)), power(r, 3));
    let polynomial: Interval = ZERO;
    potential.c.forEach((c, i) => {
      polynomial = add(polynomial, scale([1, 3, 15, 105][i]!, interval(c)));
    });
    const coulomb = mul(scale(potential.charge, TWO_PI), sqr(r));
    sum = add(sum, add(coulomb, mul(gaussian, polynomial)));
  }
  return sum;
}

/** (2π/Ω) Σ_{G≠0} e^{−G²/4η²}/G² |S(G)|²; beyond the set |S| ≤ Σ|Z| and G⁻² at most its first. */
function waveSum(atoms: readonly CoreAtom[], reciprocal: Reciprocal, eta: Interval): Interval {
  const radius = 2 * reciprocal.coveringRadius + 2 * FALLEN * eta.hi;
  const waves = planeWavesBelow(reciprocal, [0, 0, 0], radius ** 2 / 2);
  const beta = div(interval(0.25), sqr(eta));
  let sum: Interval = ZERO;
  for (let i = 0; i < waves.count; i++) {
    const n: Vec3 = [waves.g[3 * i]!, waves.g[3 * i + 1]!, waves.g[3 * i + 2]!];
    // one of G and −G, whose computed energies are the same: both are in the set or neither
    if (!isUpperHalf(n)) continue;
    const g2 = scale(2, ball(waves.kinetic[i]!, waves.kineticError[i]!));
    let [re, im]: [Interval, Interval] = [ZERO, ZERO];
    for (const { potential, position } of atoms) {
      const { cos, sin } = phase(n, 0, position);
      [re, im] = [add(re, scale(potential.charge, cos)), sub(im, scale(potential.charge, sin))];
    }
    const weight = div(exp(mul(scale(-1, beta), g2)), g2);
    sum = add(sum, mul(weight, add(sqr(re), sqr(im))));
  }
  const from = rootBelow(lowerEnd(scale(2, interval(waves.outside))));
  const first = magnitude(div(sqr(interval(totalSize(atoms))), sqr(interval(from))));
  const tail = latticeTail({ coefficients: [first], beta }, reciprocal, from);
  return mul(div(TWO_PI, reciprocal.volume), add(scale(2, sum), interval(0, tail)));
}

/** Σ|Z|. */
const totalSize = (atoms: readonly CoreAtom[]): Above =>
  totalAbove(atoms.map(({ potential }) => sizeOf(potential.charge)));

/** Distances of all pairs of charges up to a radius. */
interface Separations {
  /** A number near the least of all distances [bohr]. */
  readonly nearest: number;
  /** ½ Σ_ab Z_aZ_b Σ'_L erfc(ηd)/d. */
  energy(eta: Interval): Interval;
}

/** @throws InputError for atoms that are not certainly apart */
function pairSeparations({ lattice, atoms }: WithAtoms, reciprocal: Reciprocal): Separations {
  const rows = lattice.map((row) => row.map((x) => interval(x)));
  const delta = coveringRadius(rows);
  const longest = Math.max(...lattice.map((row) => Math.hypot(...row)));
  const radius = 2 * delta + longest;
  const found: { readonly charges: Interval; readonly squared: Interval }[] = [];
  // |nᵢ + sᵢ| = |r·bᵢ|/2π
  const limits = reciprocal.vectors.map((b) =>
    Math.ceil(above((radius * Math.hypot(...b.map(magnitude))) / 6) + 1),
  );
  const cells = limits.reduce((product, n) => product * (2 * n + 1), 1);
  requireInput(
    atoms.length ** 2 * cells <= MOST_PAIRS,
    () =>
      `atoms: must have at most ${MOST_PAIRS.toExponential()} pairs for the energy of the ions, got ${(atoms.length ** 2 * cells).toExponential(1)} of ${atoms.length} atoms in ${cells} cells`,
  );
  const offsets = (i: number, j: number) =>
    [0, 1, 2].map((c) => sub(interval(atoms[i]!.position[c]!), interval(atoms[j]!.position[c]!)));
  for (let i = 0; i < atoms.length; i++)
    for (let j = 0; j < atoms.length; j++) {
      const s = offsets(i, j);
      const middle = s.map(({ lo, hi }) => Math.round((lo + hi) / 2));
      for (let x = -limits[0]! - middle[0]!; x <= limits[0]! - middle[0]!; x++)
        for (let y = -limits[1]! - middle[1]!; y <= limits[1]! - middle[1]!; y++)
          for (let z = -limits[2]! - middle[2]!; z <= limits[2]! - middle[2]!; z++) {
            if (i === j && x === 0 && y === 0 && z === 0) continue;
            const t = [x, y, z].map((n, c) => add(interval(n), s[c]!));
            const r = [0, 1, 2].map((c) => dot(t, rows.map((row) => row[c]!))); // biome-ignore format: a product
            const squared = r.reduce((sum, component) => add(sum, sqr(component)), ZERO);
            if (squared.lo >= radius * radius * 1.01) continue; // the tail has it
            requireInput(
              squared.lo > 1e-4,
              () => `atoms: must be certainly apart, got atoms ${j + 1} and ${i + 1} at one place`,
            );
            const charges = scale(atoms[i]!.potential.charge, interval(atoms[j]!.potential.charge));
            found.push({ charges, squared });
          }
    }
  const least = Math.min(...found.map(({ squared }) => squared.lo));
  return {
    nearest: Math.sqrt(least),
    energy(eta) {
      // erfc(x) ≤ e^{−x²}/(x√π)
      const beta = sqr(eta);
      const factor = div(interval(0.5), mul(sqrt(PI), eta));
      let sum: Interval = ZERO;
      for (const { charges, squared } of found) {
        const most = div(exp(mul(scale(-1, beta), squared)), squared);
        sum = add(sum, mul(charges, interval(0, most.hi)));
      }
      const shape = { coveringRadius: delta, reciprocalVolume: reciprocal.volume };
      // e^{−η²d²}/d² ≤ e^{−η²d²}/R²
      const envelope = { coefficients: [1 / (0.99 * radius * radius)], beta };
      const one = latticeTail(envelope, shape, exact(radius));
      const tail = productAbove(totalSize(atoms), totalSize(atoms), one);
      return mul(factor, add(sum, ball(0, tail)));
    },
  };
}
