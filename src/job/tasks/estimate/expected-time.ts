import { fastSize, frequency } from "../../../basis/grid.ts";
import type { GridSize, Kernels } from "../../../kernels/kernels.ts";
import type { Model } from "../../../model/model.ts";
import type { JobSizes } from "../../prepare/room/sizes.ts";
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
  /** Whether all orbitals have real coefficients. */
  readonly isReal: boolean;
  /** Whether there is a Fermi surface whose states the preconditioner looks at. */
  readonly hasStates: boolean;
}

/** How fast the kernels are here and now, for numbers of the kind that the orbitals have. */
export interface MeasuredSpeeds {
  /** V ψ for one band [s]. */
  readonly applyPotential: number;
  /** Multiply-adds of matrix products per second. */
  readonly products: number;
  /** One complex transform of the whole grid [s]. */
  readonly transform: number;
  /** Seconds here for one of the processor on which the constants below were fitted. */
  readonly pace: number;
}

/*
 * Fitted by least squares of relative differences to the processor time of 30 runs of the jobs of
 * bench/estimate.ts, each divided by how slow the processor was then: one of two hyperthreads, its
 * kernels took 1 to 2.5 times as long, depending on the other. The fit leaves 23 % of a step (root
 * mean square), mostly from how many products with H the eigensolver takes. On a processor at rest
 * the kernels are faster by more than all else: all constants are 1.35 times those of the fit.
 */
/** Transforms of a band there and back, per band, block and step: products with H and densities. */
const APPLICATIONS = 3.7;
/** Products with the projectors, there and back being two. */
const PROJECTIONS = 6.75;
/** Multiply-adds of the eigensolver per coefficient, band and step: A + B m for m bands. */
const PANEL = 711;
const PANEL_PER_BAND = 5.9;
/** Grid transforms per step and spin that density and potential cost; with gradients more. */
const FIELDS = 85;
const GRADIENTS = 110;
/** The same of a preconditioner that asks for the states at the Fermi level of a metal. */
const STATES = 146;
/** What every step takes on the processor of the fit [s]. */
const STEP = 0.068;

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
  const products = all * planeWaves * (PROJECTIONS * projectors + PANEL + PANEL_PER_BAND * bands);
  const transforms = FIELDS + (hasGradients ? GRADIENTS : 0) + (hasStates ? STATES : 0);
  return [
    { name: "potential on orbitals", seconds: APPLICATIONS * all * speeds.applyPotential, isShared: true },
    { name: "matrix products", seconds: products / speeds.products, isShared: true },
    {
      name: "fields on the grid",
      seconds: transforms * spins * speeds.transform + STEP * speeds.pace,
      isShared: false,
    },
  ];
}

/** Steps of the shipped jobs: 8 to 15, most about ten. */
export const USUAL_STEPS = 10;

/** Loading, compiling, symmetry [s on the processor of the fit], and for each further thread. */
const START = 2;
const START_OF_THREAD = 0.35;
/** From random orbitals, and forces, in ordinary steps: fitted like the constants above. */
const FIRST_STEP = 1.5;

/** Processor seconds of a run beside its steps. */
export const startSeconds = (parts: readonly TimePart[], threads: number, pace: number): number =>
  pace * (START + (threads > 1 ? threads * START_OF_THREAD : 0)) +
  FIRST_STEP * parts.reduce((sum, { seconds }) => sum + seconds, 0);

/** Share of the work on a block that threads can divide, measured with 64 silicon atoms on two. */
const SHARED_IN_BLOCK = 0.8;

/** Wall time of a step [s] with a core for every thread; more of them than blocks share each. */
export function secondsOfStep(parts: readonly TimePart[], blocks: number, threads: number): number {
  const teams = Math.min(threads, blocks);
  const inBlock = 1 - SHARED_IN_BLOCK + SHARED_IN_BLOCK / Math.floor(threads / teams);
  const share = (Math.ceil(blocks / teams) / blocks) * inBlock;
  return parts.reduce((sum, { seconds, isShared }) => sum + seconds * (isShared ? share : 1), 0);
}

/** Times N log₂ N, for a band and a field [s], on the processor of the fit. */
const APPLY = 0.75e-9;
const TRANSFORM = 0.55e-9;
/** Multiply-adds a second there, of complex and of real numbers. */
const PRODUCTS = 1.4e9;
const REAL_PRODUCTS = 5e9;
/** How much slower a usual processor is that has other things to do as well. */
const USUAL_PACE = 1.5;

/** Speeds of a usual processor, for what must be said at once: to a factor of two. */
export function usualSpeeds({ size: [nx, ny, nz], isReal }: TimeNeeds): MeasuredSpeeds {
  const points = nx * ny * nz;
  const passes = USUAL_PACE * points * Math.log2(points);
  return {
    applyPotential: (isReal ? 0.5 : 1) * APPLY * passes,
    products: (isReal ? REAL_PRODUCTS : PRODUCTS) / USUAL_PACE,
    transform: TRANSFORM * passes,
    pace: USUAL_PACE,
  };
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
  isReal: needs.isReal === true,
  hasStates: temperature > 0 && scf.mixing.name !== "simple",
});

/** Largest measured grids and panels; costs scale as N log N and linearly. */
const MOST_POINTS = 2 ** 19;
const MOST_ROWS = 2000;

/** Times the kernels of a calculation at its own sizes, in some tenths of a second. */
export function measureSpeeds(
  kernels: Kernels,
  { size, planeWaves, bands, isReal }: TimeNeeds,
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
  const numbers = isReal ? kernels.real : kernels;
  const panel = numbers.alloc(numbers.width * n * m).fill(1e-3);
  const small = numbers.alloc(numbers.width * m * m);
  const apply = timed(() => plan.applyPotential(hpsi, psi, potential, 1));
  const transform = timed(() => fft.forward(grid, grid));
  const passes = testedPoints * Math.log2(testedPoints);
  return {
    applyPotential: growth * (isReal ? apply / 2 : apply), // two real bands are one complex one
    products: (n * m * m) / timed(() => numbers.gemm("C", "N", m, m, n, 1, panel, n, panel, n, 0, small, m)),
    transform: growth * transform,
    pace: Math.sqrt((apply * transform) / (APPLY * passes * TRANSFORM * passes)),
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

/** Least time of a sample [s]: clocks of pages that are not isolated tick every 0.1 ms. */
const SHORTEST = 1e-3;

/**
 * Usual seconds of one call: the median in processor time, and the lower quartile by the clock of
 * the wall, which counts other programs as well.
 */
function usual(call: () => void, cpuSeconds: () => number | undefined): number {
  const samples: number[] = [];
  let calls = 1;
  // Long enough for the engine to compile the kernel with its optimiser.
  const end = performance.now() + 150;
  while (samples.length < 5 || performance.now() < end) {
    const [wall, cpu] = [performance.now() / 1000, cpuSeconds()];
    for (let i = 0; i < calls; i++) call();
    const waited = performance.now() / 1000 - wall;
    if (waited < SHORTEST) calls *= 2;
    // Other threads of this process, such as the compiler's, count as its processor time.
    else samples.push((cpu === undefined ? waited : Math.min(waited, cpuSeconds()! - cpu)) / calls);
  }
  const late = samples.slice(Math.floor(samples.length / 2)).sort((a, b) => a - b);
  return late[Math.floor(late.length / (cpuSeconds() === undefined ? 4 : 2))]!;
}
