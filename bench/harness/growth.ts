/** Growth of a series over its second half, by the least-squares line through it. */
export function growthOverHalf(series: readonly number[]): number {
  const half = series.slice(Math.floor(series.length / 2));
  const middle = (half.length - 1) / 2;
  const mean = half.reduce((sum, y) => sum + y, 0) / half.length;
  const along = half.reduce((sum, y, i) => sum + (i - middle) * (y - mean), 0);
  const square = half.reduce((sum, _, i) => sum + (i - middle) ** 2, 0);
  return (along / square) * (half.length - 1);
}
