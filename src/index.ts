/**
 * Stillwave: plane-wave Kohn-Sham density-functional theory.
 *
 * `solve(job)` finds a ground state and keeps it for what follows from it; `runScf(job)` turns the
 * content of a job file into that of a result file; `scf(problem, options)` is the iteration,
 * one step at a time. Each subject has its own entry, such as `stillwave/mixing`, which loads no
 * more than it needs; `stillwave/io`, which reads and writes files, is a separate entry only.
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
