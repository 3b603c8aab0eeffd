import { expect, test } from "vitest";
import { InputError } from "../../src/common/failure.ts";
import {
  estimateMemory,
  type MemoryNeeds,
  requireMemory,
} from "../../src/job/prepare/room/memory-estimate.ts";
import { meanPlaneWaves } from "../../src/model/lattice.ts";

const GIB = 2 ** 30;
const silicon: MemoryNeeds = {
  volume: 270,
  ecut: 15,
  gridPoints: 27 ** 3,
  bands: 8,
  kpoints: 8,
  projectors: 10,
  history: 10,
  threads: 2,
};

/** Points of a simple cubic lattice in a sphere. */
function pointsWithin(radius: number): number {
  const most = Math.ceil(radius);
  let count = 0;
  for (let x = -most; x <= most; x++)
    for (let y = -most; y <= most; y++)
      for (let z = -most; z <= most; z++) if (x * x + y * y + z * z <= radius * radius) count++;
  return count;
}

test("the number of plane waves is that of lattice points in the sphere", () => {
  const length = 12;
  const ratios = Array.from({ length: 20 }, (_, i) => {
    const ecut = 10 + i;
    const counted = pointsWithin((Math.sqrt(2 * ecut) * length) / (2 * Math.PI));
    expect(counted).toBeGreaterThan(2000);
    return meanPlaneWaves(length ** 3, ecut) / counted;
  });
  // the counts scatter by 2 % about the volume of the sphere, and their mean over 20 spheres by a quarter of that
  const mean = ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length;
  expect(Math.abs(mean - 1)).toBeLessThan(0.005);
});

test("parts add up to the estimate, the biggest first", () => {
  const { bytes, parts } = estimateMemory(silicon);
  expect(parts.length).toBe(7);
  expect(parts.reduce((sum, part) => sum + part.bytes, 0)).toBeCloseTo(bytes, 3);
  for (let i = 1; i < parts.length; i++) expect(parts[i]!.bytes).toBeLessThanOrEqual(parts[i - 1]!.bytes);
});

test("orbitals take 16 bytes for each plane wave, band and k-point", () => {
  const orbitals = estimateMemory(silicon).parts.find((part) => part.name === "orbitals")!;
  expect(orbitals.bytes).toBeCloseTo(16 * meanPlaneWaves(270, 15) * 8 * 8, 6);
});

test("silicon fits anywhere", () => {
  const estimate = estimateMemory(silicon);
  expect(estimate.bytes).toBeLessThan(0.25 * GIB); // most of it Node and the libraries
  expect(requireMemory(silicon, GIB)).toEqual(estimate);
});

test("more threads need more together", () => {
  const [one, four] = [1, 4].map((threads) => estimateMemory({ ...silicon, threads }));
  expect(four!.bytes).toBeGreaterThan(one!.bytes);
});

test("gradients take fields of their own, of each spin", () => {
  const more = (needs: MemoryNeeds) =>
    estimateMemory({ ...needs, hasGradients: true }).bytes - estimateMemory(needs).bytes;
  expect(more(silicon)).toBeGreaterThan(3 * 8 * silicon.gridPoints); // at least ∇ρ
  expect(more({ ...silicon, spins: 2 })).toBe(2 * more(silicon));
});

test("threads beyond the k-points take nothing", () => {
  expect(estimateMemory({ ...silicon, threads: 64 }).bytes).toBe(
    estimateMemory({ ...silicon, threads: 8 }).bytes,
  );
});

test("an absurd cutoff is refused with the estimate and what dominates it", () => {
  const needs = { ...silicon, ecut: 15000, gridPoints: 800 ** 3, threads: 1 };
  const check = () => requireMemory(needs, 16 * GIB);
  expect(check).toThrow(InputError);
  expect(check).toThrow(
    /^job: must fit into 12\.8 GiB of memory, got an estimate of [\d.]+ GiB with 8 k-points of [\d.]+e\d plane waves, 8 bands and 10 projectors on 5\.1e8 grid points, most of it \([\d.]+ GiB\) for densities and potentials; lower ecut/,
  );
});

test("blocks beyond one kernel memory take several, each with a workspace", () => {
  const needs = { ...silicon, bands: 200, volume: 9000, kpoints: 40, threads: 1 };
  const { perBlock } = estimateMemory(needs);
  const parts = (most: number) =>
    Object.fromEntries(estimateMemory({ ...needs, most }).parts.map(({ name, bytes }) => [name, bytes]));
  const [one, many] = [parts(Number.POSITIVE_INFINITY), parts(perBlock)];
  // With one block to each the workspaces hold the orbitals.
  expect(many["eigensolver workspace"]! + many.orbitals!).toBeCloseTo(40 * one["eigensolver workspace"]!, 0);
  expect(many.orbitals).toBe(one.orbitals);
});

test("what fits into the machine but one block of it not into a kernel memory is refused with both", () => {
  const needs = { ...silicon, bands: 4000, volume: 9000, threads: 2, most: 4 * GIB };
  expect(estimateMemory(needs).perBlock).toBeGreaterThan(4 * GIB);
  expect(() => requireMemory(needs, Number.POSITIVE_INFINITY)).toThrow(
    /must fit into 4\.00 GiB for each k-point, .* got an estimate of [\d.]+ GiB with \d+ plane waves, 4000 bands .* backend native/,
  );
});
