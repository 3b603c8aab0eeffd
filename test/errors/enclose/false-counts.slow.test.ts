import { expect, test } from "vitest";
import { falseCertificates, falseCounts } from "../../../bench/independent/false-counts.ts";
import { cases } from "../../../bench/independent/problems.ts";

const { problem } = cases(1).find(({ name }) => name === "polynomial, fcc")!;
const K = [0.13, -0.27, 0.41] as const;

test("counts of a level less than there is are refused, with the best vectors and any σ", async () => {
  const attempts = await falseCounts("polynomial", problem, K, 3);
  expect(attempts.length).toBe(50);
  expect(attempts.filter(({ isRefused }) => !isRefused)).toEqual([]);
});

test("certificates that were changed and hashed again are refused", async () => {
  const attempts = await falseCertificates("polynomial", problem, K, 3, 40);
  expect(attempts.length).toBeGreaterThanOrEqual(40);
  expect(attempts.filter(({ isRefused }) => !isRefused)).toEqual([]);
});
