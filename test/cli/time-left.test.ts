import { describe, expect, test } from "vitest";
import { phaseClock } from "../../src/cli/terminal/phases.ts";
import { type FinishedRun, runsLeft } from "../../src/cli/terminal/runs-left.ts";
import { scfLeft, stepsLeft, stepsLeftText } from "../../src/cli/terminal/steps-left.ts";
import { type Mark, remaining, timeLeft } from "../../src/cli/terminal/time-left.ts";
import { random } from "../../src/common/random.ts";
import { durationText } from "../../src/common/text/duration-text.ts";
import { historyRow } from "./fake-host.ts";

test("durations are told in the unit a person waits in", () => {
  expect([0, 41.4, 89, 91, 5340, 7800].map(durationText)).toEqual(["0 s", "41 s", "89 s", "2 min", "89 min", "2 h 10 min"]); // biome-ignore format: a list
});

/** Marks after each piece of `pieces` [s each]. */
const marksOf = (pieces: readonly number[]): Mark[] => {
  const marks = [{ at: 5, done: 0 }];
  for (const seconds of pieces) marks.push({ at: marks.at(-1)!.at + seconds, done: marks.length });
  return marks;
};

describe("what remains", () => {
  test("is exact at a constant pace, after every piece, and falls from piece to piece to nothing", () => {
    const marks = marksOf(new Array<number>(40).fill(0.7));
    let before = Number.POSITIVE_INFINITY;
    for (let n = 1; n <= 40; n++) {
      const left = remaining(marks.slice(0, n + 1), 40)!;
      expect(left).toBeCloseTo(0.7 * (40 - n), 10);
      expect(left).toBeLessThan(before);
      before = left;
    }
    expect(before).toBe(0);
  });

  test("is exact again when a new pace has lasted as long as everything before it", () => {
    const marks = marksOf([...new Array<number>(10).fill(3), ...new Array<number>(30).fill(0.5)]);
    expect(remaining(marks.slice(0, 16), 40)).toBeGreaterThan(1.5 * 0.5 * 25); // the old pace still counts
    for (let n = 20; n <= 40; n++)
      expect(remaining(marks.slice(0, n + 1), 40)).toBeCloseTo(0.5 * (40 - n), 10);
  });

  test("is right to a few per cent for pieces that scatter", () => {
    const { uniform } = random(5);
    const pieces = Array.from({ length: 400 }, () => 0.5 + uniform());
    const truth = pieces.slice(200).reduce((sum, seconds) => sum + seconds, 0);
    // The pace is the mean of 100 pieces that scatter by 0.29, the truth that of 200: 3.5 % for each deviation.
    expect(Math.abs(remaining(marksOf(pieces).slice(0, 201), 400)! / truth - 1)).toBeLessThan(0.11);
  });

  test("is not known before there is a pace, or without one", () => {
    expect(remaining([], 3)).toBeUndefined();
    expect(remaining([{ at: 0, done: 0 }], 3)).toBeUndefined();
    expect(remaining([{ at: 0, done: 1 }, { at: 1, done: 1 }], 3)).toBeUndefined(); // biome-ignore format: a list
  });
});

test("the time left is text behind a count, empty before the first piece and after the last", () => {
  let clock = 1000;
  const left = timeLeft(() => clock);
  expect(left(1, 10)).toBe("");
  clock += 4000;
  expect(left(3, 10)).toBe(", 14 s left"); // two pieces took 4 s
  clock += 60_000;
  expect(left(5, 10)).toBe(", 3 min left"); // the latter two pieces took 60 s
  expect(left(10, 10)).toBe("");
});

describe("steps left", () => {
  const decade = (step: number) => ({ size: 10 ** -step, seconds: 0.25 });

  test("are those of decades at the pace of the latter half, whole ones, and the seconds with them", () => {
    const rows = [1, 2, 3].map(decade);
    expect(stepsLeft(rows, 1e-6)).toEqual({ steps: 3, seconds: expect.closeTo(0.75, 10) });
    expect(stepsLeft(rows, 0.5e-3)!.steps).toBe(1);
    expect(stepsLeftText(stepsLeft(rows, 1e-6))).toBe(", about 3 steps or 1 s left");
    expect(stepsLeftText(stepsLeft(rows, 0.5e-3), "product")).toBe(", about 1 product or 0 s left");
  });

  test("are not told before there is a pace, when nothing is left, or when nothing comes nearer", () => {
    const rows = [1, 2, 3].map(decade);
    expect(stepsLeft(rows.slice(0, 2), 1e-6)).toBeUndefined();
    expect(stepsLeft(rows, 1e-3)).toEqual({ steps: 0, seconds: 0 });
    expect(stepsLeftText(stepsLeft(rows, 1e-3))).toBe("");
    expect(stepsLeft([...rows].reverse(), 1e-6)).toBeUndefined();
    const creeping = [1, 2, 3, 4].map((step) => ({ size: 10 ** (-0.01 * step), seconds: 1 }));
    expect(stepsLeft(creeping, 1e-6)).toBeUndefined();
  });

  test("of a self-consistent field are those of the tolerance that takes longer", () => {
    const rows = [1, 2, 3, 4].map(historyRow); // residuals 10^-n, energies that change by 0.9·10^-n
    expect(scfLeft(rows, { density: 1e-6 })!.steps).toBe(2);
    expect(scfLeft(rows, { energy: 1e-8 })!.steps).toBe(5); // 0.9·10^-3 now, below 10^-8 at 0.9·10^-8
    expect(scfLeft(rows, { density: 1e-6, energy: 1e-8 })!.steps).toBe(5);
    expect(scfLeft(rows, { density: 1e-2 })!.steps).toBe(0);
    expect(scfLeft(rows, { density: 1e-2, energy: 1e-8 })!.steps).toBe(5);
    expect(scfLeft(rows.slice(0, 2), { density: 1, energy: 1e-8 })).toBeUndefined(); // the energy's is not known yet
    expect(scfLeft(rows, {})).toBeUndefined();
  });
});

describe("the rest of several runs", () => {
  const plan = [1, 2, 4].flatMap((size) => ["kerker", "ldos"].map((mixing) => ({ size, mixing })));
  const cost = ({ size, mixing }: { size: number; mixing: string }) =>
    (mixing === "ldos" ? 3 : 5) * size ** 2;
  const finished = (count: number): FinishedRun[] =>
    plan.slice(0, count).map((run) => ({ ...run, seconds: cost(run) }));
  const truth = (count: number) => plan.slice(count).reduce((sum, run) => sum + cost(run), 0);

  test("is exact where times grow as the square of the size, once every mixing has been seen", () => {
    for (let count = 2; count < plan.length; count++) {
      const whole = truth(count);
      expect(runsLeft(plan, finished(count), { elapsed: 0 })).toBeCloseTo(whole, 10);
      const part = 0.4 * cost(plan[count]!);
      expect(runsLeft(plan, finished(count), { elapsed: part })).toBeCloseTo(whole - part, 10);
    }
  });

  test("takes a run in progress by its own word, and a mixing not seen yet as the others on average", () => {
    expect(runsLeft(plan, [], { elapsed: 0 })).toBeUndefined();
    expect(runsLeft(plan, [], { elapsed: 1, left: 4 })).toBeCloseTo(4 + 5 + 2 * 20 + 2 * 80, 10);
    expect(runsLeft(plan, finished(1), { elapsed: 2 })).toBeCloseTo(3 + 2 * 20 + 2 * 80, 10);
    expect(runsLeft(plan, finished(5), { elapsed: 100 })).toBe(0); // longer than thought
    expect(runsLeft(plan, finished(6), { elapsed: 0 })).toBeUndefined();
  });
});

test("every moment belongs to one phase", () => {
  let clock = 0;
  const { enter, times } = phaseClock(() => clock);
  clock = 1000;
  enter("bands");
  clock = 3500;
  enter("error bars");
  clock = 4000;
  enter("bands");
  clock = 4250;
  expect(times()).toEqual([
    { name: "preparation", seconds: 1 },
    { name: "bands", seconds: 2.75 },
    { name: "error bars", seconds: 0.5 },
  ]);
});
