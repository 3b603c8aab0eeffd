import type { Output } from "../host.ts";

export type Style = "bold" | "dim" | "red" | "green" | "yellow";

const CODES: Readonly<Record<Style, readonly [number, number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
};

/** Styles text where a terminal shows it and NO_COLOR is not set; otherwise leaves it as it is. */
export const styled =
  ({ isTerminal }: Output, noColour = process.env.NO_COLOR) =>
  (style: Style, text: string): string => {
    const isPlain = !isTerminal || (noColour !== undefined && noColour !== "");
    const [on, off] = CODES[style];
    return isPlain ? text : `\u001b[${on}m${text}\u001b[${off}m`;
  };
