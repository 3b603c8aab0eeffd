import { expect, test } from "vitest";
import { durationText, timeLeft } from "../../src/cli/time-left.ts";

test("durations are told in the unit a person waits in", () => {
  expect([0, 41.4, 89, 91, 5340, 7800].map(durationText)).toEqual(["0 s", "41 s", "89 s", "2 min", "89 min", "2 h 10 min"]); // biome-ignore format: a list
});

test("the time left is that of the pieces still to do at the pace so far", () => {
  let clock = 1000;
  const left = timeLeft(() => clock);
  expect(left(1, 10)).toBe("");
  clock += 4000;
  expect(left(3, 10)).toBe(", 14 s left"); // two pieces took 4 s
  clock += 60_000;
  expect(left(5, 10)).toBe(", 80 s left");
  expect(left(10, 10)).toBe("");
});
