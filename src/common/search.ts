/**
 * Finds the least i in 0 … count − 1 for which `holds(i)`, by halves, or `count` if there is none.
 * What holds for one i must hold for all greater.
 */
export function firstIndex(count: number, holds: (i: number) => boolean): number {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
