import { fastSize, frequency } from "../../../basis/grid.ts";
import type { GridSize, Kernels } from "../../../kernels/kernels.ts";
import type { Model } from "../../../model/model.ts";
import type { JobSizes } from "../../prepare/sizes.ts";
import type { Job } from "../../schema/job.ts";

/** Sizes of a ground state that decide how long a step takes. */
export interface TimeNeeds {
  readonly size: GridSize;
  /** Mean over the k-points. */
  readonly planeWaves: number;
  readonly bands: number;
  /** k-points diagonalised, spins counted. */
  readonly blocks: number;
  /** Nonlocal projectors of all atoms together. */
  readonly projectors: number;
  readonly spins: number;
  /** Whether the functional takes gradients of the density. */
  readonly hasGradients: boolean;
  /** Whether there is a Fermi surface whose states the preconditioner looks at. */
  readonly hasStates: boolean;
}

/** How fast the kernels are here and now. */
export interface MeasuredSpeeds {
  /** V ψ for one band [s]. */
  readonly applyPotential: number;
  /** Complex multiply-adds of matrix products per second. */
  readonly products: number;
  /** One complex transform of the whole grid [s]. */
  readonly transform: number;
}

/*
 * Fitted to the shipped jobs (bench/estimate.ts). There a run took 0.85 to 1.4 times the processor
 * time that is said for as many steps, on a machine with two processors and ten programs at work;
 * how many steps it takes is not foretold.
 * With many k-points of few plane waves the time said is up to twice what is taken.
 */
/** Bands multiplied by H, per band, block and step: 2.9 to 4.2 over the shipped jobs. */
const APPLICATIONS = 3.7;
/** Densities of bands, in applications of the potential. */
const DENSITY = 0.9;
/** Multiply-adds of the eigensolver per coefficient, band and step: A + B m for m bands. */
const PANEL = 100;
const PANEL_PER_BAND = 64;
/** Multiply-adds of a band of a block besides: small eigenproblems, short loops, messages. */
const BAND = 6e5;
/** Grid transforms per step and spin that the potential costs, without and with gradients. */
const LDA = 100;
const GGA = 150;
/** The same of a preconditioner that asks for the states at the Fermi level of a metal. */
const STATES = 60;

/** Processor seconds of one kind of work in a step. */
export interface TimePart {
  readonly name: string;
  readonly seconds: number;
  /** Whether threads share it. */
  readonly isShared: boolean;
}

/** Processor seconds of one SCF step, by what they go to. */
export function stepTimeParts(needs: TimeNeeds, speeds: MeasuredSpeeds): TimePart[] {
  const { planeWaves, bands, blocks, projectors, spins, hasGradients, hasStates } = needs;
  const all = bands * blocks;
  const products =
    all * (planeWaves * (2 * projectors * APPLICATIONS + PANEL + PANEL_PER_BAND * bands) + BAND);
  const transforms = (hasGradients ? GGA : LDA) + (hasStates ? STATES : 0);
  return [
    {
      name: "potential on orbitals",
      seconds: (APPLICATIONS + DENSITY) * all * speeds.applyPotential,
      isShared: true,
    },
    { name: "matrix products", seconds: products / speeds.products, isShared: true },
    { name: "fields on the grid", seconds: transforms * spins * speeds.transform, isShared: false },
  ];
}

/** Steps of the shipped jobs: 7 to 18, most about ten. */
export const USUAL_STEPS = 10;

/** Loading, compiling, symmetry, forces [s of the processor], and for each further thread. */
const START = 1.1;
const START_OF_THREAD = 0.35;

/** Processor seconds of a run beside its steps. */
export const startSeconds = (threads: number): number =>
  START + (threads > 1 ? threads * START_OF_THREAD : 0);

/** Wall time of a step [s] with a core for every thread; blocks belong to one thread each. */
export const secondsOfStep = (parts: readonly TimePart[], blocks: number, threads: number): number =>
  parts.reduce(
    (sum, { seconds, isShared }) => sum + seconds * (isShared ? Math.ceil(blocks / threads) / blocks : 1),
    0,
  );

/** Times N log₂ N, for a band and a field [s]; multiply-adds a second. To a factor of two. */
const APPLY = 1.7e-9;
const TRANSFORM = 1.2e-9;
const PRODUCTS = 7e8;

/** Speeds of a usual processor, for what must be said at once. */
export function usualSpeeds([nx, ny, nz]: GridSize): MeasuredSpeeds {
  const points = nx * ny * nz;
  const passes = points * Math.log2(points);
  return { applyPotential: APPLY * passes, products: PRODUCTS, transform: TRANSFORM * passes };
}

/** Collects what decides how long a step of a job takes. */
export const timeNeeds = (
  { temperature, scf }: Pick<Job, "temperature" | "scf">,
  { nSpin }: Pick<Model, "nSpin">,
  { fftSize, planeWaves, needs }: Pick<JobSizes, "fftSize" | "planeWaves" | "needs">,
): TimeNeeds => ({
  size: fftSize,
  planeWaves: planeWaves.reduce((sum, n) => sum + n, 0) / planeWaves.length,
  bands: needs.bands,
  blocks: needs.kpoints,
  projectors: needs.projectors,
  spins: nSpin,
  hasGradients: needs.hasGradients === true,
  hasStates: temperature > 0 && scf.mixing.name !== "simple",
});

/** Largest measured grids and panels; costs scale as N log N and linearly. */
const MOST_POINTS = 2 ** 19;
const MOST_ROWS = 2000;

/** Times the kernels of a calculation at its own sizes, in some tenths of a second. */
export function measureSpeeds(
  kernels: Kernels,
  { size, planeWaves, bands }: TimeNeeds,
  cpuSeconds: () => number | undefined = () => undefined,
): MeasuredSpeeds {
  const timed = (call: () => void) => usual(call, cpuSeconds);
  const points = size[0] * size[1] * size[2];
  const tested = points <= MOST_POINTS ? size : shrunk(size, Math.cbrt(points / MOST_POINTS));
  const testedPoints = tested[0] * tested[1] * tested[2];
  const growth = (points * Math.log(points)) / (testedPoints * Math.log(testedPoints));
  const sphere = ellipsoid(tested, Math.min(1, planeWaves / points));
  const plan = kernels.sphereFft(tested, sphere);
  const psi = kernels.alloc(2 * sphere.length).fill(1e-3);
  const hpsi = kernels.alloc(2 * sphere.length);
  const potential = kernels.alloc(testedPoints).fill(0.1);
  const fft = kernels.fft(tested);
  const grid = kernels.alloc(2 * testedPoints);
  const [n, m] = [Math.min(Math.round(planeWaves), MOST_ROWS), Math.max(1, Math.min(bands, 100))];
  const panel = kernels.alloc(2 * n * m).fill(1e-3);
  const small = kernels.alloc(2 * m * m);
  return {
    applyPotential: growth * timed(() => plan.applyPotential(hpsi, psi, potential, 1)),
    products: (n * m * m) / timed(() => kernels.gemm("C", "N", m, m, n, 1, panel, n, panel, n, 0, small, m)),
    transform: growth * timed(() => fft.forward(grid, grid)),
  };
}

/** A grid with axes shorter by a factor, none of them shorter than one point. */
const shrunk = ([nx, ny, nz]: GridSize, factor: number): GridSize => [
  fastSize(nx / factor),
  fastSize(ny / factor),
  fastSize(nz / factor),
];

/** Grid points of frequencies in an ellipsoid along the axes with about `share` of them. */
function ellipsoid(size: GridSize, share: number): Int32Array {
  const scale = Math.cbrt((share * 6) / Math.PI) / 2; // semi-axes in units of the edges
  const found: number[] = [];
  const [nx, ny, nz] = size;
  for (let z = 0; z < nz; z++)
    for (let y = 0; y < ny; y++)
      for (let x = 0; x < nx; x++) {
        const distance =
          (frequency(x, nx) / nx) ** 2 + (frequency(y, ny) / ny) ** 2 + (frequency(z, nz) / nz) ** 2;
        if (distance <= scale * scale) found.push(x + nx * (y + ny * z));
      }
  return Int32Array.from(found);
}

/** Median seconds of one call, in processor time where possible, as other programs run too. */
function usual(call: () => void, cpuSeconds: () => number | undefined): number {
  const samples: number[] = [];
  // Long enough for the engine to compile the kernel with its optimiser.
  const end = performance.now() + 150;
  for (let round = 0; round < 5 || performance.now() < end; round++) {
    const [wall, cpu] = [performance.now() / 1000, cpuSeconds()];
    call();
    const waited = performance.now() / 1000 - wall;
    // Other threads of this process, such as the compiler's, count as its processor time.
    samples.push(cpu === undefined ? waited : Math.min(waited, cpuSeconds()! - cpu));
  }
  const late = samples.slice(Math.floor(samples.length / 2)).sort((a, b) => a - b);
  return late[Math.floor(late.length / 2)]!;
}
