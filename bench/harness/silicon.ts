import { COHEN_BERGSTRESSER_SILICON } from "../../src/atoms/cohen-bergstresser.ts";
import { findGth } from "../../src/atoms/gth/gth-table.ts";
import type { ExactProblem } from "../../src/errors/problem/exact-problem.ts";

const fcc = (a: number) => [[0, a / 2, a / 2], [a / 2, 0, a / 2], [a / 2, a / 2, 0]] as const; // biome-ignore format: a matrix
const DIAMOND = [[1 / 8, 1 / 8, 1 / 8], [-1 / 8, -1 / 8, -1 / 8]] as const; // biome-ignore format: two points

/** The silicon of the published bars [HLC20]: an empirical local potential. */
export const COHEN_BERGSTRESSER: ExactProblem = {
  kind: "cohen-bergstresser",
  lattice: fcc(COHEN_BERGSTRESSER_SILICON.latticeConstant),
  potential: COHEN_BERGSTRESSER_SILICON,
  positions: DIAMOND,
};

/** Silicon's GTH cores without electrons. */
export const BARE_GTH: ExactProblem = {
  kind: "core",
  lattice: fcc(10.263141334305942),
  atoms: DIAMOND.map((position) => ({ potential: findGth("Si", "gth-lda"), position })),
};
