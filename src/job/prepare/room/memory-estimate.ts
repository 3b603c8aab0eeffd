import { requireInput } from "../../../common/failure.ts";
import { plural } from "../../../common/plural.ts";
import { meanPlaneWaves } from "../../../model/lattice.ts";
import { blockMemory } from "../../../state/block-memory.ts";

/** What decides how much memory a calculation takes. */
export interface MemoryNeeds {
  /** Ω [bohr³]. */
  readonly volume: number;
  /** [Ha] */
  readonly ecut: number;
  readonly gridPoints: number;
  readonly bands: number;
  /** k-points actually diagonalised, spins counted. */
  readonly kpoints: number;
  /** Nonlocal projectors of all atoms together. */
  readonly projectors: number;
  /** Components of a density: 2 in spin-polarised runs. Default 1. */
  readonly spins?: number;
  /** Whether the functional takes gradients of the density. Default false. */
  readonly hasGradients?: boolean;
  /** Densities kept by the accelerator. */
  readonly history: number;
  readonly threads: number;
  /** Whether the orbitals of all k-points have real coefficients. Default false. */
  readonly isReal?: boolean;
  /** Whether bands may be added when the levels turn out to lie close. Default false. */
  readonly mayGrow?: boolean;
  /** Most bytes that one kernel instance can hold; default infinite. */
  readonly most?: number;
  /** What is held beside the iteration, by name [B]. */
  readonly besides?: Readonly<Record<string, number>>;
  /** Panels of all bands that operations take for a while beside those of the eigensolver. */
  readonly panels?: number;
  /** What it is for, where that is more than the ground state. */
  readonly purpose?: string;
}

export interface MemoryEstimate {
  /** All of it [B]. */
  readonly bytes: number;
  /** For one block alone, which no second thread or memory shares [B]. */
  readonly perBlock: number;
  /** [B], the biggest first. */
  readonly parts: readonly { readonly name: string; readonly bytes: number }[];
}

/** The system and other programs need the rest. */
const SYSTEM_SHARE = 0.8;
/** What the number of plane waves of a k-point may exceed the mean by. */
const LARGEST_SPHERE = 1.03;

/** Real fields of the density's size beside the history. */
const REAL_FIELDS = 12;
/** Further fields for gradients: ∇ρ, σ and their derivatives, for each evaluation anew. */
const GRADIENT_FIELDS = 20;

/*
 * Memory besides the arrays, measured as the largest resident memory of jobs (bench/estimate.ts):
 * Node, libraries, compiled code, garbage; and the same for each further thread.
 */
export const PROGRAM = 140 * 2 ** 20;
const THREAD = 28 * 2 ** 20;
/** Real fields of the density's size in each further thread, sent, received or garbage. */
const THREAD_FIELDS = 20;
/**
 * Share of its memory that a calculation takes again where bands are added: new instances are
 * opened, and the old ones wait for the garbage collector. Half, as it happens in some runs only.
 */
const GROWN = 0.5;
/** Lists of a sphere in the main thread, and again in the block's own [B per plane wave]. */
const SPHERE_LISTS = 48;

const COMPLEX = 16;
const REAL = 8;

/** Memory of a ground state from its sizes alone, before anything is allocated. */
export function estimateMemory(needs: MemoryNeeds): MemoryEstimate {
  const { bands, kpoints, projectors, gridPoints, spins = 1, most = Number.POSITIVE_INFINITY } = needs;
  const workers = Math.min(needs.threads, kpoints);
  const waves = meanPlaneWaves(needs.volume, needs.ecut);
  const number = needs.isReal ? REAL : COMPLEX;
  const panel = number * waves * bands;
  const { panels = 0 } = needs;
  const ofPanels = panels * panel;
  const plan = blockMemory(
    { planeWaves: LARGEST_SPHERE * waves, bands, projectors, gridPoints, isReal: needs.isReal ?? false },
    most,
  );
  const atOnce = Math.min(kpoints, Math.max(1, plan.atOnce));
  const instances = workers * Math.ceil(Math.ceil(kpoints / workers) / atOnce);
  const orbitals = panel * kpoints;
  const ofProjectors = number * waves * projectors * kpoints;
  const replaced = GROWN * (orbitals + ofProjectors + instances * (plan.shared + plan.scratch));
  const each = {
    "the program itself": PROGRAM + (workers > 1 ? workers * THREAD : 0),
    orbitals,
    projectors: ofProjectors,
    "lists of plane waves": waves * kpoints * (2 * SPHERE_LISTS + plan.sphere),
    "densities and potentials":
      spins *
      (REAL_FIELDS +
        (needs.hasGradients ? GRADIENT_FIELDS : 0) +
        3 * needs.history +
        (workers > 1 ? workers * THREAD_FIELDS : 0)) *
      REAL *
      gridPoints,
    // of which the orbitals are a part where each instance has one block
    "eigensolver workspace": instances * plan.shared - (instances === kpoints ? orbitals : 0),
    "transforms and overlaps": instances * plan.scratch,
    ...(needs.mayGrow === true ? { "the same before bands were added": replaced } : {}),
    ...(panels > 0 ? { "panels of the response": instances * ofPanels } : {}),
    ...needs.besides,
  };
  const parts = Object.entries(each)
    .map(([name, bytes]) => ({ name, bytes }))
    .sort((a, b) => b.bytes - a.bytes);
  return {
    bytes: parts.reduce((sum, part) => sum + part.bytes, 0),
    perBlock: plan.shared + plan.scratch + plan.block + ofPanels,
    parts,
  };
}

/**
 * @param systemMemory bytes of the machine; infinite where it cannot be asked, as in a browser.
 * @throws InputError, with the estimate and what dominates it, if the calculation cannot fit.
 */
export function requireMemory(needs: MemoryNeeds, systemMemory: number): MemoryEstimate {
  const estimate = estimateMemory(needs);
  const { most = Number.POSITIVE_INFINITY } = needs;
  const [biggest] = estimate.parts;
  requireInput(
    estimate.bytes <= SYSTEM_SHARE * systemMemory,
    () =>
      `job: must fit into ${gib(SYSTEM_SHARE * systemMemory)} of memory, got an estimate of ${gib(estimate.bytes)}${purposeText(needs)} with ${plural(needs.kpoints, "k-point")} of ${sizesText(needs)}, most of it (${gib(biggest?.bytes ?? 0)}) for ${biggest?.name}; lower ecut, bands, kgrid, the cell or the number of threads`,
  );
  requireInput(
    estimate.perBlock <= most,
    () =>
      `job: must fit into ${gib(most)} for each k-point, the memory of one thread, got an estimate of ${gib(estimate.perBlock)}${purposeText(needs)} with ${sizesText(needs)}; lower ecut, bands or the cell, or take the backend native, which has no such limit`,
  );
  return estimate;
}

const purposeText = ({ purpose }: MemoryNeeds): string => (purpose === undefined ? "" : ` for ${purpose}`);

const sizesText = ({ volume, ecut, bands, gridPoints, projectors }: MemoryNeeds): string =>
  `${count(meanPlaneWaves(volume, ecut))} plane waves, ${count(bands)} bands and ${count(projectors)} projectors on ${count(gridPoints)} grid points`;

const count = (n: number): string => (n < 1e6 ? `${Math.round(n)}` : n.toExponential(1).replace("e+", "e"));

function gib(bytes: number): string {
  const value = bytes / 2 ** 30;
  return `${value < 1e4 ? value.toPrecision(3) : value.toExponential(1)} GiB`;
}
