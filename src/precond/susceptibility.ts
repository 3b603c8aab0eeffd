import type { Grid } from "../basis/grid.ts";
import {
  dotReal,
  type FourierField,
  newFourierField,
  newRealField,
  type ReadonlyRealField,
  type RealField,
  sumReal,
} from "../kernels/fields.ts";
import { conjugateGradients } from "../solvers/conjugate-gradients.ts";
import { longWaves } from "./long-waves.ts";
import type { ApplyPreconditioner } from "./preconditioner.ts";
import { type ResponseSpace, responseSpace } from "./response-space.ts";

/** A model of how the density answers to a slowly varying potential; what is absent answers nothing. */
export interface ModelSusceptibility {
  /** D_σ(r) ≥ 0, states per energy and volume [Ha⁻¹ bohr⁻³], shape [nSpin·N]. */
  readonly states?: RealField;
  readonly polarisable?: Polarisable;
}

/** C(G) = (εr − 1)|G|² / (4π (1 + (εr − 1)|G|²/kTF²)): bound charges with long-wave permittivity εr. */
export interface Polarisable {
  readonly epsilonR: number;
  /** [bohr⁻¹] */
  readonly kTF: number;
  /** √L(r), where they are, shape [N]; absent where L = 1 everywhere. */
  readonly rootOfPlace?: RealField;
}

/**
 * Solves (1 − χ̃₀ v) δρ = f, v = 4π/|G|², for the total density, with
 *
 *   χ̃₀ = −D(r) δ(r − r′) + D(r) D(r′)/∫D − √L C √L
 *
 * The second term is the shift of the Fermi level, which keeps ∫δρ = 0. With u = v^{½} δρ on G ≠ 0 the operator is
 * symmetric and at least one,
 *
 *   (1 + v^{½}(−χ̃₀)v^{½}) u = v^{½} f,     δρ = f + χ̃₀ v^{½} u,
 *
 * so conjugate gradients apply; they are preconditioned by the operator itself on the longest waves (`longWaves`) and
 * by that of the mean values of D and L, diagonal in G, on the others. The residual is cut to 10⁻³ of f, far below what
 * the model itself is wrong by; from 10⁻² on, slabs of 16 layers take more SCF steps. u lives on the waves of
 * `ResponseSpace`; the last product is taken on the full grid. The mean of f is carried past it all. Both spins feel one
 * potential, and each answers with its own D; what is polarised belongs to both alike.
 *
 * The transposed system, (1 − v χ̃₀) δV = f for potentials, has the same symmetric one at its heart:
 *
 *   (1 + v^{½}(−χ̃₀)v^{½}) u = v^{½} χ̃₀ f,     δV = f + v^{½} u
 *
 * The returned function keeps the tables of the grid it saw last; it is otherwise without memory.
 */
export function screening(): Screening {
  let space: ResponseSpace | undefined;
  return (grid, nSpin, model, transposed = false) => {
    if (space?.fine !== grid) space = responseSpace(grid);
    return (transposed ? bindTransposed : bind)(space, nSpin, model);
  };
}

/** @param transposed for potentials; default false, for densities. */
export type Screening = (
  grid: Grid,
  nSpin: 1 | 2,
  model: ModelSusceptibility,
  transposed?: boolean,
) => ApplyPreconditioner;

function bind(space: ResponseSpace, nSpin: 1 | 2, model: ModelSusceptibility): ApplyPreconditioner {
  const { fine, coarse, fineIndex, root } = space;
  const { states, polarisable } = model;
  const { points } = fine;
  const states1 = states === undefined ? undefined : total(states, points);
  const coefficients = newFourierField(points);
  const solve = solver(space, {
    ...(states1 === undefined ? {} : { states: moved(fine, coarse, states1) }),
    ...(polarisable === undefined ? {} : { polarisable: movedPolarisable(fine, coarse, polarisable) }),
  });
  const answer = polarisable === undefined ? undefined : boundCharge(fine, polarisable);
  const rightSide = new Float64Array(2 * root.length);
  const potential = newRealField(points);
  return (out, f) => {
    fine.forward(coefficients, total(f, points));
    gather(rightSide, coefficients, fineIndex, root);
    scatter(coefficients, solve(rightSide), fineIndex, root);
    fine.inverse(potential, coefficients);
    const charge = answer?.(potential);
    if (states1 !== undefined) removeLevel(potential, states1);
    out.set(f as unknown as RealField); // the read-only view of a Float64Array is one
    for (let spin = 0; spin < nSpin; spin++) {
      const component = out.subarray(spin * points, (spin + 1) * points);
      if (states !== undefined)
        subtractProduct(component, states.subarray(spin * points, (spin + 1) * points), potential);
      if (charge !== undefined) subtract(component, charge, 1 / nSpin);
    }
    // Rounding and a place with edges leave a trace of charge: the mean is that of f.
    addConstant(out, (sumReal(f) - sumReal(out)) / out.length);
  };
}

function bindTransposed(space: ResponseSpace, nSpin: 1 | 2, model: ModelSusceptibility): ApplyPreconditioner {
  const { fine, coarse, fineIndex, root } = space;
  const { states, polarisable } = model;
  const { points } = fine;
  const coefficients = newFourierField(points);
  const solve = solver(space, {
    ...(states === undefined ? {} : { states: moved(fine, coarse, total(states, points)) }),
    ...(polarisable === undefined ? {} : { polarisable: movedPolarisable(fine, coarse, polarisable) }),
  });
  const answer = polarisable === undefined ? undefined : boundCharge(fine, polarisable);
  const rightSide = new Float64Array(2 * root.length);
  const answered = newRealField(points);
  const felt = newRealField(points);
  const screened = newRealField(points);
  return (out, f) => {
    // answered ← χ̃₀ f, the charge of both spins; a constant has none.
    const constant = mean(f);
    const level = states === undefined ? 0 : dotReal(states, f) / sumReal(states);
    answered.fill(0);
    if (states !== undefined)
      for (let i = 0; i < f.length; i++) answered[i % points]! -= states[i]! * (f[i]! - level);
    if (answer !== undefined) {
      const shared = total(f, points);
      for (let r = 0; r < points; r++) felt[r] = shared[r]! / nSpin - constant;
      const charge = answer(felt);
      for (let r = 0; r < points; r++) answered[r]! -= charge[r]!;
    }
    fine.forward(coefficients, answered);
    gather(rightSide, coefficients, fineIndex, root);
    scatter(coefficients, solve(rightSide), fineIndex, root);
    fine.inverse(screened, coefficients);
    for (let i = 0; i < out.length; i++) out[i] = f[i]! + screened[i % points]!;
  };
}

/** The symmetric system on the coarse grid: its solution u for a right side. */
function solver(
  space: ResponseSpace,
  { states, polarisable }: ModelSusceptibility,
): (rightSide: Float64Array) => Float64Array {
  const { coarse, coarseIndex, root, coulomb } = space;
  const { points, normG2 } = coarse;
  const coefficients = newFourierField(points);
  const field = newRealField(points);
  const meanStates = states === undefined ? 0 : mean(states);
  const place = polarisable?.rootOfPlace;
  const meanPlace = place === undefined ? 1 : dotReal(place, place) / points;
  const answer =
    place === undefined || polarisable === undefined ? undefined : boundCharge(coarse, polarisable);
  // v C, diagonal where L = 1: then it costs no transform.
  const bound = coulomb.map((v, j) =>
    polarisable === undefined ? 0 : v * polarisability(polarisable, normG2[coarseIndex[j]!]!),
  );
  const diagonal = bound.map((x) => (place === undefined ? x : 0));
  const inverseDiagonal = bound.map((x, j) => 1 / (1 + coulomb[j]! * meanStates + meanPlace * x));

  const apply = (out: Float64Array, x: Float64Array) => {
    if (states !== undefined || answer !== undefined) {
      scatter(coefficients, x, coarseIndex, root);
      coarse.inverse(field, coefficients);
      const charge = answer?.(field);
      if (states === undefined) field.fill(0);
      else {
        removeLevel(field, states);
        for (let r = 0; r < points; r++) field[r]! *= states[r]!;
      }
      if (charge !== undefined) for (let r = 0; r < points; r++) field[r]! += charge[r]!;
      coarse.forward(coefficients, field);
      gather(out, coefficients, coarseIndex, root);
    } else out.fill(0);
    for (let j = 0; j < diagonal.length; j++) {
      const factor = 1 + diagonal[j]!;
      out[2 * j]! += factor * x[2 * j]!;
      out[2 * j + 1]! += factor * x[2 * j + 1]!;
    }
  };
  const long =
    states === undefined
      ? undefined
      : longWaves(
          space,
          states,
          bound.map((x) => meanPlace * x),
        );
  const precondition = (out: Float64Array, x: Float64Array) => {
    for (let j = 0; j < inverseDiagonal.length; j++) {
      out[2 * j] = inverseDiagonal[j]! * x[2 * j]!;
      out[2 * j + 1] = inverseDiagonal[j]! * x[2 * j + 1]!;
    }
    long?.(out, x);
  };
  const out = new Float64Array(2 * root.length);
  return (rightSide) => {
    conjugateGradients({ apply, precondition, rightSide, out, relativeTolerance: 1e-3, maxIterations: 200 });
    return out;
  };
}

const polarisability = ({ epsilonR, kTF }: Polarisable, g2: number): number =>
  ((epsilonR - 1) * g2) / (4 * Math.PI * (1 + ((epsilonR - 1) * g2) / (kTF * kTF)));

/** √L C √L of a potential; the array returned is written again by the next call. */
function boundCharge(grid: Grid, polarisable: Polarisable): (potential: ReadonlyRealField) => RealField {
  const { points, normG2 } = grid;
  const place = polarisable.rootOfPlace;
  const factor = normG2.map((g2) => polarisability(polarisable, g2));
  const coefficients = newFourierField(points);
  const work = newRealField(points);
  return (potential) => {
    for (let r = 0; r < points; r++) work[r] = (place === undefined ? 1 : place[r]!) * potential[r]!;
    grid.forward(coefficients, work);
    for (let g = 0; g < points; g++) {
      coefficients[2 * g]! *= factor[g]!;
      coefficients[2 * g + 1]! *= factor[g]!;
    }
    grid.inverse(work, coefficients);
    if (place !== undefined) for (let r = 0; r < points; r++) work[r]! *= place[r]!;
    return work;
  };
}

/** coefficients ← the field whose half-space coordinates are x: f = Re Σ_j root_j x_j e^{iG_j r}. */
function scatter(coefficients: FourierField, x: Float64Array, index: Int32Array, root: Float64Array): void {
  coefficients.fill(0);
  for (let j = 0; j < index.length; j++) {
    coefficients[2 * index[j]!] = root[j]! * x[2 * j]!;
    coefficients[2 * index[j]! + 1] = root[j]! * x[2 * j + 1]!;
  }
}

/** The transpose of `scatter`. */
function gather(out: Float64Array, coefficients: FourierField, index: Int32Array, root: Float64Array): void {
  for (let j = 0; j < index.length; j++) {
    out[2 * j] = root[j]! * coefficients[2 * index[j]!]!;
    out[2 * j + 1] = root[j]! * coefficients[2 * index[j]! + 1]!;
  }
}

/** The sum over spins: f itself where there is one. */
function total<F extends ReadonlyRealField>(f: F, points: number): F | RealField {
  if (f.length === points) return f;
  const out = newRealField(points);
  for (let r = 0; r < points; r++) out[r] = f[r]! + f[points + r]!;
  return out;
}

/** A nonnegative field on the coarse grid: the waves it has room for, with what they undershoot cut off. */
function moved(fine: Grid, coarse: Grid, f: RealField): RealField {
  if (fine === coarse) return f;
  const from = fine.toFourier(f);
  const to = newFourierField(coarse.points);
  const [nx, ny, nz] = fine.size;
  const { gVectors, size } = coarse;
  for (let g = 0; g < coarse.points; g++) {
    const [x, y, z] = [gVectors[3 * g]!, gVectors[3 * g + 1]!, gVectors[3 * g + 2]!];
    // The highest frequency of an even axis has no partner here.
    if (2 * x === -size[0] || 2 * y === -size[1] || 2 * z === -size[2]) continue;
    const at = (x < 0 ? x + nx : x) + nx * ((y < 0 ? y + ny : y) + ny * (z < 0 ? z + nz : z));
    to[2 * g] = from[2 * at]!;
    to[2 * g + 1] = from[2 * at + 1]!;
  }
  const out = coarse.toReal(to);
  for (let r = 0; r < out.length; r++) out[r] = Math.max(0, out[r]!);
  return out;
}

function movedPolarisable(fine: Grid, coarse: Grid, { rootOfPlace, ...rest }: Polarisable): Polarisable {
  return rootOfPlace === undefined ? rest : { ...rest, rootOfPlace: moved(fine, coarse, rootOfPlace) };
}

const mean = (f: ReadonlyRealField): number => sumReal(f) / f.length;

/** f ← f − ∫ D f/∫ D: the shift of the Fermi level that a potential causes, taken off it. */
function removeLevel(f: RealField, states: ReadonlyRealField): void {
  const level = dotReal(states, f) / sumReal(states);
  for (let r = 0; r < f.length; r++) f[r]! -= level;
}

/** out ← out − D f */
function subtractProduct(out: Float64Array, states: Float64Array, f: ReadonlyRealField): void {
  for (let r = 0; r < out.length; r++) out[r]! -= states[r]! * f[r]!;
}

function subtract(out: Float64Array, f: ReadonlyRealField, factor: number): void {
  for (let r = 0; r < out.length; r++) out[r]! -= factor * f[r]!;
}

function addConstant(out: Float64Array, value: number): void {
  for (let r = 0; r < out.length; r++) out[r]! += value;
}
