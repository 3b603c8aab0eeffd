import { number, type Options } from "../../../common/options.ts";

/** Which volumes an equation of state is fitted to. */
export const EOS_OPTIONS = {
  /** Largest change of the volume, either way [percent]. */
  range: {
    ...number({
      rule: "must be a percentage above 0 and at most 30; 6 is usual",
      above: 0,
      atMost: 30,
      help: "largest change of the volume either way, in percent (default {default})",
      value: "PERCENT",
    }),
    default: 6,
  },
  points: {
    ...number({
      rule: "must be a whole number of volumes from 5 to 101; 7 is usual",
      isWhole: true,
      atLeast: 5,
      atMost: 101,
      help: "volumes to compute (default {default})",
      value: "N",
    }),
    default: 7,
  },
} as const satisfies Options;
