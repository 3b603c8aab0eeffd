import { InputError, NotConvergedError } from "../../common/failure.ts";
import { EXIT, type ExitCode } from "../host.ts";

/** Exit code and text of what was thrown; a bug of our own has its stack. */
export function failureOf(error: unknown): { readonly code: ExitCode; readonly text: string } {
  if (error instanceof InputError) return { code: EXIT.input, text: error.message };
  if (error instanceof NotConvergedError) return { code: EXIT.notConverged, text: error.message };
  if (!(error instanceof Error)) return { code: EXIT.error, text: String(error) };
  const isOurs = error.message.startsWith("bug:");
  return { code: EXIT.error, text: (isOurs ? error.stack : undefined) ?? error.message };
}
