import { invariant } from "../../common/failure.ts";
import type { GridSize } from "../kernels.ts";
import type { Pointer } from "./exports.ts";
import { type LinePlan, lineWork } from "./line-plan.ts";
import type { LinearMemory } from "./memory.ts";

/** The plan of the transforms of a set of plane waves on a grid. */
export interface SpherePlan {
  readonly pointer: Pointer;
  /** The same plan for numbers of float32. */
  readonly single: Pointer;
  /** The axes are taken as z, y, x, so that real fields need no reordering. */
  readonly isGridOrder: boolean;
  /** Length of the work memory of a call. */
  readonly work: number;
}

type Axes = readonly [number, number, number];

/** z first is the order of the grid; the others are taken if they save work. */
const ORDERS: readonly Axes[] = [
  [2, 1, 0],
  [2, 0, 1],
  [1, 2, 0],
  [1, 0, 2],
  [0, 2, 1],
  [0, 1, 2],
];
/** Cost of reading out of order relative to the transform, a guess on the safe side. */
const DISORDER = 1.1;

/** Writes the lists of the plan to `memory`; the kernels' sphere-fft says what they mean. */
export function spherePlan(
  memory: LinearMemory,
  size: GridSize,
  gridIndex: Int32Array,
  lines: readonly LinePlan[],
): SpherePlan {
  const points = size[0] * size[1] * size[2];
  const strides = [1, size[0], size[0] * size[1]] as const;
  const coordinates = new Int32Array(3 * gridIndex.length);
  const used = new Uint8Array(points);
  gridIndex.forEach((at, i) => {
    invariant(at >= 0 && at < points, () => `sphereFft: index ${at} is outside the ${size.join("×")} grid`);
    invariant(used[at] === 0, () => `sphereFft: grid point ${at} appears twice`);
    used[at] = 1;
    const row = Math.floor(at / size[0]);
    coordinates[3 * i] = at % size[0];
    coordinates[3 * i + 1] = row % size[1];
    coordinates[3 * i + 2] = Math.floor(row / size[1]);
  });

  const axes = cheapest(size, coordinates);
  const [plan0, plan1, plan2] = [lines[axes[0]]!, lines[axes[1]]!, lines[axes[2]]!];
  const [n0, n1, n2] = [plan0.length, plan1.length, plan2.length];
  const occupied = occupiedRows(coordinates, axes[2], n2);
  const width = occupied.length;
  const rank = new Int32Array(n2);
  occupied.forEach((i2, packed) => {
    rank[i2] = packed;
  });

  const packedOf = (i: number) =>
    coordinates[3 * i + axes[1]]! * width + rank[coordinates[3 * i + axes[2]]!]!;
  const positions = distinct(gridIndex.length, n1 * width, packedOf);
  const columnAt = new Int32Array(n1 * width);
  positions.forEach((position, column) => {
    columnAt[position] = column;
  });
  const tile = evenTile(positions.length, plan0.tile);
  const { starts, list } = waveList(gridIndex.length, positions.length, tile, (i) => ({
    column: columnAt[packedOf(i)]!,
    row: coordinates[3 * i + axes[0]]!,
  }));

  const upload = (values: ArrayLike<number>): Pointer => {
    const list = memory.alloc(Math.ceil(values.length / 2));
    new Uint32Array(list.buffer, list.byteOffset, values.length).set(values);
    return list.byteOffset;
  };
  const segments = runs(occupied);
  const lists = [
    ...[strides[axes[0]]!, strides[axes[1]]!, strides[axes[2]]!],
    ...[positions.length, width, segments.length, upload(segments.flat()), upload(positions)],
    ...[upload(starts), tile, upload(list), points],
  ];
  // The areas of `layOut` in the kernels, each rounded up to a cache line.
  const complexNumbers =
    positions.length * n0 + tile * n0 + 2 * n1 * width + 2 * n1 * n2 + plan2.tile * n2 + 8 * 4;
  return {
    pointer: upload([plan0.pointer, plan1.pointer, plan2.pointer, ...lists]),
    single: upload([plan0.single, plan1.single, plan2.single, ...lists]),
    isGridOrder: axes[0] === 2 && axes[1] === 1,
    work: 2 * complexNumbers + lineWork([plan0, plan1, plan2]),
  };
}

/** Returns the axis order with the fewest operations: n log n for each line to be transformed. */
function cheapest(size: GridSize, coordinates: Int32Array): Axes {
  const count = coordinates.length / 3;
  const cost = (axes: Axes): number => {
    const [n0, n1, n2] = axes.map((axis) => size[axis]!) as [number, number, number];
    const columns = distinct(
      count,
      n1 * n2,
      (i) => coordinates[3 * i + axes[1]]! * n2 + coordinates[3 * i + axes[2]]!,
    );
    const width = occupiedRows(coordinates, axes[2], n2).length;
    const line = (n: number) => n * Math.log2(2 * n);
    return columns.length * line(n0) + n0 * width * line(n1) + n0 * n1 * line(n2);
  };
  let best = ORDERS[0]!;
  let least = cost(best);
  for (const axes of ORDERS.slice(1)) {
    const candidate = DISORDER * cost(axes);
    if (candidate < least) [best, least] = [axes, candidate];
  }
  return best;
}

/** Returns the distinct values of `key`, all below `size`, ascending. */
function distinct(count: number, size: number, key: (i: number) => number): number[] {
  const isTaken = new Uint8Array(size);
  for (let i = 0; i < count; i++) isTaken[key(i)] = 1;
  const out: number[] = [];
  isTaken.forEach((taken, value) => {
    if (taken) out.push(value);
  });
  return out;
}

const occupiedRows = (coordinates: Int32Array, axis: number, n: number): number[] =>
  distinct(coordinates.length / 3, n, (i) => coordinates[3 * i + axis]!);

/** Returns runs of consecutive numbers as (index in the list, first number, length). */
function runs(sorted: readonly number[]): [number, number, number][] {
  const out: [number, number, number][] = [];
  sorted.forEach((value, index) => {
    const last = out.at(-1);
    if (last && value === last[1] + last[2]) last[2]++;
    else out.push([index, value, 1]);
  });
  return out;
}

/** Returns equal shares of at most `most`. */
const evenTile = (count: number, most: number): number =>
  count === 0 ? 1 : Math.ceil(count / Math.ceil(count / most));

/** Sorts plane waves by tile of columns: (wave, element row·columns of the tile + column in it). */
function waveList(
  count: number,
  columns: number,
  tile: number,
  positionOf: (i: number) => { column: number; row: number },
): { starts: number[]; list: Uint32Array } {
  const tiles = Math.ceil(columns / tile);
  const perTile: [number, number][][] = Array.from({ length: tiles }, () => []);
  for (let i = 0; i < count; i++) {
    const { column, row } = positionOf(i);
    const t = Math.floor(column / tile);
    const inThisTile = Math.min(tile, columns - t * tile);
    perTile[t]!.push([i, row * inThisTile + (column - t * tile)]);
  }
  const starts = [0];
  for (const entries of perTile) starts.push(starts.at(-1)! + entries.length);
  return { starts, list: Uint32Array.from(perTile.flat(2)) };
}
