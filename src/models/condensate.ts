import { requireInput } from "../common/failure.ts";
import { type Given, type NumberOptions, type ValuesOf, valuesOf } from "../common/options.ts";
import { createKernels } from "../kernels/backends.ts";
import type { RealField } from "../kernels/fields.ts";
import type { Energies } from "../scf/state.ts";
import type { DefinedModel } from "./define-model.ts";
import { dotRe, normalise, type OneOrbital, oneOrbital, type StartWave } from "./one-orbital.ts";

const CONDENSATE_OPTIONS = {
  /** Target of ‖Hψ − μψ‖ [Ha]; the energy error is its square over the gap. Default 10⁻⁸. */
  tolerance: { rule: "must be a positive energy in Ha; 1e-8 is usual", default: 1e-8, above: 0 },
  /** Default 5000. */
  maxIterations: { rule: "must be a positive whole number", default: 5000, isWhole: true, atLeast: 1 },
  /** Random starts, from the seed on; the lowest minimum is the result. Default 1. */
  starts: { rule: "must be a positive whole number", default: 1, isWhole: true, atLeast: 1 },
} as const satisfies NumberOptions;

export interface CondensateOptions extends Given<typeof CONDENSATE_OPTIONS> {
  /**
   * Start ψ(r) as [re, im], or an earlier `wave`, shape [2·N]; any norm. Default positive, and in a
   * magnetic field long-wave noise, from the model's seed.
   */
  readonly start?: StartWave;
  readonly onStep?: (step: CondensateStep) => void;
  /** Ends the minimisation between steps, with the state reached. */
  readonly signal?: AbortSignal | undefined;
}

export interface CondensateStep {
  /** Index of the start, from 0. */
  readonly start: number;
  readonly step: number;
  /** [Ha] */
  readonly energy: number;
  /** ‖Hψ − μψ‖ [Ha] */
  readonly residual: number;
}

/** A stationary state: all particles in one orbital. */
export interface Condensate {
  /** [Ha] per cell. */
  readonly energies: Energies;
  /** μ = ⟨ψ|H|ψ⟩ [Ha]. */
  readonly chemicalPotential: number;
  /** N|ψ|² [bohr⁻³], shape [N]. */
  readonly density: RealField;
  /** ψ on the grid, complex, ∫|ψ|² = 1, shape [2·N]. */
  readonly wave: Float64Array;
  readonly steps: number;
  /** ‖Hψ − μψ‖ [Ha] */
  readonly residual: number;
  readonly converged: boolean;
}

/**
 * Minimises E[ψ] on the sphere ‖ψ‖ = 1, with all particles of the model in one orbital ψ of k = 0:
 *
 *   E[ψ] = N ⟨ψ|½|p − A|²|ψ⟩ + Σ_terms E[ρ],  ρ = N|ψ|²;    ∂E = 2N (Hψ − μψ)
 *
 * by nonlinear conjugate gradients along great circles ψ cos θ + d sin θ, preconditioned as in
 * [ALT17],
 *
 *   P⁻¹ = P_V^{½} P_Δ P_V^{½},   P_Δ = 1/(α + ½|G|²),   P_V = 1/(α + V − min V),   α = μ − min V₀
 *
 * with V₀ the potential without particles. Rotation makes many minima, one for each arrangement of
 * vortices; the start decides which is found. The lowest of several `starts` is returned, without
 * proof that it is the global minimum.
 *
 * @throws InputError if an option is out of range, or the model has more than one orbital.
 *
 * @example
 * ```ts
 * import { defineModel, externalPotential, minimiseCondensate } from "stillwave";
 * import { powerNonlinearity } from "stillwave";
 *
 * const model = await defineModel({
 *   cell: [[16]],
 *   ecut: 40,
 *   terms: (grid) => [
 *     externalPotential(grid, ([x]) => 0.5 * (x - 8) ** 2),
 *     powerNonlinearity(grid, { coefficient: 1.5, power: 2 }),
 *   ],
 * });
 * console.log((await minimiseCondensate(model)).chemicalPotential);
 * ```
 */
export async function minimiseCondensate(
  model: DefinedModel,
  given: CondensateOptions = {},
): Promise<Condensate> {
  const options = { ...given, ...valuesOf("minimiseCondensate", CONDENSATE_OPTIONS, given) };
  const { starts, start, signal } = options;
  requireOneOrbital(model);
  requireInput(
    starts === 1 || start === undefined,
    () => `minimiseCondensate.starts: must be 1 where a start is given, got ${starts} beside a start`,
  );
  const kernels = await createKernels(model.backend);
  const system = oneOrbital(kernels, model);
  const memory = Array.from({ length: 7 }, () => kernels.alloc(2 * system.n)) as unknown as Panels;
  let lowest = minimiseFrom(system, memory, 0, options);
  for (let number = 1; number < starts && !signal?.aborted; number++) {
    const found = minimiseFrom(system, memory, number, options);
    if (found.energies.total < lowest.energies.total) lowest = found;
  }
  return lowest;
}

type Limits = Pick<ValuesOf<typeof CONDENSATE_OPTIONS>, "tolerance" | "maxIterations">;

/** ψ, Hψ, gradient, preconditioned gradient, direction; ψ and Hψ of a trial. */
type Panels = readonly [
  Float64Array,
  Float64Array,
  Float64Array,
  Float64Array,
  Float64Array,
  Float64Array,
  Float64Array,
];

function minimiseFrom(
  system: OneOrbital,
  [psi, hpsi, gradient, image, direction, trial, trialH]: Panels,
  number: number,
  { tolerance, maxIterations, start, onStep, signal }: CondensateOptions & Limits,
): Condensate {
  const { n } = system;
  system.begin(psi, start, number);
  normalise(psi);
  let energies = system.evaluate(hpsi, psi);
  let residual = Number.POSITIVE_INFINITY;
  let mu = 0;
  let before = 0;
  let angle = 0.1;
  let steps = 0;
  const oldGradient = new Float64Array(2 * n);
  for (; ; steps++) {
    mu = dotRe(psi, hpsi);
    for (let i = 0; i < 2 * n; i++) gradient[i] = hpsi[i]! - mu * psi[i]!;
    residual = Math.sqrt(dotRe(gradient, gradient));
    onStep?.({ start: number, step: steps, energy: energies.total, residual });
    if (residual <= tolerance || steps >= maxIterations || signal?.aborted) break;

    image.set(gradient);
    system.precondition(image, hpsi, psi);
    const now = dotRe(gradient, image);
    // Polak-Ribière, restarted if the old direction would lead uphill.
    const beta = steps === 0 ? 0 : Math.max(0, (now - dotRe(oldGradient, image)) / before);
    for (let i = 0; i < 2 * n; i++) direction[i] = beta * direction[i]! - image[i]!;
    removeAlong(direction, psi);
    if (!(dotRe(direction, gradient) < 0)) for (let i = 0; i < 2 * n; i++) direction[i] = -image[i]!;
    before = now;
    oldGradient.set(gradient);

    const length = Math.sqrt(dotRe(direction, direction));
    const slope = dotRe(direction, gradient) / length;
    const move = (theta: number): { energies: Energies; slope: number } => {
      const [c, s] = [Math.cos(theta), Math.sin(theta) / length];
      for (let i = 0; i < 2 * n; i++) trial[i] = c * psi[i]! + s * direction[i]!;
      normalise(trial);
      const found = system.evaluate(trialH, trial);
      // dψ/dθ = −ψ sin θ + d cos θ, a unit vector orthogonal to the new ψ.
      let rate = 0;
      for (let i = 0; i < 2 * n; i++)
        rate += ((c / length) * direction[i]! - length * s * psi[i]!) * trialH[i]!;
      return { energies: found, slope: rate };
    };
    const found = lineSearch(move, energies.total, slope, angle);
    angle = found.theta;
    energies = found.energies;
    psi.set(trial);
    hpsi.set(trialH);
  }
  return {
    energies,
    chemicalPotential: mu,
    density: system.density(psi),
    wave: system.onGrid(psi),
    steps,
    residual,
    converged: residual <= tolerance,
  };

  function removeAlong(x: Float64Array, along: Float64Array): void {
    const overlap = dotRe(along, x);
    for (let i = 0; i < x.length; i++) x[i]! -= overlap * along[i]!;
  }
}

/**
 * Finds an angle near the minimum along the circle: the root of the slope by the secant through 0
 * and a trial angle, which works where differences of energies are rounding. Leaves the last
 * evaluated point in place.
 */
function lineSearch(
  move: (theta: number) => { energies: Energies; slope: number },
  energy: number,
  slope: number,
  guess: number,
): { readonly theta: number; readonly energies: Energies } {
  const rounding = 1e-13 * Math.abs(energy);
  let theta = guess;
  for (let tries = 0; ; tries++) {
    const at = move(theta);
    const bend = (at.slope - slope) / theta;
    const isDown = at.energies.total <= energy + rounding;
    // The slope has fallen to a tenth.
    if (isDown && Math.abs(at.slope) <= 0.1 * Math.abs(slope)) return { theta, energies: at.energies };
    if (tries >= 20) return { theta, energies: at.energies };
    const secant = bend > 0 ? -slope / bend : 2 * theta;
    theta = isDown ? Math.min(secant, 4 * theta, 1.5) : Math.min(0.5 * theta, secant);
  }
}

function requireOneOrbital({ basis: { model, kpoints } }: DefinedModel): void {
  const { electrons, perLevel, nSpin, temperature } = model;
  requireInput(
    electrons === perLevel && nSpin === 1 && temperature === 0,
    () =>
      `perLevel: must be the number of particles at temperature 0 for a condensate, got ${perLevel} for ${electrons} particles at ${temperature} Ha`,
  );
  const [k] = kpoints;
  requireInput(
    kpoints.length === 1 && k !== undefined && k.k.every((x) => x === 0),
    () =>
      `kgrid: a condensate has the one k-point 0, got ${kpoints.length} with the first at [${k?.k}]; leave it out`,
  );
}
