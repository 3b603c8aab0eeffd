import type { Output } from "./host.ts";
import { styled } from "./style.ts";

/** One line on a terminal that is rewritten in place; nothing elsewhere. */
export interface ProgressLine {
  show(text: string): void;
  clear(): void;
}

export function progressLine(output: Output): ProgressLine {
  let shown = false;
  return {
    show(text) {
      if (!output.isTerminal) return;
      output.write(`\r\u001b[2K${styled(output)("dim", text.slice(0, Math.max(0, output.columns - 1)))}`);
      shown = true;
    },
    clear() {
      if (shown) output.write("\r\u001b[2K");
      shown = false;
    },
  };
}
