import { hasCorners, hexagonalAxis } from "../../../bands/hexagonal.ts";
import { type SolvedBands, solveBands } from "../../../bands/solve-bands.ts";
import { createGrid, type Grid } from "../../../basis/grid.ts";
import { planeAverage } from "../../../basis/plane-average.ts";
import { symmetrizer } from "../../../basis/symmetrize.ts";
import { invariant, requireInput } from "../../../common/failure.ts";
import { EV_PER_HARTREE } from "../../../common/units.ts";
import type { Vec3 } from "../../../common/vec3.ts";
import { createKernels } from "../../../kernels/backends.ts";
import { gridClasses, type KpointChoice } from "../../../model/kpoint-set.ts";
import { longAxis, planeSpacings } from "../../../model/lattice.ts";
import { levelCapacity, type Model } from "../../../model/model.ts";
import type { SymmetryOperation } from "../../../model/symmetry.ts";
import { rotationsOfGrid } from "../../../model/symmetry-subgroups.ts";
import {
  broadenedStates,
  type DensityOfStates,
  interpolatedStates,
} from "../../../observables/density-of-states.ts";
import type { Orbitals } from "../../../parallel/orbitals.ts";
import { seenInWindow } from "../../../state/energy-window.ts";
import { type Levels, occupy } from "../../../state/occupation.ts";
import { VERSION } from "../../../version.ts";
import { kpointChoice } from "../../prepare/crystal.ts";
import { fixedHamiltonian, type PreparedHamiltonian } from "../../prepare/fixed-hamiltonian.ts";
import { prepareSession, type RunOptions } from "../../prepare/prepare-scf.ts";
import { openSession, type Session } from "../../prepare/session.ts";
import type { Job } from "../../schema/job.ts";
import { parseJob } from "../../schema/schema.ts";
import { groundState } from "../bands/run-bands.ts";
import type { DosFile, LocalDos } from "./dos-result.ts";

/** Which density of states, and what to tell meanwhile. */
export interface DosOptions extends Omit<RunOptions, "onFields"> {
  /** Divisions of the k-grid. Default twice the job's along every axis that has more than one. */
  readonly kgrid?: Vec3;
  /** Default `tetrahedron` where an axis has four k-points or more, which it takes to interpolate; otherwise `gaussian`. */
  readonly method?: DosFile["method"];
  /** Of Gaussians [Ha]. Default the job's smearing, at least 0.005. */
  readonly width?: number;
  /** Lowest bands at each k. Default the job's, or else twice as many as are filled, at least four more. */
  readonly bands?: number;
  /** Lowest and highest energy, from the Fermi level [Ha]. Default from below all levels to where bands end. */
  readonly window?: readonly [number, number];
  /** Number of energies. Default 400. */
  readonly points?: number;
  /** Whether to resolve it along the long axis as well. Default false. */
  readonly local?: boolean;
  readonly onBands?: (done: number, total: number) => void;
  /** Energies of the local density of states. */
  readonly onLocal?: (done: number, total: number) => void;
}

/** Energies of the local density of states, and how many are seen in one pass over the orbitals: each holds a density per block. */
const LOCAL_POINTS = 120;
const AT_ONCE = 8;

/** Residual norm of the bands [Ha]: energies to 1e-9 Ha and better. */
const TOLERANCE = 1e-5;

/** Gaussians reach so many of their widths: e^{−16} is nothing in a picture. */
const REACH = 4;

/**
 * Density of states of a job's Hamiltonian; for `kohn-sham` the ground state is found first and its potential frozen.
 *
 * @param value a job file's content.
 * @throws InputError if the job or an option cannot be used, NotConvergedError if there is no ground state.
 */
export const runDos = async (value: unknown, options: DosOptions = {}): Promise<DosFile> =>
  dosTask(await openSession(parseJob(value), options), options);

/** Density of states of the job of a session. */
export async function dosTask(session: Session, options: DosOptions): Promise<DosFile> {
  const { job, threads, backend } = session;
  const { points = 400 } = options;
  const width = options.width ?? Math.max(job.temperature, 0.005);
  checkOptions(job, width, points, options);
  const { hamiltonian, model, operations, warnings } = await prepared(session, options);
  const kgrid = options.kgrid ?? denserGrid(kpointChoice(job, model, operations));
  const method = options.method ?? (Math.max(...kgrid) >= 4 ? "tetrahedron" : "gaussian");
  const { lattice, nSpin, electrons } = model;
  const fMax = levelCapacity(model);
  const zone = gridClasses(kgrid, job.kshift, operations);
  const filled = Math.ceil(electrons / 2);

  const frameOf = (solved: readonly SolvedBands[]): Frame => {
    const levels = solved.map(
      ({ energies }, i): Levels => ({
        weight: zone.kpoints[i % zone.kpoints.length]!.weight,
        eigenvalues: energies,
      }),
    );
    const { fermiLevel } = occupy({ ...model, smearing: job.smearing, temperature: job.temperature }, levels);
    const completeBelow = Math.min(...levels.map(({ eigenvalues }) => eigenvalues.at(-1)!));
    const lowest = Math.min(...levels.map(({ eigenvalues }) => eigenvalues[0]!));
    const [from, to] = options.window?.map((e) => fermiLevel + e) ?? [lowest - REACH * width, completeBelow];
    return { levels, fermiLevel, completeBelow, window: [from!, to!] };
  };
  let local: LocalDos | undefined;
  const solved = await solveBands(
    hamiltonian,
    zone.kpoints.map(({ k }) => k),
    {
      nBands: options.bands ?? job.bands ?? filled + Math.max(4, filled),
      tolerance: TOLERANCE,
      threads,
      backend,
      onProgress: options.onBands,
      signal: options.signal,
      ...(options.local === true
        ? {
            memory: Number.POSITIVE_INFINITY, // all k-points at once: the Fermi level is known when orbitals are seen
            visit: async (orbitals: Orbitals, found: readonly SolvedBands[]) => {
              const grid = createGrid(lattice, hamiltonian.problem.size, await createKernels(backend));
              local = await localDos(orbitals, frameOf(found), {
                grid,
                operations,
                width,
                fMax,
                onLocal: options.onLocal,
              });
            },
          }
        : {}),
    },
  );
  const { levels, fermiLevel, completeBelow, window } = frameOf(solved);
  const energies = spaced(window, points);
  const spins = Array.from({ length: nSpin }, (_, spin) => {
    const own = levels.slice(spin * zone.kpoints.length, (spin + 1) * zone.kpoints.length);
    const eigenvalues = own.map((level) => level.eigenvalues);
    return plain(
      method === "gaussian"
        ? broadenedStates(own, fMax, width, energies)
        : interpolatedStates(
            lattice,
            { kgrid, representative: zone.representative, eigenvalues },
            fMax,
            energies,
          ),
    );
  });
  return {
    stillwave: VERSION,
    job,
    method,
    ...(method === "gaussian" || local !== undefined ? { width } : {}),
    kgrid: [...kgrid],
    kpoints: zone.kpoints.length,
    fermiLevel,
    completeBelow,
    energies: [...energies],
    spins,
    ...(local === undefined ? {} : { local }),
    resources: session.resources(),
    warnings: [
      ...warnings,
      ...missedCorner(lattice, kgrid, job.kshift, levels, fermiLevel),
      ...(window[1] > completeBelow
        ? [
            `bands: end at ${completeBelow.toFixed(4)} Ha, above which states are missing; raise bands, or lower the window's end`,
          ]
        : []),
      ...(solved.every(({ converged }) => converged)
        ? []
        : ["the eigensolver reached its iteration limit; more bands may help"]),
    ],
  };
}

/** Twice as many k-points along every axis that has more than one. */
function denserGrid(choice: KpointChoice): Vec3 {
  invariant("kgrid" in choice, () => "dos: a list of k-points has no divisions");
  return choice.kgrid.map((n) => (n > 1 ? 2 * n : 1)) as unknown as Vec3; // three in, three out
}

function checkOptions(
  { kpoints }: Job,
  width: number,
  points: number,
  { kgrid, window, bands }: DosOptions,
): void {
  requireInput(
    kgrid !== undefined || kpoints === undefined,
    () =>
      `kgrid: must be given where the job lists its k-points, got ${kpoints?.length} of them; such as 8, 8, 8`,
  );
  requireInput(
    kgrid === undefined || kgrid.every((n) => Number.isInteger(n) && n > 0),
    () => `kgrid: must be three positive whole numbers, got ${kgrid?.join(", ")}; such as 8, 8, 8`,
  );
  requireInput(
    Number.isFinite(width) && width > 0,
    () => `width: must be a positive energy in Ha, got ${width}; 0.005 is usual`,
  );
  requireInput(
    Number.isInteger(points) && points >= 2 && points <= 1e6,
    () => `points: must be a whole number from 2 to 1000000, got ${points}; 400 is usual`,
  );
  requireInput(
    window === undefined || (window.every(Number.isFinite) && window[0] < window[1]),
    () => `window: must be a lower and a higher energy, got ${window?.join(" and ")}`,
  );
  requireInput(
    bands === undefined || (Number.isInteger(bands) && bands > 0),
    () => `bands: must be a positive whole number, got ${bands}; leave it out for the default`,
  );
}

/** Says that a gap was found on a grid without the corner K of a hexagonal zone, where the bands of graphene meet. */
function missedCorner(
  lattice: Model["lattice"],
  kgrid: Vec3,
  kshift: Vec3,
  levels: readonly Levels[],
  fermiLevel: number,
): string[] {
  if (hasCorners(lattice, kgrid, kshift) !== false) return [];
  const below = levels.map(({ eigenvalues }) => eigenvalues.filter((e) => e <= fermiLevel));
  const above = levels.flatMap(({ eigenvalues }) => [...eigenvalues].filter((e) => e > fermiLevel));
  // A metal crosses the Fermi level between two of its k-points.
  const isMetal = new Set(below.map(({ length }) => length)).size > 1;
  const gap = EV_PER_HARTREE * (Math.min(...above) - Math.max(...below.flatMap((e) => [...e])));
  if (isMetal || !Number.isFinite(gap)) return [];
  const axis = hexagonalAxis(lattice.vectors);
  const better = kgrid.map((n, i) => (i === axis ? n : 3 * Math.ceil(n / 3)));
  return [
    `kgrid: ${kgrid.join("x")} misses the corner K of the hexagonal zone, where the bands of graphene meet and its relatives have their gap: the gap of ${gap.toFixed(2)} eV on these points may be too large or false; take a grid with Γ and multiples of three, such as --kgrid ${better.join(",")}`,
  ];
}

/** What levels say of where energies are. */
interface Frame {
  readonly levels: readonly Levels[];
  readonly fermiLevel: number;
  readonly completeBelow: number;
  readonly window: readonly [number, number];
}

async function prepared(
  session: Session,
  options: DosOptions,
): Promise<PreparedHamiltonian & { operations: readonly SymmetryOperation[] }> {
  if (session.job.hamiltonian === "kohn-sham") {
    const ready = await prepareSession(session, options);
    const { operations } = ready.problem.basis;
    return { ...(await groundState(ready, false, options)), operations };
  }
  const fixed = await fixedHamiltonian(session);
  return { ...fixed, operations: rotationsOfGrid(fixed.operations, fixed.hamiltonian.problem.size) };
}

/** D(z, ε) = Σ_nk w_k fMax δ_T(ε_nk − ε) ⟨|ψ_nk|²⟩_z, plane by plane along the long axis. */
async function localDos(
  orbitals: Orbitals,
  { levels, window }: Frame,
  {
    grid,
    operations,
    width,
    fMax,
    onLocal,
  }: {
    readonly grid: Grid;
    readonly operations: readonly SymmetryOperation[];
    readonly width: number;
    readonly fMax: number;
    readonly onLocal: DosOptions["onLocal"];
  },
): Promise<LocalDos> {
  const symmetrize = symmetrizer(grid, operations);
  const axis = longAxis(grid.lattice);
  const energies = spaced(window, LOCAL_POINTS);
  const values: number[][] = [];
  const { nBands } = orbitals.spec.problem;
  const weightsAt = (energy: number) =>
    levels.map(({ weight, eigenvalues }) =>
      Float64Array.from({ length: nBands }, (_, n) => {
        const e = eigenvalues[n] ?? Number.NaN; // bands held beyond those asked for have no level
        return seenInWindow({ center: energy, width }, e, weight * fMax, REACH);
      }),
    );
  while (values.length < energies.length) {
    const sets = Array.from(energies.subarray(values.length, values.length + AT_ONCE), weightsAt);
    for (const states of await orbitals.densities(sets)) {
      symmetrize(states);
      values.push([...planeAverage(grid, states, axis)]);
    }
    onLocal?.(values.length, energies.length);
  }
  return { axis, length: planeSpacings(grid.lattice)[axis], energies: [...energies], values };
}

const spaced = ([from, to]: readonly [number, number], count: number): Float64Array =>
  Float64Array.from({ length: count }, (_, i) => from + ((to - from) * i) / (count - 1));

const plain = ({ density, integrated }: DensityOfStates) => ({
  density: [...density],
  integrated: [...integrated],
});
