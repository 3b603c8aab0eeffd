import { NotConvergedError } from "../../../common/failure.ts";
import type { ResultFile } from "./result.ts";

/** The result if it is a ground state. @throws NotConvergedError with the reason otherwise. */
export function converged(result: ResultFile): ResultFile {
  if (!result.converged) throw new NotConvergedError(result.reason ?? `SCF ended as ${result.status}`);
  return result;
}
