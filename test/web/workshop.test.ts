import { afterAll, beforeAll, expect, test, vi } from "vitest";

beforeAll(() => void vi.stubGlobal("navigator", { hardwareConcurrency: 2 }));
afterAll(() => void vi.unstubAllGlobals());

test("work that failed once is done again when it is asked for again", async () => {
  const { newest } = await import("../../web/src/workshop.ts");
  let calls = 0;
  const draw = newest(async () => {
    if (++calls === 1) throw new Error("the picture is too large");
  });
  await expect(draw()).rejects.toThrow(/^the picture is too large$/);
  await draw();
  expect(calls).toBe(2);
});
