import { hasCorners, withCorners } from "../bands/hexagonal.ts";
import { type SolvedBands, solveBands } from "../bands/solve-bands.ts";
import { type OptionName, requireOption } from "../common/failure.ts";
import type { FinishedPieces } from "../common/finished-pieces.ts";
import { type Given, valuesOf } from "../common/options.ts";
import { EV_PER_HARTREE } from "../common/units.ts";
import type { Vec3 } from "../common/vec3.ts";
import { type KpointChoice, kpointClasses, MOST_KPOINTS, samplingSize } from "../model/kpoint-set.ts";
import { levelCapacity, type Model } from "../model/model.ts";
import {
  broadenedStates,
  type DensityOfStates,
  interpolatedStates,
} from "../observables/density-of-states.ts";
import { type Levels, occupy } from "../state/occupation.ts";
import type { CrystalHamiltonian, Workplace } from "./crystal-hamiltonian.ts";
import { DOS_OPTIONS } from "./dos-options.ts";
import { type LocalStates, localDensityOfStates, REACH, spaced } from "./local-dos.ts";

/** Options of a density of states, and functions that hear of its progress. */
export interface DosChoices extends Given<typeof DOS_OPTIONS> {
  /** Levels of this Hamiltonian that were solved for before; the others are kept there. */
  readonly pieces?: FinishedPieces | undefined;
  /** Heard between k-points. */
  readonly signal?: AbortSignal | undefined;
  readonly onBands?: ((done: number, total: number) => void) | undefined;
  /** Energies of the local density of states. */
  readonly onLocal?: ((done: number, total: number) => void) | undefined;
}

/** A density of states. Hartree atomic units, energies not shifted; per cell. */
export interface Dos {
  readonly method: "tetrahedron" | "gaussian";
  /** Of the Gaussian e^{−(ε/T)²}/(T√π), and of the local density of states [Ha]. */
  readonly width: number;
  /** Divisions; undefined where the list of the ground state was taken. */
  readonly kgrid: Vec3 | undefined;
  /** Irreducible ones of that grid or list. */
  readonly kpoints: number;
  /** On this grid; without smearing the highest filled level [Ha]. */
  readonly fermiLevel: number;
  /** Above this energy some bands were not computed [Ha]. */
  readonly completeBelow: number;
  /** Equally spaced [Ha]. */
  readonly energies: Float64Array;
  /** One for each spin: states/Ha, and states below each energy's interval end. */
  readonly spins: readonly DensityOfStates[];
  readonly local?: LocalStates | undefined;
  readonly warnings: readonly string[];
}

/** Residual norm of the bands [Ha]: energies to 1e-9 Ha and better. */
const TOLERANCE = 1e-5;

/** Bands at each k of a density of states: as given, or twice the filled ones. */
export function bandsOfDos(model: Pick<Model, "electrons" | "nSpin">, bands: number | undefined): number {
  const filled = Math.ceil(model.electrons / (levelCapacity(model) * model.nSpin));
  return bands ?? filled + Math.max(4, filled);
}

/**
 * Checks the options of a density of states and fills in their defaults.
 *
 * @throws OptionError naming the option.
 */
export function dosValues(
  { lattice, temperature }: Pick<Model, "lattice" | "temperature">,
  choice: KpointChoice,
  given: Given<typeof DOS_OPTIONS>,
) {
  const values = valuesOf("dos", DOS_OPTIONS, given);
  requireOption(
    values.method !== "tetrahedron" || values.kgrid !== undefined || "kgrid" in choice,
    "dos",
    (name) =>
      `${name("method")}: must be gaussian for a list of k-points, which no tetrahedra join, got tetrahedron for ${"list" in choice ? choice.list.length : 0} of them; give a ${name("kgrid")}, such as 8,8,8`,
  );
  const chosen = gridOf(choice, lattice, values.kgrid);
  const { points, text } = samplingSize(chosen);
  requireOption(
    points <= MOST_KPOINTS,
    "dos",
    (name) =>
      `${name("kgrid")}: must give at most ${MOST_KPOINTS} k-points before symmetry, got ${text}${values.kgrid === undefined ? ", twice the job's along each axis" : ""}; give fewer`,
  );
  return { ...values, chosen, width: values.width ?? Math.max(temperature, 0.005) };
}

/**
 * Computes the density of states of a Hamiltonian on a k-grid of its own.
 *
 * @throws InputError if an option is out of range; NotConvergedError if the signal stops it.
 */
export async function computeDos(
  crystal: CrystalHamiltonian,
  { threads, worker, backend, named = (option) => option }: Workplace,
  options: DosChoices = {},
): Promise<Dos> {
  const { hamiltonian, model, operations, choice } = crystal;
  const values = dosValues(model, choice, options);
  const { lattice, nSpin } = model;
  const { points, width, chosen } = values;
  const kgrid = "kgrid" in chosen ? chosen.kgrid : undefined;
  const method = values.method ?? (Math.max(0, ...(kgrid ?? [])) >= 4 ? "tetrahedron" : "gaussian");
  const fMax = levelCapacity(model);
  const zone = kpointClasses(chosen, operations, crystal.timeReversal);
  const frameOf = (solved: readonly SolvedBands[]) => frame(solved, zone.kpoints, model, width, values);
  let local: LocalStates | undefined;
  const solved = await solveBands(
    hamiltonian,
    zone.kpoints.map(({ k }) => k),
    {
      nBands: bandsOfDos(model, values.bands),
      tolerance: TOLERANCE,
      threads,
      worker,
      backend,
      onProgress: options.onBands,
      signal: options.signal,
      pieces: options.pieces,
      ...(values.local && {
        // All k-points at once: the Fermi level is known when orbitals are seen.
        memory: Number.POSITIVE_INFINITY,
        visit: async (orbitals, found) => {
          const { levels, window } = frameOf(found);
          const { onLocal } = options;
          local = await localDensityOfStates(crystal, orbitals, levels, { window, width, onLocal });
        },
      }),
    },
  );
  const { levels, fermiLevel, completeBelow, window } = frameOf(solved);
  const energies = spaced(window, points);
  const spins = Array.from({ length: nSpin }, (_, spin) => {
    const own = levels.slice(spin * zone.kpoints.length, (spin + 1) * zone.kpoints.length);
    const eigenvalues = own.map((level) => level.eigenvalues);
    const { representative } = zone;
    return method === "gaussian" || kgrid === undefined
      ? broadenedStates(own, fMax, width, energies)
      : interpolatedStates(lattice, { kgrid, representative, eigenvalues }, fMax, energies);
  });
  return {
    method,
    width,
    kgrid,
    kpoints: zone.kpoints.length,
    fermiLevel,
    completeBelow,
    energies,
    spins,
    local,
    warnings: [
      ...missedCorner(lattice, chosen, levels, fermiLevel, named),
      ...(window[1] > completeBelow
        ? [
            `bands: end at ${completeBelow.toFixed(4)} Ha, above which states are missing; raise ${named("bands")}, or lower the end of ${named("window")}`,
          ]
        : []),
      ...(solved.every(({ converged }) => converged)
        ? []
        : ["the eigensolver reached its iteration limit; more bands may help"]),
    ],
  };
}

/** The divisions with the shifts of a choice; a list has none. */
const withDivisions = (choice: KpointChoice, kgrid: Vec3): KpointChoice => ({
  kgrid,
  kshifts: "kgrid" in choice ? choice.kshifts : [[0, 0, 0]],
});

const gridOf = (choice: KpointChoice, lattice: Model["lattice"], kgrid: Vec3 | undefined): KpointChoice =>
  kgrid === undefined ? denser(choice, lattice) : withDivisions(choice, kgrid);

/** Doubles divisions above one and includes the corners K of a hexagonal zone; keeps lists. */
function denser(choice: KpointChoice, { vectors }: Model["lattice"]): KpointChoice {
  if ("list" in choice) return choice;
  const [n1, n2, n3] = choice.kgrid;
  const twice = (n: number) => (n > 1 ? 2 * n : 1);
  return withDivisions(choice, withCorners(vectors, [twice(n1), twice(n2), twice(n3)]));
}

/** Reads from the levels where the energies are. */
function frame(
  solved: readonly SolvedBands[],
  kpoints: readonly { readonly weight: number }[],
  model: Model,
  width: number,
  options: DosChoices,
) {
  const levels = solved.map(
    ({ energies, spin }, i): Levels => ({
      weight: kpoints[i % kpoints.length]!.weight,
      spin,
      eigenvalues: energies,
    }),
  );
  const { fermiLevel } = occupy(model, levels);
  const completeBelow = Math.min(...levels.map(({ eigenvalues }) => eigenvalues.at(-1)!));
  const lowest = Math.min(...levels.map(({ eigenvalues }) => eigenvalues[0]!));
  const [from, to] = options.window?.map((e) => fermiLevel + e) ?? [lowest - REACH * width, completeBelow];
  return { levels, fermiLevel, completeBelow, window: [from!, to!] as const };
}

/**
 * Warns of a gap from a grid without the corner K of a hexagonal zone, where graphene's bands meet.
 */
function missedCorner(
  lattice: Model["lattice"],
  choice: KpointChoice,
  levels: readonly Levels[],
  fermiLevel: number,
  named: OptionName,
): string[] {
  if ("list" in choice) return [];
  const { kgrid, kshifts } = choice;
  if (kshifts.some((shift) => hasCorners(lattice, kgrid, shift) !== false)) return [];
  const below = levels.map(({ eigenvalues }) => eigenvalues.filter((e) => e <= fermiLevel));
  const above = levels.flatMap(({ eigenvalues }) => [...eigenvalues].filter((e) => e > fermiLevel));
  // A metal crosses the Fermi level between two of its k-points.
  const isMetal = new Set(below.map(({ length }) => length)).size > 1;
  const gap = EV_PER_HARTREE * (Math.min(...above) - Math.max(...below.flatMap((e) => [...e])));
  if (isMetal || !Number.isFinite(gap)) return [];
  return [
    `kgrid: ${kgrid.join("x")} misses the corner K of the hexagonal zone, where the bands of graphene meet and its relatives have their gap: the gap of ${gap.toFixed(2)} eV on these points may be too large or false; take a grid with Γ and multiples of three, such as ${named("kgrid")} ${withCorners(lattice.vectors, kgrid).join(",")}`,
  ];
}
