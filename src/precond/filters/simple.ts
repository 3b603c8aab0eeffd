import type { ApplyPreconditioner, Preconditioner } from "../preconditioner.ts";

/** out ← residual. */
export const identity: ApplyPreconditioner = (out, residual) => {
  for (let r = 0; r < out.length; r++) out[r] = residual[r]!;
};

/**
 * Makes P = 1, plain mixing; enough for small cells and wide gaps.
 *
 * @example
 * ```ts
 * import { densityMixing, simple } from "stillwave";
 *
 * const method = densityMixing({ preconditioner: simple(), damping: 0.4 });
 * ```
 */
export function simple(): Preconditioner {
  return { name: "simple", at: () => identity };
}
