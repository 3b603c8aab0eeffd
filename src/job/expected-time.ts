import { frequency } from "../basis/grid.ts";
import type { GridSize, Kernels } from "../kernels/kernels.ts";

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
 * Fitted to processor times of shipped jobs (bench/estimate.ts): on a busy machine ten runs took between half and 1.4 times
 * what they say.
 */
/** Bands multiplied by H, per band, block and step: 3.0 to 4.2 over the shipped jobs. */
const APPLICATIONS = 3.3;
/** Multiply-adds of the eigensolver's panels per coefficient and application: few bands wait for memory, many for arithmetic. */
const PANEL = 290;
const PANEL_PER_BAND = 7;
/** Transforms of the whole grid per step and spin: Hartree, exchange-correlation, the preconditioner's solve. */
const TRANSFORMS = 170;
/** What a block takes beside, in multiply-adds: the small eigenproblems, messages between threads. */
const BLOCK = 3e6;

/** Processor seconds of one kind of work in a step. */
export interface TimePart {
  readonly name: string;
  readonly seconds: number;
}

/** Processor seconds of one SCF step, by what they go to. */
export function stepTimeParts(needs: TimeNeeds, speeds: MeasuredSpeeds): TimePart[] {
  const { planeWaves, bands, blocks, projectors, spins } = needs;
  const applications = APPLICATIONS * bands * blocks;
  const density = 0.5 * bands * blocks;
  const products =
    applications * planeWaves * (2 * projectors + Math.max(PANEL, PANEL_PER_BAND * bands)) + BLOCK * blocks;
  return [
    { name: "potential on orbitals", seconds: (applications + density) * speeds.applyPotential },
    { name: "matrix products", seconds: products / speeds.products },
    { name: "fields on the grid", seconds: TRANSFORMS * spins * speeds.transform },
  ];
}

/** The same in all. */
export const secondsPerStep = (needs: TimeNeeds, speeds: MeasuredSpeeds): number =>
  stepTimeParts(needs, speeds).reduce((sum, { seconds }) => sum + seconds, 0);

/** Larger grids and panels are not allocated for the measurement; costs are scaled as N log N and linearly. */
const MOST_POINTS = 2 ** 21;
const MOST_ROWS = 20_000;

/** Times the kernels that a calculation spends its time in, at its own sizes: some tenths of a second. */
export function measureSpeeds(kernels: Kernels, { size, planeWaves, bands }: TimeNeeds): MeasuredSpeeds {
  const points = size[0] * size[1] * size[2];
  const shrink = Math.max(1, Math.ceil(points / MOST_POINTS));
  const tested: GridSize = [size[0], size[1], Math.max(1, Math.round(size[2] / shrink))];
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
    applyPotential: growth * fastest(() => plan.applyPotential(hpsi, psi, potential, 1)),
    products:
      (n * m * m) / fastest(() => kernels.gemm("C", "N", m, m, n, 1, panel, n, panel, n, 0, small, m)),
    transform: growth * fastest(() => fft.forward(grid, grid)),
  };
}

/** Grid points of the frequencies within an ellipsoid along the axes that holds about `share` of them. */
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

/** Seconds of one call: the best of several, which other programs disturbed least. */
function fastest(call: () => void): number {
  let best = Number.POSITIVE_INFINITY;
  const end = performance.now() + 150; // long enough for the engine to compile the kernel with its optimiser
  for (let round = 0; round < 3 || performance.now() < end; round++) {
    const began = performance.now();
    call();
    best = Math.min(best, performance.now() - began);
  }
  return best / 1000;
}
