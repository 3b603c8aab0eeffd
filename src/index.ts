/**
 * Stillwave: plane-wave Kohn-Sham density-functional theory.
 *
 * `solve(job)` finds a ground state and keeps it for what follows from it; `runScf(job)` takes a job
 * file's content and gives the result file's; `scf(problem, options)` is the iteration itself, one
 * step at a time. Every subject has an entry of its own as well, such as `stillwave/mixing`, which
 * loads no more than it needs; `stillwave/io` reads and writes files and is there alone.
 */

export * from "./exports/basis.ts";
export * from "./exports/build.ts";
export * from "./exports/errors.ts";
export * from "./exports/ground.ts";
export * from "./exports/job.ts";
export * from "./exports/mixing.ts";
export * from "./exports/models.ts";
export * from "./exports/plot.ts";
export * from "./exports/scf.ts";
export * from "./exports/terms.ts";
