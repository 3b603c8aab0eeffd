import { valenceCharge } from "../../atoms/pseudopotential-formulas.ts";
import { pointsInBall } from "../../basis/ball.ts";
import { requireInput } from "../../common/failure.ts";
import { erfc } from "../../common/special/erfc.ts";
import { addIdentity, addOuter, newTensor, type Tensor, toMatrix } from "../../common/tensor.ts";
import { add, type Mat3, rowsVec, scale, sub, type Vec3 } from "../../common/vec3.ts";
import type { Lattice } from "../../model/lattice.ts";
import type { Model } from "../../model/model.ts";
import type { Term } from "../term.ts";

/**
 * Point charges in a neutralising uniform background. Their energy by the split of Ewald [Ewa21] is
 *
 *   E =   ½ Σ_ij Z_i Z_j Σ'_L erfc(η d)/d                   d = |R_i − R_j − L|, without d = 0
 *       + (2π/Ω) Σ_{G≠0} e^{−G²/4η²}/G² |Σ_i Z_i e^{−iG·R_i}|²
 *       − (η/√π) Σ_i Z_i² − π (Σ_i Z_i)²/(2 Ω η²)
 *
 * for any η. Both sums run over all points of a ball, found exactly for any shape of cell, and are
 * cut where their terms are below rounding.
 */
export interface PointCharges {
  readonly lattice: Lattice;
  /** Z_i, one per position. */
  readonly charges: readonly number[];
  /** Fractional coordinates. */
  readonly positions: readonly Vec3[];
}

/** Makes the term of the electrostatic energy of a model's ions. */
export function ewaldTerm(model: Model): Term {
  const { energy, forces, stress } = ewald(pointCharges(model));
  return { name: "ewald", energy: () => energy, forces: () => forces, stress: () => stress };
}

/** Returns the ions of a model as point charges of their valence. */
const pointCharges = ({ lattice, species, atoms }: Model): PointCharges => ({
  lattice,
  charges: atoms.map((atom) => valenceCharge(species[atom.species]!.pseudopotential)),
  positions: atoms.map((atom) => atom.position),
});

/** Terms fall like e^{−CUT²} ≈ 4·10⁻¹⁹, three digits below the rounding of the sum. */
const CUT = 6.5;

/**
 * Computes energy, forces and stress of point charges.
 *
 * @param splitting η [bohr⁻¹]; the result does not depend on it. Default: equally many terms in
 *   both sums.
 * @throws InputError if two charges coincide.
 */
export function ewald(
  { lattice, charges, positions }: PointCharges,
  splitting: number = balancedSplitting(lattice, charges.length),
): {
  /** [Ha] per cell. */
  readonly energy: number;
  /** −∂E/∂R_i, Cartesian [Ha/bohr]. */
  readonly forces: readonly Vec3[];
  /** (1/Ω) ∂E/∂ε under a strain of cell and positions [Ha/bohr³]. */
  readonly stress: Mat3;
} {
  requireInput(
    charges.length === positions.length,
    () =>
      `ewald: every charge needs a position, got ${charges.length} charges, ${positions.length} positions`,
  );
  const system = { lattice, charges, positions };
  const near = realSpaceSum(system, splitting);
  const far = reciprocalSum(system, splitting);
  const total = charges.reduce((sum, z) => sum + z, 0);
  const squares = charges.reduce((sum, z) => sum + z * z, 0);
  const self = (splitting / Math.sqrt(Math.PI)) * squares;
  const background = (Math.PI * total * total) / (2 * lattice.volume * splitting * splitting);
  const strain = near.strain.map((x, i) => x + far.strain[i]!);
  addIdentity(strain, background); // −background ∝ −1/Ω
  return {
    energy: near.energy + far.energy - self - background,
    forces: near.forces.map((f, i) => add(f, far.forces[i]!)),
    stress: toMatrix(strain, 1 / lattice.volume),
  };
}

/**
 * Returns η for equally many terms in both sums, ½ n² (4π/3)(CUT/η)³/Ω pairs within CUT/η and ½ n
 * (4π/3)(2η·CUT)³ Ω/(2π)³ charges times waves within 2η·CUT:   η = √π (n/Ω²)^{1/6}. The cost grows
 * as n^{3/2}.
 */
const balancedSplitting = ({ volume }: Lattice, n: number): number =>
  Math.sqrt(Math.PI) * (Math.max(1, n) / (volume * volume)) ** (1 / 6);

interface Sum {
  readonly energy: number;
  readonly forces: Vec3[];
  /** ∂E/∂ε [Ha]. */
  readonly strain: Tensor;
}

/** Returns ½ Σ_ij Z_i Z_j Σ'_L erfc(ηd)/d, each pair counted once. */
function realSpaceSum({ lattice, charges, positions }: PointCharges, eta: number): Sum {
  const forces: Vec3[] = charges.map(() => [0, 0, 0]);
  const visit = pointsInBall(lattice.vectors);
  const strain = newTensor();
  let energy = 0;
  for (let i = 0; i < charges.length; i++)
    for (let j = 0; j <= i; j++) {
      const product = charges[i]! * charges[j]!;
      const offset = rowsVec(lattice.vectors, sub(positions[i]!, positions[j]!));
      let potential = 0;
      const pull: [number, number, number] = [0, 0, 0];
      visit(offset, CUT / eta, (x, y, z) => {
        const distance = Math.sqrt(x * x + y * y + z * z);
        // Charges closer than 1e-8 bohr are one atom written twice; their energy would be 1e8 Ha.
        if (distance < 1e-8) {
          requireInput(i === j, () => samePlace(j, i, positions[i]!));
          return;
        }
        const screened = erfc(eta * distance) / distance;
        const gaussian = ((2 * eta) / Math.sqrt(Math.PI)) * Math.exp(-((eta * distance) ** 2));
        potential += screened;
        const slope = (screened + gaussian) / (distance * distance); // −(1/d) d/dd of erfc(ηd)/d
        pull[0] += slope * x;
        pull[1] += slope * y;
        pull[2] += slope * z;
        addOuter(strain, -(i === j ? 0.5 : 1) * product * slope, x, y, z);
      });
      if (i === j) {
        energy += 0.5 * product * potential;
      } else {
        energy += product * potential;
        forces[i] = add(forces[i]!, scale(product, pull));
        forces[j] = sub(forces[j]!, scale(product, pull));
      }
    }
  return { energy, forces, strain };
}

const samePlace = (j: number, i: number, position: Vec3): string =>
  `structure.atoms: atoms must be apart, got atoms ${j} and ${i} (counted from 0) both at fractional position ` +
  `${JSON.stringify(position)} up to lattice vectors; remove one`;

/** (2π/Ω) Σ_{G≠0} e^{−G²/4η²}/G² |S(G)|² over one of G and −G, S(G) = Σ_i Z_i e^{−iG·R_i}. */
function reciprocalSum({ lattice, charges, positions }: PointCharges, eta: number): Sum {
  const n = charges.length;
  const forces: Vec3[] = charges.map(() => [0, 0, 0]);
  const cos = new Float64Array(n);
  const sin = new Float64Array(n);
  const strain = newTensor();
  let energy = 0;
  pointsInBall(lattice.reciprocal)([0, 0, 0], 2 * eta * CUT, (x, y, z, n1, n2, n3) => {
    if (!isUpperHalf(n1, n2, n3)) return;
    let re = 0;
    let im = 0;
    for (let i = 0; i < n; i++) {
      const phase = 2 * Math.PI * (n1 * positions[i]![0] + n2 * positions[i]![1] + n3 * positions[i]![2]);
      cos[i] = charges[i]! * Math.cos(phase);
      sin[i] = charges[i]! * Math.sin(phase);
      re += cos[i]!;
      im -= sin[i]!;
    }
    const g2 = x * x + y * y + z * z;
    const weight = ((4 * Math.PI) / lattice.volume) * (Math.exp(-g2 / (4 * eta * eta)) / g2);
    const share = weight * (re * re + im * im);
    energy += share;
    addIdentity(strain, -share);
    addOuter(strain, share * (2 / g2 + 1 / (2 * eta * eta)), x, y, z);
    // ∂|S|²/∂R_i = 2 Re(S* ∂S/∂R_i) with ∂S/∂R_i = −iG Z_i e^{−iG·R_i}.
    for (let i = 0; i < n; i++)
      forces[i] = add(forces[i]!, scale(2 * weight * (re * sin[i]! + im * cos[i]!), [x, y, z]));
  });
  return { energy, forces, strain };
}

/** Returns true for one of each pair ±(n1, n2, n3), false for (0, 0, 0). */
const isUpperHalf = (n1: number, n2: number, n3: number): boolean =>
  n3 !== 0 ? n3 > 0 : n2 !== 0 ? n2 > 0 : n1 > 0;
