/**
 * Silicon bands with error bars, what the bars consist of as functions of cutoff and tolerance, in float64 and float32, and
 * the published bars of the same vectors: a table, and the picture of docs/bounds.md, section 7.
 *
 *   npx tsx bench/silicon-bars/run.ts docs/pictures/silicon-bars.svg    about a minute
 */
import { writeFileSync } from "node:fs";
import type { Vec3 } from "../../src/common/vec3.ts";
import { encloseBands } from "../../src/errors/enclose/enclose-bands.ts";
import { type EnclosedProblem, encloseProblem } from "../../src/errors/problem/enclosed-hamiltonian.ts";
import type { ExactProblem } from "../../src/errors/problem/exact-problem.ts";
import { outerEnergy } from "../../src/errors/propose/outer-cutoff.ts";
import { proposeCount } from "../../src/errors/propose/propose-count.ts";
import { publishedBars } from "../../src/errors/published/published-bars.ts";
import type { GridSize } from "../../src/kernels/kernels.ts";
import { wasmKernelsSync } from "../../src/kernels/wasm/wasm.ts";
import { stacked } from "../../src/plot/drawing/together.ts";
import { machine } from "../harness/machine.ts";
import { BARE_GTH, COHEN_BERGSTRESSER } from "../harness/silicon.ts";
import { type DrawnBar, partsPanel, pathPanel } from "./picture.ts";
import { type Basis, barOf, float32BarOf, publishedBarOf, solved } from "./widths.ts";

interface Case {
  readonly name: string;
  readonly problem: ExactProblem;
  readonly cutoffs: readonly number[];
  /** At which the tolerance varies. */
  readonly cutoff: number;
  /** Largest cutoff with a published bar, for which all eigenpairs are computed. */
  readonly published: number;
  readonly block: number;
  readonly grid: GridSize;
}

const CASES: readonly Case[] = [
  {
    name: "Cohen-Bergstresser",
    problem: COHEN_BERGSTRESSER,
    cutoffs: [5, 7, 10, 14, 20, 28],
    cutoff: 10,
    published: 14,
    block: 8,
    grid: [48, 48, 48],
  },
  {
    name: "Bare GTH",
    problem: BARE_GTH,
    cutoffs: [10, 14, 20, 28, 40, 56, 80, 112],
    cutoff: 20,
    published: 20,
    block: 25,
    grid: [128, 128, 128],
  },
];
const GAMMA: Vec3 = [0, 0, 0];
/** Counted from 0: the valence top. */
const BAND = 3;
const BANDS = 8;
/** What the solver reaches in float32 [Ha]. */
const TOLERANCE = 1e-6;
const TOLERANCES = [1e-1, 3e-2, 1e-2, 3e-3, 1e-3, 3e-4, 1e-4, 3e-5, 1e-5, 3e-6, 1e-6, 3e-7, 1e-7];

const kernels = wasmKernelsSync();
const gapAt = (problem: EnclosedProblem, { block, grid }: Case, k: Vec3, cutoff: number) => {
  const isLocal = problem.channels.length === 0;
  const outerCutoff = isLocal ? outerEnergy(problem, cutoff, 1e-90) : 4 * cutoff;
  const bars = publishedBars(kernels, problem, k, { nBands: BANDS, cutoff, outerCutoff, block, grid });
  return { bars, gap: distanceOf(bars, BAND) };
};
/** The distance from a level to its neighbours that the published method divides by. */
const distanceOf = (bars: ReturnType<typeof publishedBars>, i: number): number =>
  Math.min(
    bars[i]!.nextAbove.value - bars[i]!.theta,
    i === 0 ? Infinity : bars[i - 1]!.nextAbove.value - bars[i - 1]!.theta,
  );

const power = (x: number | undefined): string => (x === undefined ? "-" : x.toExponential(1));
function measured(problem: EnclosedProblem, each: Case): { cutoffs: DrawnBar[]; tolerances: DrawnBar[] } {
  const { count } = proposeCount(kernels, problem, GAMMA, BANDS);
  const gaps = new Map<number, number>();
  for (const cutoff of each.cutoffs.filter((ecut) => ecut <= each.published))
    gaps.set(cutoff, gapAt(problem, each, GAMMA, cutoff).gap);
  const at = (basis: Basis, x: number): DrawnBar => {
    const point = { k: GAMMA, count };
    const [double, single] = (["float64", "float32"] as const).map((arithmetic) =>
      solved(kernels, problem, point, BANDS, basis, arithmetic),
    );
    const gap = gaps.get(basis.cutoff);
    const [published, published32] = [double, single].map((found) =>
      found === undefined || gap === undefined
        ? undefined
        : publishedBarOf(kernels, problem, GAMMA, found.trial, gap, BAND),
    );
    const float64 = double && barOf(problem, double, BAND);
    const float32 = double && single && float32BarOf(problem, single, double, BAND);
    const columns = [float64, float32].flatMap((bar) =>
      [bar?.bar, bar?.discretisation, bar?.algorithm, bar?.arithmetic].map(power),
    );
    console.log(
      `| ${[each.name, basis.cutoff, power(basis.tolerance), ...columns, power(published), power(published32)].join(" | ")} |`,
    );
    return { x, float64, float32, published, published32 };
  };
  return {
    cutoffs: each.cutoffs.map((cutoff) => at({ cutoff, tolerance: TOLERANCE }, cutoff)),
    tolerances: TOLERANCES.map((tolerance) => at({ cutoff: each.cutoff, tolerance }, tolerance)),
  };
}

/** L, …, Γ, …, X, with the lengths along the path in units of 2π/a. */
const PATH = [
  ...Array.from({ length: 7 }, (_, i) => ({
    x: ((Math.sqrt(3) / 2) * i) / 7,
    k: (1 - i / 7) / 2,
    isL: true,
  })),
  ...Array.from({ length: 9 }, (_, i) => ({ x: Math.sqrt(3) / 2 + i / 8, k: i / 16, isL: false })),
].map(({ x, k, isL }) => ({ x, k: (isL ? [k, k, k] : [k, 0, k]) as Vec3 }));

/** Levels along the path with both kinds of bars. */
function bandsWithBars(problem: EnclosedProblem, each: Case, cutoff: number) {
  return PATH.map(({ x, k }) => {
    const { bars } = gapAt(problem, each, k, cutoff);
    const found = encloseBands(kernels, problem, k, BANDS, { ecut: cutoff, reach: 1 });
    return { x, bars, proved: Array.isArray(found) ? found : [] };
  });
}

const [to] = process.argv.slice(2);
const { cpu, node } = machine();
console.log(`${cpu}, Node ${node}`);
const problems = CASES.map((each) => encloseProblem(each.problem));
const [first] = CASES as readonly [Case];
const [least] = first.cutoffs as readonly [number];
const points = bandsWithBars(problems[0]!, first, least);
const proved = points.filter((point) => point.proved.length > 0).length;
console.log(`${first.name}, ${least} Ha: intervals at ${proved} of ${points.length} k-points\n`);
console.log(
  "| silicon | cutoff | tolerance | float64: bar | discretisation | algorithm | arithmetic | float32: bar | discretisation | algorithm | arithmetic | published | published, float32 |",
);
console.log(`|${"---|".repeat(13)}`);
const panels = [pathPanel(points, `Silicon, ${first.name}, ${least} Ha`)];
for (const [i, each] of CASES.entries()) {
  const { cutoffs, tolerances } = measured(problems[i]!, each);
  const title = `${each.name}: valence top at Γ`;
  panels.push(
    partsPanel(cutoffs, { title: `${title}, solver to 10⁻⁶ Ha`, x: "cutoff" }),
    partsPanel(tolerances, { title: `${title}, cutoff ${each.cutoff} Ha`, x: "tolerance" }),
  );
}
if (to !== undefined) writeFileSync(to, stacked(await Promise.all(panels)));
