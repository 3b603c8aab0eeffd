import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { InputError } from "../../src/common/failure.ts";
import { random } from "../../src/common/random.ts";
import { parseJobFile } from "../../src/io/job-file.ts";
import { checkedState } from "../../src/job/prepare/checked-state.ts";
import { parseJob } from "../../src/job/schema/schema.ts";
import { inputOf } from "./inputs.ts";
import { fault, faultOfLine } from "./judge.ts";
import { mutateValue } from "./mutate.ts";
import { TARGETS, type Target } from "./targets.ts";

const FOUND = "test/fixtures/fuzz";

test.each(readdirSync(FOUND))("%s, once found, is refused in one clear line", async (file) => {
  const target = TARGETS.find(({ name }) => file.startsWith(`${name}--`))!;
  const text = readFileSync(join(FOUND, file), "utf8");
  expect(await fault(target, text, file)).toBeUndefined();
  await expect(target.run(text, file)).rejects.toThrow(InputError);
});

test("a wrong input is the same for the same numbers", async () => {
  for (const index of [3, 17, 30]) {
    const [one, again, other] = await Promise.all([
      inputOf(1, index, "poscar"),
      inputOf(1, index, "poscar"),
      inputOf(2, index, "poscar"),
    ]);
    expect(again.text).toBe(one.text);
    expect(other.text).not.toBe(one.text);
  }
});

test("what is no refusal, no number and no line is told", async () => {
  const of = (run: () => Promise<unknown>) => fault({ run } as unknown as Target, "", "a");
  expect(await of(async () => [1, { x: Number.NaN }])).toBe("accepted, with result.1.x = NaN");
  expect(await of(async () => [new Float64Array([1, Infinity])])).toBe(
    "accepted, with result.0.1 = Infinity",
  );
  expect(await of(async () => (null as unknown as string).length)).toMatch(/no refusal but TypeError/);
  expect(await of(() => Promise.reject(new Error("bug: no"))).then(String)).toMatch(/no refusal but Error/);
  expect(await of(async () => [1, "nan"])).toBeUndefined();
  expect(faultOfLine("a: must be 1, got \u001b[31m")).toMatch(/control characters/);
  expect(faultOfLine("values.every is not a function")).toMatch(/engine/);
  expect(faultOfLine(`a: must be 1, got ${"x".repeat(2000)}`)).toMatch(/2027|20\d\d letters/);
  expect(faultOfLine("ecut: must be a number, got NaN")).toBeUndefined();
});

const isOneLine = (read: () => unknown): void => {
  try {
    read();
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    expect(faultOfLine((error as Error).message, (error as Error).message)).toBeUndefined();
  }
};

test("any JSON and any text is a job or refused in one line", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => isOneLine(() => parseJob(value))),
    { numRuns: 80, seed: 5 },
  );
  fc.assert(
    fc.property(
      fc.string({ unit: "binary", maxLength: 60 }),
      fc.constantFrom("a.json", "a.toml", "-"),
      (text, name) => isOneLine(() => parseJob(parseJobFile(text, name))),
    ),
    { numRuns: 80, seed: 6 },
  );
});

test("a job of right fields is itself again when it is written and read", () => {
  const element = fc.constantFrom("Si", "Al", "H", "O");
  const coordinate = fc.double({ min: -2, max: 2, noNaN: true });
  const jobs = fc.record(
    {
      structure: fc.record({
        lattice: fc.constant([[9, 0, 0], [0, 9, 0], [0, 1, 9]]), // biome-ignore format: a matrix
        atoms: fc.array(fc.record({ element, position: fc.tuple(coordinate, coordinate, coordinate) }), {
          minLength: 1,
          maxLength: 5,
        }),
      }),
      ecut: fc.double({ min: 0.5, max: 100, noNaN: true }),
      kgrid: fc.tuple(...Array.from({ length: 3 }, () => fc.integer({ min: 1, max: 9 }))),
      temperature: fc.double({ min: 1e-4, max: 0.05, noNaN: true }),
      spin: fc.constantFrom("none", "collinear"),
      title: fc.string({ unit: "grapheme-ascii" }),
      seed: fc.integer(),
      symmetry: fc.boolean(),
      charge: fc.double({ min: -1, max: 1, noNaN: true }),
    },
    { requiredKeys: ["structure", "ecut"] },
  );
  fc.assert(
    fc.property(jobs, (written) => {
      const job = parseJob(written);
      expect(parseJob(parseJobFile(JSON.stringify(job), "a.json"))).toEqual(JSON.parse(JSON.stringify(job)));
    }),
    { numRuns: 200, seed: 7 },
  );
});

test("a state with a field of another kind or size is refused before anything is made of it", () => {
  const field = () => new Float64Array(27).fill(0.5);
  const state = {
    rho: field(),
    method: {
      name: "density-mixing",
      history: [{ input: field(), step: field() }],
      guard: { best: { input: field(), step: field(), energy: -1, densityResidual: 0.1 }, factor: 1 },
    },
    history: [{ step: 1, energy: -1, densityResidual: 0.1 }],
    eigenTolerance: 1e-3,
    nBands: 2,
    nConverge: 1,
    orbitals: [new Float64Array(2 * 2 * 7).fill(0.1)],
    system: {
      lattice: [[5, 0, 0], [0, 5, 0], [0, 0, 5]], // biome-ignore format: a matrix
      atoms: [{ element: "H", position: [0, 0, 0] }],
      fftSize: [3, 3, 3],
      spheres: [{ k: [0, 0, 0], planeWaves: 7 }],
    },
  };
  expect(checkedState(state)).toBe(state);
  // Bands that the next step adds are not among the orbitals yet.
  expect(() => checkedState({ ...state, nBands: 3 })).not.toThrow();
  const refused: readonly ((copy: typeof state) => void)[] = [
    (copy) => copy.rho.fill(Number.NaN, 3, 4),
    (copy) => Object.assign(copy, { rho: [...copy.rho] }),
    (copy) => Object.assign(copy, { rho: copy.rho.slice(1) }),
    (copy) => Object.assign(copy.method.history[0]!, { step: null }),
    (copy) => Object.assign(copy.method.history[0]!, { step: field().slice(2) }),
    (copy) => Object.assign(copy.method.guard, { best: {} }),
    (copy) => Object.assign(copy, { nBands: 1 }),
    (copy) => Object.assign(copy, { nConverge: 4 }),
    (copy) => Object.assign(copy, { orbitals: [] as unknown[], system: { ...copy.system, spheres: [] } }),
    (copy) => Object.assign(copy.system, { fftSize: [3, 3, 1e9] }),
    (copy) => Object.assign(copy.system, { fftSize: "333" }),
    (copy) => Object.assign(copy.system, { lattice: [[5, 0, 0]] }),
    (copy) => Object.assign(copy.system.atoms[0]!, { position: [0, 1e308, 0] }),
  ];
  for (const change of refused) {
    const copy = structuredClone(state);
    change(copy);
    expect(() => checkedState(copy), String(change)).toThrow(/restart: must /);
  }
  const stream = random(11);
  for (let i = 0; i < 500; i++) isOneLine(() => checkedState(mutateValue(state, stream)));
});
