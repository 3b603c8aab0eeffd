import { number, type Options } from "../common/options.ts";

/** What the analysis of the dielectric operator may be told. */
export const DIELECTRIC_ANALYSIS_OPTIONS = {
  /** Products with the operator at most. Default 60. */
  maxProducts: number({
    rule: "must be a whole number from 1 to 1000; 60 is usual",
    isWhole: true,
    atLeast: 1,
    atMost: 1000,
    default: 60,
  }),
  /** Steps of a damped iteration to compare the prediction with; 0 leaves it out. Default 30. */
  observedSteps: number({
    rule: "must be a whole number from 0 to 10000; 30 is usual, 0 leaves them out",
    isWhole: true,
    atLeast: 0,
    atMost: 10_000,
    default: 30,
    flag: "steps",
    help: "damped steps to compare the prediction with (default {default}, 0 for none)",
    value: "N",
  }),
} as const satisfies Options;
