import { requireInput } from "../../common/failure.ts";
import { firstIndex } from "../../common/search.ts";
import type { Vec3 } from "../../common/vec3.ts";
import { TWO_PI } from "../../interval/constants.ts";
import {
  add,
  ball,
  certainlyLess,
  div,
  type Interval,
  interval,
  lowerEnd,
  magnitude,
  midpoint,
  mul,
  neg,
  radiusAbout,
  scale,
  sqr,
  sub,
  upperEnd,
  ZERO,
} from "../../interval/interval.ts";
import { rootAbove } from "../../interval/norms.ts";
import { above, below } from "../../interval/rounding.ts";
import {
  type Above,
  type Below,
  differenceBelow,
  exact,
  inflated,
  productAbove,
  SumAbove,
} from "../../interval/sides.ts";
import { sqrt } from "../../interval/sqrt.ts";
import type { CoreAtom, ExactProblem } from "./exact-problem.ts";
import { encloseGthLocal, gthFarRadius, gthLocalEnvelope } from "./gth-enclosure.ts";
import { latticeTail } from "./lattice-tail.ts";
import { phase } from "./phase.ts";
import {
  listSize,
  type PlaneWaves,
  planeWavesBelow,
  type Reciprocal,
  requireFewWaves,
} from "./reciprocal.ts";
import { placesOf, type ShortBasis } from "./short-basis.ts";

/**
 * Fourier coefficients W(G) of the local potential, G ≠ 0, as doubles with radii, and bounds of the
 * rest. Sums are over absolute values: ‖W * u‖₂ ≤ ‖W‖₁‖u‖₂ (Young) makes operator norms of them.
 */
export interface PotentialTable {
  /** W(0), kept apart: it shifts every band by exactly this. */
  readonly constant: Interval;
  readonly count: number;
  /** Reduced vectors by length, and their places on grids. */
  readonly g: Int32Array;
  readonly places: Int32Array;
  /** Doubles near W(G), interleaved; W(−G) is the exact conjugate. */
  readonly values: Float64Array;
  /** |W(G)| from above. */
  readonly sizes: Float64Array;
  /** Σ_G |W(G) − values|, coefficients without an entry included. */
  readonly errorSum: Above;
  /**
   * t₁(q) = Σ_{|G| ≥ q} |W(G)|, and not below the sum of these sizes; a lower bound of q gives
   * more.
   */
  sumBeyond(q: Below): Above;
  /** t₂(q) = (Σ_{|G| ≥ q} |W(G)|²)^{1/2}. */
  norm2Beyond(q: Below): Above;
  /** Position of an entry in `values` (halved), −1 without one. */
  indexOf(n1: number, n2: number, n3: number): number;
}

/** The radii of which t₁ and t₂ are of every coefficient, and of those beyond the table alone. */
export const ALL = exact(0);
export const BEYOND_TABLE = exact(Number.POSITIVE_INFINITY);

interface Coefficient {
  readonly re: Interval;
  readonly im: Interval;
}

/** Terms of structure factors that are summed within minutes. */
const MOST_TERMS = 4e8;

/**
 * Tabulates the local potential of a checked problem.
 *
 * @throws InputError with an estimate, where the table would not end or not fit
 */
export function tabulatePotential(problem: ExactProblem, reciprocal: Reciprocal): PotentialTable {
  const energy = tableEnergy(problem, reciprocal);
  requireFewWaves(reciprocal, energy);
  const atoms = problem.kind === "cohen-bergstresser" ? problem.positions.length : problem.atoms.length;
  const terms = atoms * listSize(reciprocal, energy).waves;
  requireInput(
    terms <= MOST_TERMS,
    () =>
      `atoms: must have at most ${MOST_TERMS.toExponential()} terms of their structure factors up to ${energy.toPrecision(3)} Ha, got about ${terms.toExponential(1)} of ${atoms} atoms`,
  );
  const waves = planeWavesBelow(reciprocal, [0, 0, 0], energy);
  const coefficient = coefficientOf(problem, reciprocal);
  const nonzero: { i: number; value: Coefficient }[] = [];
  let constant: Interval = ZERO;
  const half = new Map<string, Coefficient>();
  for (let i = 0; i < waves.count; i++) {
    const n: Vec3 = [waves.g[3 * i]!, waves.g[3 * i + 1]!, waves.g[3 * i + 2]!];
    const partner = half.get([-n[0], -n[1], -n[2]].join());
    const value: Coefficient | undefined =
      partner === undefined ? coefficient(n, waves, i) : { re: partner.re, im: neg(partner.im) };
    if (value === undefined) continue;
    if (partner === undefined) half.set(n.join(), value);
    if (n.every((x) => x === 0)) constant = value.re;
    else nonzero.push({ i, value });
  }
  return assemble(
    { waves, short: reciprocal.short },
    nonzero,
    constant,
    farSum(problem, reciprocal, lowerEnd(sqrt(scale(2, interval(waves.outside))))),
  );
}

/** Atoms whose local potential is a formula. */
const gthAtoms = ({ atoms }: Extract<ExactProblem, { atoms: readonly CoreAtom[] }>) =>
  atoms.flatMap(({ potential, position }) => (potential.kind === "gth" ? [{ potential, position }] : []));

/** ½R² of the sphere that holds every entry worth having, and all of a finite support. */
function tableEnergy(problem: ExactProblem, reciprocal: Reciprocal): number {
  if (problem.kind === "cohen-bergstresser") {
    const { latticeConstant, formFactors } = problem.potential;
    const unit = div(TWO_PI, interval(latticeConstant));
    return scale(Math.max(...formFactors.map(([n2]) => n2)) + 1, sqr(unit)).hi / 2;
  }
  let energy = 1e-3;
  for (const { potential } of gthAtoms(problem))
    energy = Math.max(energy, sqr(interval(gthFarRadius(potential, reciprocal.coveringRadius))).hi / 2);
  if (problem.kind === "frozen")
    for (const { g } of problem.coefficients) {
      const { value, error } = reciprocal.kinetic([0, 0, 0], g[0], g[1], g[2]);
      energy = Math.max(energy, above(above(value + error) * 1.001)); // certainly inside
    }
  return energy;
}

/** Σ |W(G)| over |G| ≥ R, where nothing is tabulated: zero for a finite support. */
function farSum(problem: ExactProblem, reciprocal: Reciprocal, radius: Below): Above {
  if (problem.kind === "cohen-bergstresser") return exact(0);
  let sum: Interval = ZERO;
  const from = differenceBelow(radius, productAbove(exact(2), reciprocal.coveringRadius));
  const atoms = gthAtoms(problem);
  for (const { potential } of atoms)
    sum = add(sum, interval(latticeTail(gthLocalEnvelope(potential, from), reciprocal, radius)));
  return atoms.length === 0 ? exact(0) : upperEnd(div(sum, reciprocal.volume));
}

type CoefficientOf = (n: Vec3, waves: PlaneWaves, i: number) => Coefficient | undefined;

function coefficientOf(problem: ExactProblem, reciprocal: Reciprocal): CoefficientOf {
  if (problem.kind === "cohen-bergstresser") return cohenBergstresser(problem, reciprocal);
  const frozen = new Map(
    problem.kind === "frozen"
      ? problem.coefficients.map(({ g, re, im }) => [g.map((n) => n + 0).join(), { re, im }])
      : [],
  );
  const atoms = gthAtoms(problem);
  return (n, waves, i) => {
    const listed = frozen.get(n.join());
    let re: Interval = interval(listed?.re ?? 0);
    let im: Interval = interval(listed?.im ?? 0);
    if (n.every((x) => x === 0)) return { re, im }; // the DC part of v_loc is dropped by convention
    if (atoms.length === 0) return listed === undefined ? undefined : { re, im };
    const q2 = scale(2, ball(waves.kinetic[i]!, waves.kineticError[i]!));
    const radial = new Map(
      atoms.map(({ potential }) => [potential, div(encloseGthLocal(potential, q2), reciprocal.volume)]),
    );
    for (const { potential, position } of atoms) {
      const { cos, sin } = phase(n, 0, position);
      re = add(re, mul(radial.get(potential)!, cos));
      im = sub(im, mul(radial.get(potential)!, sin));
    }
    return { re, im };
  };
}

/** The rule of the model: |G|² counts as tabulated within 0.01 (2π/a)². */
function cohenBergstresser(
  { potential, positions }: Extract<ExactProblem, { kind: "cohen-bergstresser" }>,
  reciprocal: Reciprocal,
): CoefficientOf {
  const unit = sqr(div(TWO_PI, interval(potential.latticeConstant)));
  const perAtom = div(
    scale(0.125, mul(sqr(interval(potential.latticeConstant)), interval(potential.latticeConstant))),
    reciprocal.volume,
  );
  return (n, waves, i) => {
    const normG2 = div(scale(2, ball(waves.kinetic[i]!, waves.kineticError[i]!)), unit);
    for (const [tabulated, value] of potential.formFactors) {
      const distance = sub(normG2, interval(tabulated));
      const [least, most] = [interval(-0.01), interval(0.01)];
      if (certainlyLess(distance, least) || certainlyLess(most, distance)) continue;
      requireInput(
        certainlyLess(least, distance) && certainlyLess(distance, most),
        () => `form factors: |G|² of ${n} is too near the edge of the shell ${tabulated} to be decided`,
      );
      let [re, im]: [Interval, Interval] = [ZERO, ZERO];
      for (const position of positions) {
        const { cos, sin } = phase(n, 0, position);
        [re, im] = [add(re, cos), sub(im, sin)];
      }
      const factor = scale(value, perAtom);
      return { re: mul(factor, re), im: mul(factor, im) };
    }
    return undefined;
  };
}

function assemble(
  { waves, short }: { readonly waves: PlaneWaves; readonly short: ShortBasis },
  nonzero: readonly { i: number; value: Coefficient }[],
  constant: Interval,
  far: Above,
): PotentialTable {
  const count = nonzero.length;
  const g = new Int32Array(3 * count);
  const values = new Float64Array(2 * count);
  const sizes = new Float64Array(count);
  const longest = new Float64Array(count); // ½|G|² from above, the largest so far
  const errors = new SumAbove().add(far);
  nonzero.forEach(({ i, value: { re, im } }, e) => {
    g.set(waves.g.subarray(3 * i, 3 * i + 3), 3 * e);
    const [x, y] = [midpoint(re), midpoint(im)];
    values.set([x, y], 2 * e);
    errors.add(radiusAbout(re, x)).add(radiusAbout(im, y)); // |re| + |im| is above the modulus
    sizes[e] = rootAbove(upperEnd(add(sqr(interval(magnitude(re))), sqr(interval(magnitude(im))))));
    longest[e] = Math.max(e === 0 ? 0 : longest[e - 1]!, above(waves.kinetic[i]! + waves.kineticError[i]!));
  });
  const sums = new Float64Array(count + 1);
  const squares = new Float64Array(count + 1);
  for (let e = count - 1; e >= 0; e--) {
    sums[e] = sums[e + 1]! + sizes[e]!;
    squares[e] = squares[e + 1]! + sizes[e]! * sizes[e]!;
  }
  /** The first entry from which some |G| may be ≥ q: all before are certainly shorter. */
  const firstReaching = (q: number): number => {
    if (!(q > 0)) return 0;
    const energy = below(below(q * q) / 2);
    return firstIndex(count, (e) => !(longest[e]! < energy));
  };
  return {
    constant,
    count,
    g,
    places: placesOf(g, short),
    values,
    sizes,
    errorSum: errors.value,
    sumBeyond: (q) => inflated(sums[firstReaching(q)]! + far, count + 1), // count sums, far
    // squares, count sums, far²
    norm2Beyond: (q) => rootAbove(inflated(squares[firstReaching(q)]! + far * far, count + 2)),
    indexOf: finder(g, count, short),
  };
}

/** Writes W(Gᵢ − Gⱼ) of rows row0 … row0 + rows − 1 and the first `columns` of a list of waves. */
export function writeCoefficients(
  block: Float64Array,
  { indexOf, values }: PotentialTable,
  g: Int32Array,
  row0: number,
  rows: number,
  columns: number,
): void {
  for (let x = 0; x < columns; x++)
    for (let y = 0; y < rows; y++) {
      const [i, j] = [3 * (row0 + y), 3 * x];
      const e = indexOf(g[i]! - g[j]!, g[i + 1]! - g[j + 1]!, g[i + 2]! - g[j + 2]!);
      block[2 * (y + rows * x)] = e < 0 ? 0 : values[2 * e]!;
      block[2 * (y + rows * x) + 1] = e < 0 ? 0 : values[2 * e + 1]!;
    }
}

/** A table over the box of the entries' places; it is asked for reduced vectors. */
export function finder(
  g: Int32Array,
  count: number,
  short: ShortBasis,
): (n1: number, n2: number, n3: number) => number {
  const find = placeFinder(placesOf(g, short), count);
  if (short.isStated) return find;
  const [[a, b, c], [d, e, f], [h, i, j]] = short.to;
  return (x, y, z) => find(a * x + b * y + c * z, d * x + e * y + f * z, h * x + i * y + j * z);
}

function placeFinder(g: Int32Array, count: number): (n1: number, n2: number, n3: number) => number {
  const lo = [0, 0, 0];
  const hi = [0, 0, 0];
  for (let i = 0; i < 3 * count; i++) {
    lo[i % 3] = Math.min(lo[i % 3]!, g[i]!);
    hi[i % 3] = Math.max(hi[i % 3]!, g[i]!);
  }
  const [a, b, c] = lo as [number, number, number];
  const [na, nb, nc] = hi.map((h, i) => h - lo[i]! + 1) as [number, number, number];
  const table = new Int32Array(na * nb * nc).fill(-1);
  for (let i = 0; i < count; i++)
    table[((g[3 * i]! - a) * nb + g[3 * i + 1]! - b) * nc + g[3 * i + 2]! - c] = i;
  return (n1, n2, n3) => {
    const [x, y, z] = [n1 - a, n2 - b, n3 - c];
    return x < 0 || y < 0 || z < 0 || x >= na || y >= nb || z >= nc ? -1 : table[(x * nb + y) * nc + z]!;
  };
}
