import { pass } from "./codelets";
import { smaller } from "./simd";

/*
 * Transforms of many lines of one length n. A tile of lines goes through all passes in two small buffers
 * (n·tile numbers each), so that only the first and the last pass touch the caller's memory.
 *
 * Numbers are complex ones of T = f64, or those of two transforms of T = f32, for which plans have other factors.
 *
 * A line plan is 32 words: n, number of passes, lines per tile, unused; 8 radices; 8 addresses of forward and
 * 8 of inverse twiddle tables.
 */
@inline
export function lineLength(plan: usize): usize {
  return load<u32>(plan);
}
@inline
export function passCount(plan: usize): usize {
  return load<u32>(plan, 4);
}
@inline
export function tileWidth(plan: usize): usize {
  return load<u32>(plan, 8);
}
@inline
function radix(plan: usize, i: usize): usize {
  return load<u32>(plan + (i << 2), 16);
}
@inline
function twiddles(plan: usize, sign: i32, i: usize): usize {
  return load<u32>(plan + (i << 2) + (sign < 0 ? 48 : 80));
}

/** Lines per tile when `count` lines are shared out evenly. */
export function evenTile(plan: usize, count: usize): usize {
  const most = tileWidth(plan);
  if (count <= most) return count;
  const tiles = (count + most - 1) / most;
  return (count + tiles - 1) / tiles;
}

/** First pass of `count` lines into columns of a tile of `width` lines; of the result, `to` is the first column. */
@inline
export function firstPass<T>(
  plan: usize, sign: i32, src: usize, sRow: usize, sLine: usize, to: usize, count: usize, width: usize,
): void {
  const r = radix(plan, 0);
  pass<T>(<i32>r, sign, src, to, lineLength(plan) / r, 1, count, sRow, 0, sLine, width * 16, 0, 16, twiddles(plan, sign, 0));
}

/** The passes between first and last on a tile in `x`; returns the buffer, `x` or `y`, that holds the result. */
export function middlePasses<T>(plan: usize, sign: i32, x: usize, y: usize, width: usize): usize {
  const last = passCount(plan) - 1;
  let rest = lineLength(plan) / radix(plan, 0);
  let size = width * radix(plan, 0);
  for (let i: usize = 1; i < last; i++) {
    const r = radix(plan, i);
    rest /= r;
    pass<T>(<i32>r, sign, x, y, rest, 1, size, size * 16, 0, 16, size * 16, 0, 16, twiddles(plan, sign, i));
    size *= r;
    const t = x;
    x = y;
    y = t;
  }
  return x;
}

/** Last pass of `count` columns of a tile of `width` lines, the first at `from`. */
@inline
export function lastPass<T>(
  plan: usize, sign: i32, from: usize, count: usize, width: usize, dst: usize, dRow: usize, dLine: usize,
): void {
  const i = passCount(plan) - 1;
  const r = radix(plan, i);
  const J = lineLength(plan) / r;
  pass<T>(
    <i32>r, sign, from, dst, 1, J, count, J * width * 16, width * 16, 16, J * dRow, dRow, dLine, twiddles(plan, sign, i),
  );
}

/** A plan of one pass: straight from source to destination. */
@inline
export function onlyPass<T>(
  plan: usize, sign: i32, src: usize, sRow: usize, sLine: usize, dst: usize, dRow: usize, dLine: usize, count: usize,
): void {
  pass<T>(<i32>radix(plan, 0), sign, src, dst, 1, 1, count, sRow, 0, sLine, dRow, 0, dLine, 0);
}

/** Lines of length 1: a copy. */
export function copyLines(src: usize, sLine: usize, dst: usize, dLine: usize, count: usize): void {
  for (let c: usize = 0; c < count; c++) v128.store(dst + c * dLine, v128.load(src + c * sLine));
}

/**
 * Transforms `count` lines; element i of line c is at src + i·sRow + c·sLine and goes to dst + i·dRow + c·dLine.
 * In place is allowed. `work` holds 2·n·tile numbers.
 */
export function transformLines<T>(
  plan: usize, sign: i32, src: usize, sRow: usize, sLine: usize, dst: usize, dRow: usize, dLine: usize,
  count: usize, work: usize,
): void {
  const passes = passCount(plan);
  if (passes == 0) {
    copyLines(src, sLine, dst, dLine, count);
    return;
  }
  if (passes == 1) {
    onlyPass<T>(plan, sign, src, sRow, sLine, dst, dRow, dLine, count);
    return;
  }
  const tile = evenTile(plan, count);
  for (let c: usize = 0; c < count; c += tile) {
    const width = smaller(tile, count - c);
    const x = work, y = work + lineLength(plan) * width * 16;
    firstPass<T>(plan, sign, src + c * sLine, sRow, sLine, x, width, width);
    lastPass<T>(plan, sign, middlePasses<T>(plan, sign, x, y, width), width, width, dst + c * dLine, dRow, dLine);
  }
}
