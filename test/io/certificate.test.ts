import { expect, test } from "vitest";
import type { Vec3 } from "../../src/common/vec3.ts";
import { USUAL_WIDTH } from "../../src/errors/certify/band-enclosure.ts";
import { CLAIM_WIDTH } from "../../src/errors/certify/certificate.ts";
import { exactHamiltonian, levelsWithErrorBars } from "../../src/ground/error-bars.ts";
import { type CertificateReport, verifyCertificate } from "../../src/job/tasks/verify/verify-certificate.ts";
import { CERTIFICATE_ECUT, cohenBergstresserModel, example } from "./certificates.ts";

const KPOINTS: readonly Vec3[] = [
  [0, 0, 0],
  [0.1, 0.2, 0.3],
];
const BANDS = 4;
const lines = await example(KPOINTS, BANDS);

const check = (changed: readonly string[]): Promise<CertificateReport> => verifyCertificate(changed);
const reasons = async (changed: readonly string[]): Promise<string> =>
  (await check(changed)).failures.map(({ reason }) => reason).join("\n");

interface Line {
  k: number[];
  claims: { index: number; lower: number; upper: number }[];
  proposals: { count: { vectors: string; rho: number }; trial: { vectors: string } }[];
  hash: string;
}
/** The line of a k-point, changed; with `isRehashed` by somebody who can compute hashes too. */
async function point(number: number, change: (line: Line) => void, isRehashed = false): Promise<string[]> {
  const line = JSON.parse(lines[number]!) as Line;
  change(line);
  if (isRehashed) {
    const { problemHash } = JSON.parse(lines[0]!) as { problemHash: string };
    line.hash = await sha256(JSON.stringify([problemHash, line.k, line.proposals]));
  }
  return lines.map((text, i) => (i === number ? JSON.stringify(line) : text));
}
async function sha256(text: string): Promise<string> {
  return Buffer.from(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))).toString("hex");
}
/** The problem changed, and every hash after it, if wanted. */
async function problem(
  change: (value: Record<string, unknown>) => void,
  isRehashed: boolean,
): Promise<string[]> {
  const head = JSON.parse(lines[0]!) as { problem: Record<string, unknown>; problemHash: string };
  change(head.problem);
  if (!isRehashed) return [JSON.stringify(head), ...lines.slice(1)];
  head.problemHash = await sha256(JSON.stringify(head.problem));
  const rest = lines.slice(1).map(async (text) => {
    const line = JSON.parse(text) as Line;
    return JSON.stringify({
      ...line,
      hash: await sha256(JSON.stringify([head.problemHash, line.k, line.proposals])),
    });
  });
  return [JSON.stringify(head), ...(await Promise.all(rest))];
}
const vectorsOf = (base64: string): Float64Array =>
  new Float64Array(Uint8Array.from(Buffer.from(base64, "base64")).buffer);
const textOf = (numbers: Float64Array): string => Buffer.from(numbers.buffer).toString("base64");

test("a certificate stands, by other kernels too", async () => {
  const report = await check(lines);
  expect(report.failures).toEqual([]);
  expect([report.head.points, report.enclosures]).toEqual([2, 2 * BANDS]);
  const other = await verifyCertificate(lines, { backend: "reference" });
  expect(other.failures).toEqual([]);
});

test("claims hold the intervals of the band structure, little wider", async () => {
  const { levels } = await levelsWithErrorBars(
    exactHamiltonian(cohenBergstresserModel, undefined),
    KPOINTS,
    BANDS,
    { ecut: CERTIFICATE_ECUT, backend: "wasm", accuracy: USUAL_WIDTH / CLAIM_WIDTH },
  );
  lines.slice(1).forEach((text, i) => {
    (JSON.parse(text) as Line).claims.forEach((claim, band) => {
      const { lower, upper } = levels[i]![band]!;
      expect(claim.lower).toBeLessThan(lower!);
      expect(claim.upper).toBeGreaterThan(upper!);
      expect((claim.upper - claim.lower) / (upper! - lower!)).toBeLessThan(1.26);
    });
  });
});

test("a wider claim is true as well", async () => {
  const wider = await point(1, ({ claims }) => {
    claims[1]!.lower -= 0.1;
    claims[2]!.upper += 1;
  });
  expect(await reasons(wider)).toBe("");
});

test("an end moved inwards, on either side of any band, does not stand", async () => {
  for (const [number, band, end] of [
    [1, 0, "lower"],
    [1, 3, "upper"],
    [2, 1, "lower"],
    [2, 2, "upper"],
  ] as const) {
    // biome-ignore format: cases
    const moved = await point(number, ({ claims }) => {
      const claim = claims[band]!;
      claim[end] += (end === "lower" ? 0.3 : -0.3) * (claim.upper - claim.lower);
    });
    expect(await reasons(moved)).toMatch(
      new RegExp(`^band ${band + 1}: \\[.*\\] is proved, which .* does not contain$`),
    );
  }
});

test("a claim of another band, out of order, twice, or of none does not stand", async () => {
  const swap = (line: Line) => line.claims.reverse();
  const shift = (line: Line) => line.claims.shift();
  const renumbered = (line: Line) => {
    line.claims.shift();
    line.claims.forEach((claim, i) => {
      claim.index = i + 1;
    });
  };
  const repeated = (line: Line) => {
    line.claims[2]!.index = 2;
  };
  const none = (line: Line) => {
    line.claims = [];
  };
  for (const change of [swap, shift, repeated, none])
    expect(await reasons(await point(2, change))).toMatch(/^claims: must be of bands 1, 2, …/);
  expect(await reasons(await point(2, renumbered))).toMatch(/^band 1: .* does not contain/);
});

test("changed vectors are told by their hash, and what they then prove is asked", async () => {
  for (const part of ["count", "trial"] as const)
    for (const isRehashed of [false, true]) {
      const changed = await point(
        1,
        ({ proposals }) => {
          const vectors = vectorsOf(proposals[0]![part].vectors);
          for (let i = 0; i < vectors.length; i++) vectors[i]! *= i % 7 === 0 ? 0 : 1;
          proposals[0]![part].vectors = textOf(vectors);
        },
        isRehashed,
      );
      if (isRehashed) expect(await reasons(changed)).toMatch(/proves nothing|does not contain/);
      else await expect(check(changed)).rejects.toThrow(/line 2, hash: must be that of its k and proposals/);
    }
});

test("numbers behind a proof that were changed prove nothing, or less", async () => {
  const changes: ((line: Line) => void)[] = [
    ({ proposals: [first] }) => Object.assign(first!.count, { rho: first!.count.rho + 0.2 }),
    ({ proposals: [first] }) => Object.assign(first!.count, { sigma: 0 }),
    ({ proposals: [first] }) => Object.assign(first!.count, { cutoff: 2 }),
    ({ proposals: [first] }) => Object.assign(first!.trial, { cutoff: 3 }),
    ({ proposals: [first] }) => Object.assign(first!.trial, { outerCutoff: 5.5 }),
    (line) => {
      line.k = [0.1, 0.2, 0.31];
    },
    (line) => {
      line.k = [0.5, 0.5, 0.5];
    },
  ];
  for (const change of changes) {
    await expect(check(await point(2, change))).rejects.toThrow(/line 3, hash: must be/);
    expect(await reasons(await point(2, change, true))).toMatch(/proves nothing|does not contain/);
  }
});

test("another problem is another operator: its hash differs, and the old claims do not stand for it", async () => {
  const changes: ((value: Record<string, unknown>) => void)[] = [
    ({ lattice }) => ((lattice as number[][])[0]![1]! *= 1.001),
    ({ potential }) => ((potential as { formFactors: number[][] }).formFactors[0]![1]! *= 1.01),
    ({ positions }) => ((positions as number[][])[0]![0]! += 0.01),
  ];
  for (const change of changes) {
    await expect(check(await problem(change, false))).rejects.toThrow(
      /problemHash: must be that of the problem/,
    );
    expect(await reasons(await problem(change, true))).toMatch(/proves nothing|does not contain/);
  }
});

test("a hash that was changed, a file cut off, lengthened or damaged is refused in one line", async () => {
  const refused = async (changed: readonly string[], message: RegExp) => {
    await expect(check(changed)).rejects.toThrow(message);
  };
  await refused(await point(1, (line) => { line.hash = line.hash.replace(/^./, (x) => (x === "0" ? "1" : "0")); }), /line 2, hash/); // biome-ignore format: one case
  await refused(lines.slice(0, 2), /points: must be the 2 of line 1, got 1; the file is cut off/);
  await refused(lines.slice(0, 1), /points: must be the 2 of line 1, got 0/);
  await refused([...lines.slice(0, 2), lines[2]!.slice(0, 5000)], /line 3: must be JSON, got .*cut off/);
  await refused([...lines, lines[2]!], /points: must be the 2 of line 1, got more/);
  await refused([], /empty file/);
  await refused(["{}"], /begin a certificate/);
  await refused(["[1]"], /line 1: must be a JSON object/);
  await refused(
    await problem((value) => Object.assign(value, { kind: "another" }), true),
    /problem.kind: must be one of/,
  );
  await refused(
    await problem((value) => delete value.positions, true),
    /problem\.positions: must be a list, but it is missing/,
  );
  await refused(await point(1, (line) => { line.claims = [{ index: 1, lower: 0, upper: "1" as unknown as number }]; }), /line 2, claims/); // biome-ignore format: one case
  await refused(await point(1, (line) => { line.proposals = []; }), /line 2, proposals/); // biome-ignore format: one case
});
