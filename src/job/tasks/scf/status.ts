/** Why the iteration ended. Only `converged` is a ground state. */
export type ResultStatus =
  | "converged"
  | "no-gap"
  | "few-bands"
  | "iteration-limit"
  | "interrupted"
  | "failed";
