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
  (output: Output, noColour = process.env.NO_COLOR) =>
  (style: Style, text: string): string => {
    const [on, off] = CODES[style];
    return takesEscapes(output, noColour) ? `\u001b[${on}m${text}\u001b[${off}m` : text;
  };

/** Returns what takes away the line that a terminal is on: blanks where NO_COLOR is set. */
export const wipe = (output: Output, noColour = process.env.NO_COLOR): string =>
  takesEscapes(output, noColour) ? "\r\u001b[2K" : `\r${" ".repeat(Math.max(0, output.columns - 1))}\r`;

const takesEscapes = ({ isTerminal }: Output, noColour: string | undefined): boolean =>
  isTerminal && (noColour === undefined || noColour === "");
