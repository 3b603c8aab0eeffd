import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inflateSync } from "node:zlib";
import { afterAll, expect, test } from "vitest";
import { pdfOf } from "../../src/io/pdf.ts";
import { pngOf, requirePicture, writePicture } from "../../src/io/picture.ts";
import { convergenceSvg } from "../../src/plot/convergence.ts";

const folder = mkdtempSync(join(tmpdir(), "stillwave-picture-"));
afterAll(() => rmSync(folder, { recursive: true }));
const svg = await convergenceSvg([
  { label: "x", history: [1, 2].map((step) => ({ step, densityResidual: 1 / step })) },
]);
const reason = (made: Promise<unknown>) =>
  made.then(
    () => undefined,
    (error: Error) => error.message,
  );
const absence = await reason(pngOf(svg));
const noPdf = await reason(pdfOf(svg));

test("a name that ends otherwise than a picture is refused before anything is written", async () => {
  await expect(requirePicture("--plot", join(folder, "a.gif"))).rejects.toThrow(
    /^--plot: must end in \.svg, \.png or \.pdf, got .*a\.gif/,
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

test("a narrow .png has as many pixels as paper needs", async ({ skip }) => {
  if (absence !== undefined) skip(absence);
  const bytes = Buffer.from(await pngOf(svg.replace(/ width="680"/, ' width="340"')));
  expect(bytes.readUInt32BE(16)).toBe(1360);
});

test("a .pdf is one page of the size of the drawing, with its letters in it", async ({ skip }) => {
  if (noPdf !== undefined) skip(noPdf);
  const path = join(folder, "a.pdf");
  await requirePicture("--plot", path);
  await writePicture(path, svg);
  const text = readFileSync(path, "latin1");
  expect(text.startsWith("%PDF-")).toBe(true);
  const size = (name: string) => 0.75 * Number(new RegExp(` ${name}="(\\d+)"`).exec(svg)![1]);
  expect(text).toContain(`/MediaBox [0 0 ${size("width")} ${size("height")}]`);
  expect(text).toMatch(/\/FontName \/\w+\+DejaVuSans\n/);
  expect(text).toContain("/FontFile2");
});

// Seen red: units of the drawing taken for points, a third too large for its page.
test("a drawing fills its page", async ({ skip }) => {
  if (noPdf !== undefined) skip(noPdf);
  const page = await pdfOf(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 60" width="120" height="60"><rect width="120" height="60" /></svg>',
  );
  const text = Buffer.from(page).toString("latin1");
  const [, packed] = /stream\r?\n([\s\S]*?)\r?\nendstream/.exec(text)!;
  const drawn = inflateSync(Buffer.from(packed!, "latin1")).toString("latin1");
  expect(text).toContain("/MediaBox [0 0 90 45]");
  expect(drawn).toMatch(/0\.75 0 0 0\.75 0 0 cm[\s\S]*120 60 l/);
});

// Seen red: every letter in the plain font.
test("bold words of a drawing are bold on a page", async ({ skip }) => {
  if (noPdf !== undefined) skip(noPdf);
  const of = async (weight: string) =>
    Buffer.from(
      await pdfOf(
        `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 50 50" width="50" height="50"><text x="5" y="25" font-weight="${weight}">A</text></svg>`,
      ),
    ).toString("latin1");
  expect(await of("bold")).toMatch(/\/FontName \/\w+\+DejaVuSans-Bold\n/);
  expect(await of("normal")).not.toContain("Bold");
});

test("the rim of a letter lies below it on a page", async ({ skip }) => {
  if (noPdf !== undefined) skip(noPdf);
  const one = (attributes: string) =>
    pdfOf(
      `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 50 50" width="50" height="50"><g ${attributes} stroke="#fff" stroke-width="3"><text x="5" y="25">A</text></g></svg>`,
    );
  const [rimmed, plain] = [await one('paint-order="stroke"'), await one("")];
  expect(rimmed.length).toBeGreaterThan(plain.length); // the letter once more, without its rim
});
