import { lineLength, transformLines } from "./line-fft";

/** Transforms the whole grid: x and y plane by plane while a plane is in the cache, then z. May be in place. */
export function transformGrid(px: usize, py: usize, pz: usize, sign: i32, dst: usize, src: usize, work: usize): void {
  const nx = lineLength(px), ny = lineLength(py), nz = lineLength(pz);
  const row = nx * 16, plane = ny * row;
  for (let z: usize = 0; z < nz; z++) {
    transformLines<f64>(px, sign, src + z * plane, 16, row, dst + z * plane, 16, row, ny, work);
    if (ny > 1) transformLines<f64>(py, sign, dst + z * plane, row, 16, dst + z * plane, row, 16, nx, work);
  }
  if (nz > 1) transformLines<f64>(pz, sign, dst, plane, 16, dst, plane, 16, nx * ny, work);
}
