import type { Output } from "../host.ts";
import { styled, wipe } from "./style.ts";

/** Progress of long work: a line rewritten in place on a terminal, else a plain line at times. */
export interface ProgressLine {
  show(text: string): void;
  /** Takes the line away, before anything else is written. */
  clear(): void;
}

/** Where nobody looks, so often [ms]. */
const PLAIN_EVERY = 30_000;

export function progressLine(
  output: Output,
  { isSilent = false, now = () => performance.now() }: { isSilent?: boolean; now?: () => number } = {},
): ProgressLine {
  let shown = false;
  let last = now();
  return {
    show(text) {
      if (isSilent) return;
      if (output.isTerminal) {
        output.write(
          `${wipe(output)}${styled(output)("dim", text.slice(0, Math.max(0, output.columns - 1)))}`,
        );
        shown = true;
      } else if (now() - last >= PLAIN_EVERY) {
        output.write(`${text}\n`);
        last = now();
      }
    },
    clear() {
      if (shown) output.write(wipe(output));
      shown = false;
    },
  };
}
