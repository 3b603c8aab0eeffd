import { type Case, compareBackends, randomArray } from "../harness/case.ts";

export const eigh: Case = {
  name: "eigh",
  why: "The dense eigenproblem of the search space is serial and cubic, so it decides how many bands a cell may have.",
  run(backends, report) {
    for (const n of [64, 126, 200, 400]) {
      // Jacobi rotations, the reference, need minutes beyond this.
      const able = backends.filter(({ name }) => name !== "reference" || n <= 64);
      compareBackends(
        { name: "eigh", variant: String(n), budget: n > 200 ? { seconds: 2 } : {} },
        able,
        (kernels) => {
          const random = randomArray(kernels, 2 * n * n, 1);
          const hermitian = kernels.alloc(2 * n * n);
          for (let j = 0; j < n; j++)
            for (let i = 0; i < n; i++) {
              hermitian[2 * (i + j * n)] = random[2 * (i + j * n)]! + random[2 * (j + i * n)]!;
              hermitian[2 * (i + j * n) + 1] = random[2 * (i + j * n) + 1]! - random[2 * (j + i * n) + 1]!;
            }
          const [a, values, v] = [kernels.alloc(2 * n * n), kernels.alloc(n), kernels.alloc(2 * n * n)];
          return () => {
            a.set(hermitian); // destroyed by the call; the copy is below one per cent
            kernels.eigh(n, a, n, values, v, n);
          };
        },
      ).forEach(report);
    }
  },
};
