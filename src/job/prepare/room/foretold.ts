import { durationText } from "../../../common/text/duration-text.ts";
import { threadsInUse } from "../../../parallel/blocks.ts";
import { secondsOfStep, stepTimeParts, type TimeNeeds, USUAL_STEPS, usualSpeeds } from "../../tasks/estimate/expected-time.ts"; // biome-ignore format: a list
import type { Session } from "../session.ts";

/*
 * What takes long is said before it begins, from sizes alone: nothing is measured, so that the line
 * is there at once.
 */

/** Shorter work speaks for itself [s]. */
const LONG = 120;
/** Steps of the self-consistent field that cost what levels do, from random orbitals. */
const FROM_RANDOM = 4;

type Foreteller = Pick<Session, "threads" | "backend" | "foretell" | "named">;

/**
 * Says how long a ground state may take, where that is long.
 *
 * @param bytes of its memory.
 */
export function foretellSteps(
  { foretell, named, ...machine }: Foreteller,
  needs: TimeNeeds,
  bytes: number,
): void {
  const step = secondsOf(needs, machine);
  if (USUAL_STEPS * step > LONG)
    foretell(
      `a step takes about ${durationText(step)}, ${USUAL_STEPS} of them ${durationText(USUAL_STEPS * step)}, and ${memoryText(bytes)}: ${sizesText(needs)}; lower ${named("ecut")} or ${named("kgrid")} where that is too long`,
    );
}

/**
 * Says how long levels may take, where that is long.
 *
 * @param purpose what they are for.
 * @param isLeast whether there may be more k-points.
 * @returns whether it is.
 */
export function foretellLevels(
  { foretell, named, ...machine }: Foreteller,
  needs: TimeNeeds,
  bytes: number,
  { purpose, isLeast }: { readonly purpose: string; readonly isLeast: boolean },
): boolean {
  const seconds = FROM_RANDOM * secondsOf(needs, machine);
  const isLong = seconds > LONG;
  if (isLong)
    foretell(
      `${purpose} takes ${isLeast ? "at least" : "about"} ${durationText(seconds)} and ${memoryText(bytes)}: ${sizesText(needs)}; lower ${named("kgrid")}, ${named("bands")} or ${named("ecut")} where that is too long`,
    );
  return isLong;
}

const secondsOf = (
  needs: TimeNeeds,
  { threads, backend = "wasm" }: Pick<Session, "threads" | "backend">,
): number =>
  secondsOfStep(
    stepTimeParts(needs, usualSpeeds(needs)),
    needs.blocks,
    threadsInUse(threads, { backend, ...needs }),
  );

const sizesText = ({ blocks, planeWaves, bands, size }: TimeNeeds): string =>
  `${blocks} k-points of ${Math.round(planeWaves)} plane waves, ${bands} bands, FFT grid ${size.join("x")}`;

const memoryText = (bytes: number): string => `${(bytes / 2 ** 30).toPrecision(2)} GiB`;
