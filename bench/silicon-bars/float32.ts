import type { Kernels } from "../../src/kernels/kernels.ts";

/** Rounds numbers to float32 in place. */
function round(numbers: Float64Array): void {
  for (let i = 0; i < numbers.length; i++) numbers[i] = Math.fround(numbers[i]!);
}

/** The methods of an object, before and after which the arrays they are given are rounded. */
const rounding = <T extends object>(methods: T): T =>
  Object.fromEntries(
    Object.entries(methods).map(([name, value]) => [
      name,
      typeof value !== "function"
        ? value
        : (...given: unknown[]) => {
            const arrays = given.filter((each) => each instanceof Float64Array);
            arrays.forEach(round);
            const result: unknown = value(...given);
            arrays.forEach(round);
            return result;
          },
    ]),
  ) as T;

/**
 * Kernels whose operands and results are float32; within a kernel sums are of float64, so that a program of float32 alone is
 * no better.
 */
export function float32Kernels(kernels: Kernels): Kernels {
  const { fft, sphereFft, scratch, alloc, memory, single: _, ...rest } = kernels;
  return {
    ...rounding(rest),
    real: kernels.real,
    scratch,
    alloc,
    memory,
    fft(size) {
      const plan = fft(size);
      // transforms of one pass are looked at for their rounding alone
      return plan.passes?.length === 1 ? plan : rounding(plan);
    },
    sphereFft: (...given) => rounding(sphereFft(...given)),
  };
}
