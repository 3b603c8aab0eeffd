import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { pngOf, requirePicture, writePicture } from "../../src/io/picture.ts";
import { convergenceSvg } from "../../src/plot/convergence.ts";

const folder = mkdtempSync(join(tmpdir(), "stillwave-picture-"));
afterAll(() => rmSync(folder, { recursive: true }));
const svg = await convergenceSvg([
  { label: "x", history: [1, 2].map((step) => ({ step, densityResidual: 1 / step })) },
]);
const absence = await pngOf(svg).then(
  () => undefined,
  (error: Error) => error.message,
);

test("a name that ends otherwise than a picture is refused before anything is written", async () => {
  await expect(requirePicture("--plot", join(folder, "a.pdf"))).rejects.toThrow(
    /^--plot: must end in \.svg or \.png, got .*a\.pdf/,
  );
  await expect(requirePicture("--plot", join(folder, "no", "a.svg"))).rejects.toThrow(/it does not exist/);
  await requirePicture("--plot", join(folder, "a.svg"));
});

test("an .svg file is the text itself", async () => {
  await writePicture(join(folder, "a.svg"), svg);
  expect(readFileSync(join(folder, "a.svg"), "utf8")).toBe(svg);
});

test("a .png file is a bitmap with two pixels for each unit of the drawing", async ({ skip }) => {
  if (absence !== undefined) skip(absence);
  const path = join(folder, "a.png");
  await requirePicture("--plot", path);
  await writePicture(path, svg);
  const bytes = readFileSync(path);
  expect([...bytes.subarray(1, 4)]).toEqual([..."PNG"].map((letter) => letter.charCodeAt(0)));
  const size = (name: string) => Number(new RegExp(` ${name}="(\\d+)"`).exec(svg)![1]);
  expect([bytes.readUInt32BE(16), bytes.readUInt32BE(20)]).toEqual([2 * size("width"), 2 * size("height")]);
});
