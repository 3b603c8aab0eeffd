import { type Options, word } from "../../../common/options.ts";

/** What answering a server may be told. */
export const SERVE_OPTIONS = {
  /** Plane waves where the cell moves: below the cutoff in each cell, or those of the first. */
  planeWaves: {
    ...word<"cutoff" | "fixed">(["cutoff", "fixed"], {
      help: "plane waves where the cell moves: below the cutoff in each, or those of the first cell (default cutoff)",
      value: "WHICH",
    }),
    default: "cutoff" as const,
  },
} as const satisfies Options;
