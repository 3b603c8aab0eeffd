import type { BandEnclosure } from "../src/errors/certify/band-enclosure.ts";
import { eliminationBounds } from "../src/errors/enclose/elimination-bounds.ts";
import { encloseBands } from "../src/errors/enclose/enclose-bands.ts";
import { type EnclosedProblem, encloseProblem } from "../src/errors/problem/enclosed-hamiltonian.ts";
import type { ExactProblem } from "../src/errors/problem/exact-problem.ts";
import { outerEnergy } from "../src/errors/propose/outer-cutoff.ts";
import { type PublishedBar, publishedBars } from "../src/errors/published/published-bars.ts";
import type { GridSize, Kernels } from "../src/kernels/kernels.ts";
import { wasmKernelsSync } from "../src/kernels/wasm/wasm.ts";
import { machine } from "./harness/machine.ts";
import { BARE_GTH, COHEN_BERGSTRESSER } from "./harness/silicon.ts";

/** npx tsx bench/published.ts: the table of docs/bounds.md, section 7. Error bars at Γ of three methods from the same basis. */

interface Case {
  readonly name: string;
  readonly problem: ExactProblem;
  readonly cutoffs: readonly number[];
  /** Ritz vectors in the published gap bound, as many as its authors took. */
  readonly block: number;
  readonly grid: GridSize;
}

const CASES: readonly Case[] = [
  {
    name: "Cohen-Bergstresser",
    problem: COHEN_BERGSTRESSER,
    cutoffs: [5, 10, 20],
    block: 8,
    grid: [48, 48, 48],
  },
  {
    name: "GTH core",
    problem: BARE_GTH,
    cutoffs: [10, 20],
    block: 25,
    grid: [128, 128, 128],
  },
];

/** Bands of the table: the lowest one and the threefold valence top. */
const BANDS = [1, 2];
const power = (x: number): string => (Number.isFinite(x) ? x.toExponential(1) : "none");

function rows(
  kernels: Kernels,
  problem: EnclosedProblem,
  { name, block, grid }: Case,
  cutoff: number,
): string[] {
  const isCore = problem.channels.length > 0;
  const outerCutoff = isCore ? 4 * cutoff : outerEnergy(problem, cutoff, 1e-90);
  const bars: PublishedBar[] = publishedBars(kernels, problem, [0, 0, 0], {
    nBands: 8,
    cutoff,
    outerCutoff,
    block,
    grid,
  });
  const lower = eliminationBounds(
    kernels,
    problem,
    [0, 0, 0],
    8,
    cutoff,
    isCore ? Math.max(60, outerCutoff) : outerCutoff,
  );
  const ours = [1, 4].map((reach): BandEnclosure[] | { reason: string } =>
    encloseBands(kernels, problem, [0, 0, 0], 8, { ecut: cutoff, reach }),
  );
  return BANDS.map((band) => {
    const { someEigenvalueWithin, katoTemple, bar, theta } = bars[band - 1]!;
    const elimination = Array.isArray(lower) ? power(theta - lower[band - 1]!) : "none";
    const enclosures = ours.map((found) =>
      Array.isArray(found) ? power(found[band - 1]!.upper - found[band - 1]!.lower) : "none",
    );
    const columns = [
      `${name}, ${cutoff} Ha`,
      band === 2 ? "2-4" : "1",
      power(2 * someEigenvalueWithin.radius),
      power(2 * katoTemple.value),
      power(2 * bar.value),
      elimination,
      ...enclosures,
    ];
    return `| ${columns.join(" | ")} |`;
  });
}

const kernels = wasmKernelsSync();
const { cpu, node } = machine();
console.log(`${cpu}, Node ${node}`);
console.log(
  "| problem, cutoff | bands | Bauer-Fike (no index) | Kato-Temple | published bar | elimination + Ritz | `encloseBands`, same basis | with its second scale |",
);
console.log("|---|---|---|---|---|---|---|---|");
for (const each of CASES) {
  const problem = encloseProblem(each.problem);
  for (const cutoff of each.cutoffs) for (const row of rows(kernels, problem, each, cutoff)) console.log(row);
}
