import {
  copyLines, evenTile, firstPass, lastPass, lineLength, middlePasses, onlyPass, passCount, tileWidth, transformLines,
} from "./line-fft";
import { aligned, madd, smaller } from "./simd";

/*
 * Transforms between a set of plane waves and the grid, without touching what is zero.
 *
 * The three axes are taken in an order (0, 1, 2). Plane waves fill some columns along axis 0 only; these are kept
 * packed, [i0][column]. One plane i0 at a time is then unpacked and transformed along axis 1, for the occupied
 * i2 alone, and along axis 2 for all lines. A plane stays in the cache from the columns to the potential and back.
 *
 * A sphere plan is 32 words:
 *    0-2  line plans of the axes        3-5  grid strides of the axes, in elements
 *    6    number of columns             7    number W of occupied i2
 *    8-9  segments of occupied i2: count, address of (packed start, i2 start, length)
 *   10    address of the packed position i1·W + (rank of i2) of each column
 *   11    address of tile starts in the wave list (one more than tiles); tiles of `12` columns
 *   12    columns per tile              13   address of the wave list: (wave, element of the tile)
 *   14    number of points N
 */
@inline
function word(plan: usize, i: usize): usize {
  return load<u32>(plan + (i << 2));
}

// Work areas, in this order, each aligned: see `sphereWork` of the host, which must give as much.
let columnsAt: usize, tileAt: usize, packedAt: usize, packedBackAt: usize, planeAt: usize, planeBackAt: usize;
let linesAt: usize, lineWork: usize;

function layOut(plan: usize, work: usize): void {
  const n0 = lineLength(word(plan, 0)), n1 = lineLength(word(plan, 1)), n2 = lineLength(word(plan, 2));
  const packed = n1 * word(plan, 7) * 16, plane = n1 * n2 * 16;
  columnsAt = aligned(work);
  tileAt = aligned(columnsAt + word(plan, 6) * n0 * 16);
  packedAt = aligned(tileAt + word(plan, 12) * n0 * 16);
  packedBackAt = aligned(packedAt + packed);
  planeAt = aligned(packedBackAt + packed);
  planeBackAt = aligned(planeAt + plane);
  linesAt = aligned(planeBackAt + plane);
  lineWork = aligned(linesAt + tileWidth(word(plan, 2)) * n2 * 16);
  // What is never written must be zero: packed positions without a column, and empty i2 of the plane.
  memory.fill(packedAt, 0, packed);
  memory.fill(planeAt, 0, plane);
}

/** Columns ← plane waves: scatter tile by tile, inverse transform along axis 0. */
function columnsFromWaves<T>(plan: usize, c: usize): void {
  const p0 = word(plan, 0), n0 = lineLength(p0), columns = word(plan, 6), tile = word(plan, 12);
  const starts = word(plan, 11), list = word(plan, 13);
  for (let first: usize = 0, t: usize = 0; first < columns; first += tile, t++) {
    const width = smaller(tile, columns - first);
    memory.fill(tileAt, 0, n0 * width * 16);
    const end = list + (load<u32>(starts + (t << 2), 4) << 3);
    for (let entry: usize = list + (load<u32>(starts + (t << 2)) << 3); entry < end; entry += 8)
      v128.store(tileAt + (<usize>load<u32>(entry, 4) << 4), v128.load(c + (<usize>load<u32>(entry) << 4)));
    transformLines<T>(p0, 1, tileAt, width * 16, 16, columnsAt + first * 16, columns * 16, 16, width, lineWork);
  }
}

/** Plane waves ← scale · columns, or added to them. */
function wavesFromColumns<T>(plan: usize, c: usize, scale: f64, isAdded: bool): void {
  const p0 = word(plan, 0), columns = word(plan, 6), tile = word(plan, 12);
  const starts = word(plan, 11), list = word(plan, 13);
  const s = v128.splat<T>(<T>scale);
  for (let first: usize = 0, t: usize = 0; first < columns; first += tile, t++) {
    const width = smaller(tile, columns - first);
    transformLines<T>(p0, -1, columnsAt + first * 16, columns * 16, 16, tileAt, width * 16, 16, width, lineWork);
    const end = list + (load<u32>(starts + (t << 2), 4) << 3);
    let entry: usize = list + (load<u32>(starts + (t << 2)) << 3);
    if (isAdded)
      for (; entry < end; entry += 8) {
        const to = c + (<usize>load<u32>(entry) << 4);
        v128.store(to, madd<T>(v128.load(tileAt + (<usize>load<u32>(entry, 4) << 4)), s, v128.load(to)));
      }
    else
      for (; entry < end; entry += 8)
        v128.store(
          c + (<usize>load<u32>(entry) << 4), v128.mul<T>(v128.load(tileAt + (<usize>load<u32>(entry, 4) << 4)), s),
        );
  }
}

/**
 * One pass between packed columns [first, first + width) of a tile and the occupied i2 of a plane. The first pass of
 * the forward direction reads the plane, the last one of the inverse direction writes it.
 */
function passOnSegments<T>(plan: usize, sign: i32, tile: usize, first: usize, width: usize, plane: usize): void {
  const p1 = word(plan, 1), row = lineLength(word(plan, 2)) * 16, passes = passCount(p1);
  const packedRow = word(plan, 7) * 16;
  let segment = word(plan, 9);
  for (let i: usize = 0; i < word(plan, 8); i++, segment += 12) {
    const start: usize = load<u32>(segment), length: usize = load<u32>(segment, 8);
    const low = start > first ? start : first, high = smaller(start + length, first + width);
    if (low >= high) continue;
    const at = plane + (load<u32>(segment, 4) + low - start) * 16;
    const inTile = tile + (low - first) * 16;
    if (passes == 0) {
      if (sign > 0) copyLines(inTile, 16, at, 16, high - low);
      else copyLines(at, 16, inTile, 16, high - low);
    } else if (passes == 1) {
      // Here `tile` is the packed array itself: nothing goes through a buffer.
      if (sign > 0) onlyPass<T>(p1, sign, inTile, packedRow, 16, at, row, 16, high - low);
      else onlyPass<T>(p1, sign, at, row, 16, inTile, packedRow, 16, high - low);
    } else if (sign > 0) lastPass<T>(p1, sign, inTile, high - low, width, at, row, 16);
    else firstPass<T>(p1, sign, at, row, 16, inTile, high - low, width);
  }
}

/** Axis 1, inverse: packed columns of plane i0 to the plane. */
function unpackPlane<T>(plan: usize, i0: usize): void {
  const p1 = word(plan, 1), n1 = lineLength(p1), columns = word(plan, 6), packed = word(plan, 7);
  const positions = word(plan, 10), from = columnsAt + i0 * columns * 16;
  for (let c: usize = 0; c < columns; c++)
    v128.store(packedAt + (<usize>load<u32>(positions + (c << 2)) << 4), v128.load(from + (c << 4)));
  if (passCount(p1) < 2) {
    passOnSegments<T>(plan, 1, packedAt, 0, packed, planeAt);
    return;
  }
  const tile = evenTile(p1, packed);
  for (let c: usize = 0; c < packed; c += tile) {
    const width = smaller(tile, packed - c);
    const x = lineWork, y = lineWork + n1 * width * 16;
    firstPass<T>(p1, 1, packedAt + c * 16, packed * 16, 16, x, width, width);
    passOnSegments<T>(plan, 1, middlePasses<T>(p1, 1, x, y, width), c, width, planeAt);
  }
}

/** Axis 1, forward: the occupied i2 of `plane` to packed columns of plane i0. */
function packPlane<T>(plan: usize, i0: usize, plane: usize): void {
  const p1 = word(plan, 1), n1 = lineLength(p1), columns = word(plan, 6), packed = word(plan, 7);
  if (passCount(p1) < 2) passOnSegments<T>(plan, -1, packedBackAt, 0, packed, plane);
  else {
    const tile = evenTile(p1, packed);
    for (let c: usize = 0; c < packed; c += tile) {
      const width = smaller(tile, packed - c);
      const x = lineWork, y = lineWork + n1 * width * 16;
      passOnSegments<T>(plan, -1, x, c, width, plane);
      lastPass<T>(p1, -1, middlePasses<T>(p1, -1, x, y, width), width, width, packedBackAt + c * 16, packed * 16, 16);
    }
  }
  const positions = word(plan, 10), to = columnsAt + i0 * columns * 16;
  for (let c: usize = 0; c < columns; c++)
    v128.store(to + (c << 4), v128.load(packedBackAt + (<usize>load<u32>(positions + (c << 2)) << 4)));
}

export function sphereToGrid(plan: usize, grid: usize, c: usize, work: usize): void {
  layOut(plan, work);
  const p2 = word(plan, 2), n0 = lineLength(word(plan, 0)), n1 = lineLength(word(plan, 1));
  const s0 = word(plan, 3) * 16, s1 = word(plan, 4) * 16, s2 = word(plan, 5) * 16, row = lineLength(p2) * 16;
  columnsFromWaves<f64>(plan, c);
  for (let i0: usize = 0; i0 < n0; i0++) {
    unpackPlane<f64>(plan, i0);
    transformLines<f64>(p2, 1, planeAt, 16, row, grid + i0 * s0, s2, s1, n1, lineWork);
  }
}

export function gridToSphere(plan: usize, c: usize, grid: usize, work: usize): void {
  layOut(plan, work);
  const p2 = word(plan, 2), n0 = lineLength(word(plan, 0)), n1 = lineLength(word(plan, 1));
  const s0 = word(plan, 3) * 16, s1 = word(plan, 4) * 16, s2 = word(plan, 5) * 16, row = lineLength(p2) * 16;
  for (let i0: usize = 0; i0 < n0; i0++) {
    transformLines<f64>(p2, -1, grid + i0 * s0, s2, s1, planeBackAt, 16, row, n1, lineWork);
    packPlane<f64>(plan, i0, planeBackAt);
  }
  wavesFromColumns<f64>(plan, c, 1.0 / <f64>word(plan, 14), false);
}

/** hpsi ← V ψ, or added to it; v (float64) in the order of the plan's axes, the last one fastest. */
export function potentialOn<T>(
  plan: usize, hpsi: usize, psi: usize, v: usize, bandBytes: usize, nBands: usize, isAdded: bool, work: usize,
): void {
  layOut(plan, work);
  const p2 = word(plan, 2), n0 = lineLength(word(plan, 0)), n1 = lineLength(word(plan, 1)), n2 = lineLength(p2);
  const row = n2 * 16, tile = evenTile(p2, n1);
  for (let band: usize = 0; band < nBands; band++) {
    columnsFromWaves<T>(plan, psi + band * bandBytes);
    for (let i0: usize = 0; i0 < n0; i0++) {
      unpackPlane<T>(plan, i0);
      for (let i1: usize = 0; i1 < n1; i1 += tile) {
        const lines = smaller(tile, n1 - i1);
        transformLines<T>(p2, 1, planeAt + i1 * row, 16, row, linesAt, 16, row, lines, lineWork);
        multiplyReal<T>(linesAt, v + (i0 * n1 + i1) * n2 * 8, lines * n2);
        transformLines<T>(p2, -1, linesAt, 16, row, planeBackAt + i1 * row, 16, row, lines, lineWork);
      }
      packPlane<T>(plan, i0, planeBackAt);
    }
    wavesFromColumns<T>(plan, hpsi + band * bandBytes, 1.0 / <f64>word(plan, 14), isAdded);
  }
}

/**
 * rho[s] ← rho[s] + Σⱼ w[s]ⱼ |uⱼ|² for nSets sets of weights, `setLength` numbers apart; rho in the order of the plan's
 * axes, the last one fastest.
 */
export function accumulateDensity(
  plan: usize, rho: usize, psi: usize, w: usize, setLength: usize, bandBytes: usize, nBands: usize, nSets: usize,
  work: usize,
): void {
  layOut(plan, work);
  const p2 = word(plan, 2), n0 = lineLength(word(plan, 0)), n1 = lineLength(word(plan, 1)), n2 = lineLength(p2);
  const row = n2 * 16, tile = evenTile(p2, n1), setBytes = word(plan, 14) * 8;
  for (let band: usize = 0; band < nBands; band++) {
    let isNeeded = false;
    for (let s: usize = 0; s < nSets; s++) if (load<f64>(w + ((band + setLength * s) << 3)) != 0) isNeeded = true;
    if (!isNeeded) continue;
    columnsFromWaves<f64>(plan, psi + band * bandBytes);
    for (let i0: usize = 0; i0 < n0; i0++) {
      unpackPlane<f64>(plan, i0);
      for (let i1: usize = 0; i1 < n1; i1 += tile) {
        const lines = smaller(tile, n1 - i1);
        transformLines<f64>(p2, 1, planeAt + i1 * row, 16, row, linesAt, 16, row, lines, lineWork);
        for (let s: usize = 0; s < nSets; s++) {
          const weight = load<f64>(w + ((band + setLength * s) << 3));
          if (weight != 0) addNorms2(rho + s * setBytes + (i0 * n1 + i1) * n2 * 8, linesAt, weight, lines * n2);
        }
      }
    }
  }
}

function multiplyReal<T>(x: usize, v: usize, count: usize): void {
  const end = x + (count & ~1) * 16;
  for (; x < end; x += 32, v += 16) {
    v128.store(x, v128.mul<T>(v128.load(x), everywhere<T>(v)));
    v128.store(x, v128.mul<T>(v128.load(x, 16), everywhere<T>(v + 8)), 16);
  }
  if (count & 1) v128.store(x, v128.mul<T>(v128.load(x), everywhere<T>(v)));
}

/** The number of float64 at `v` in all lanes. */
@inline
function everywhere<T>(v: usize): v128 {
  if (sizeof<T>() == 4) return f32x4.splat(<f32>load<f64>(v));
  return v128.load_splat<f64>(v);
}

function addNorms2(rho: usize, x: usize, weight: f64, count: usize): void {
  const w = f64x2.splat(weight), end = x + (count & ~1) * 16;
  for (; x < end; x += 32, rho += 16) {
    const a = v128.load(x), b = v128.load(x, 16);
    const a2 = f64x2.mul(a, a), b2 = f64x2.mul(b, b);
    const norms = f64x2.add(v128.shuffle<f64>(a2, b2, 0, 2), v128.shuffle<f64>(a2, b2, 1, 3));
    v128.store(rho, madd(norms, w, v128.load(rho)));
  }
  if (count & 1) {
    const r = load<f64>(x), i = load<f64>(x, 8);
    store<f64>(rho, load<f64>(rho) + weight * (r * r + i * i));
  }
}

/** out[i0][i1][i2] ← v at the grid's strides (toPlan), or the grid at its strides gets out added (not toPlan). */
export function permuteReal(plan: usize, ordered: usize, grid: usize, toPlan: bool): void {
  const n0 = lineLength(word(plan, 0)), n1 = lineLength(word(plan, 1)), n2 = lineLength(word(plan, 2));
  const s0 = word(plan, 3) * 8, s1 = word(plan, 4) * 8, s2 = word(plan, 5) * 8;
  for (let i0: usize = 0; i0 < n0; i0++)
    for (let i1: usize = 0; i1 < n1; i1++) {
      let at = grid + i0 * s0 + i1 * s1;
      for (let i2: usize = 0; i2 < n2; i2++, at += s2, ordered += 8) {
        if (toPlan) store<f64>(ordered, load<f64>(at));
        else store<f64>(at, load<f64>(at) + load<f64>(ordered));
      }
    }
}
