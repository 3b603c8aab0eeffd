import { requireInput } from "../../common/failure.ts";

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
}

export interface MemoryEstimate {
  /** All of it [B]. */
  readonly bytes: number;
  /** In the memory of the busiest thread [B]. */
  readonly perThread: number;
  /** [B], the biggest first. */
  readonly parts: readonly { readonly name: string; readonly bytes: number }[];
}

/** One WebAssembly memory ends at 4 GiB; the rest is for what the estimate leaves out. */
const PER_THREAD = 3.5 * 2 ** 30;
/** The system and other programs need the rest. */
const SYSTEM_SHARE = 0.8;

/** Panels of one k-point an eigensolver holds at once: ψ, Hψ and the blocks of residuals and directions. */
const PANELS = 8;
/** Complex temporaries on the grid per thread, and real fields of the density's size beside the history. */
const COMPLEX_GRIDS = 3;
const REAL_FIELDS = 12;
/** More of them for the gradients and what is made of them: ∇ρ, σ and their derivatives, for each evaluation anew. */
const GRADIENT_FIELDS = 20;

/*
 * What a run takes beside its arrays, measured as the largest resident memory of shipped jobs (bench/estimate.ts): Node, the
 * libraries, compiled code and arrays that wait to be collected, and the same for each further thread.
 */
const PROGRAM = 155 * 2 ** 20;
const THREAD = 28 * 2 ** 20;
/** Real fields of the density's size in each further thread: those it is sent and sends, some waiting to be collected. */
const THREAD_FIELDS = 20;

const COMPLEX = 16;
const REAL = 8;

/** Number of plane waves in the sphere ½|k+G|² ≤ ecut: Ω (2 ecut)^{3/2} / (6π²). */
export const planeWaveCount = (volume: number, ecut: number): number =>
  (volume * (2 * ecut) ** 1.5) / (6 * Math.PI ** 2);

/** Memory of a ground state from its sizes alone, before anything is allocated. */
export function estimateMemory(needs: MemoryNeeds): MemoryEstimate {
  const workers = Math.min(needs.threads, needs.kpoints);
  const waves = planeWaveCount(needs.volume, needs.ecut);
  const panel = COMPLEX * waves * needs.bands;
  const perThreadParts = {
    "eigensolver workspace": PANELS * panel,
    "transform workspace": COMPLEX_GRIDS * COMPLEX * needs.gridPoints,
  };
  const shared = {
    orbitals: panel * needs.kpoints,
    projectors: COMPLEX * waves * needs.projectors * needs.kpoints,
    "densities and potentials":
      (needs.spins ?? 1) *
      (REAL_FIELDS +
        (needs.hasGradients ? GRADIENT_FIELDS : 0) +
        3 * needs.history +
        (workers > 1 ? workers * THREAD_FIELDS : 0)) *
      REAL *
      needs.gridPoints,
  };
  const parts = [
    { name: "the program itself", bytes: PROGRAM + (workers > 1 ? workers * THREAD : 0) },
    ...Object.entries(shared).map(([name, bytes]) => ({ name, bytes })),
    ...Object.entries(perThreadParts).map(([name, bytes]) => ({ name, bytes: bytes * workers })),
  ].sort((a, b) => b.bytes - a.bytes);
  const ownOrbitals =
    ((shared.orbitals + shared.projectors) / needs.kpoints) * Math.ceil(needs.kpoints / workers);
  const ownParts = Object.values(perThreadParts).reduce((sum, bytes) => sum + bytes, 0);
  return {
    bytes: parts.reduce((sum, part) => sum + part.bytes, 0),
    perThread: ownParts + ownOrbitals,
    parts,
  };
}

/**
 * @param systemMemory bytes of the machine; infinite where it cannot be asked, as in a browser.
 * @throws InputError, with the estimate and what dominates it, if the calculation cannot fit.
 */
export function requireMemory(estimate: MemoryEstimate, systemMemory: number): void {
  const [biggest] = estimate.parts;
  const what = () =>
    `most of it (${gib(biggest?.bytes ?? 0)}) for ${biggest?.name}; lower ecut, bands, kgrid, the cell or the number of threads`;
  requireInput(
    estimate.bytes <= SYSTEM_SHARE * systemMemory,
    () =>
      `job: must fit into ${gib(SYSTEM_SHARE * systemMemory)} of memory, got an estimate of ${gib(estimate.bytes)}, ${what()}`,
  );
  requireInput(
    estimate.perThread <= PER_THREAD,
    () =>
      `job: must fit into ${gib(PER_THREAD)} per thread, got an estimate of ${gib(estimate.perThread)}, ${what()}`,
  );
}

function gib(bytes: number): string {
  const value = bytes / 2 ** 30;
  return `${value < 1e4 ? value.toPrecision(3) : value.toExponential(1)} GiB`;
}
