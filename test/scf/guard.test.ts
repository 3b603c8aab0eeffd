import { describe, expect, test } from "vitest";
import { asRealField, type RealField } from "../../src/kernels/fields.ts";
import type { Accelerator, AcceleratorHistory } from "../../src/scf/accelerators/accelerator.ts";
import { anderson } from "../../src/scf/accelerators/anderson.ts";
import { damped } from "../../src/scf/accelerators/damped.ts";
import { type GuardState, guardedNext } from "../../src/scf/methods/guard.ts";
import { closeArrays } from "../close.ts";

/** Minimise E; the residual is −∇E, as F(ρ) − ρ is for P⁻¹ = 1. */
interface Problem {
  readonly start: readonly number[];
  energy(x: RealField): number;
  residual(x: RealField): RealField;
}

/** E = Σ x atan x − ½ ln(1 + x²), slope atan x: far out the slope hardly changes, and whoever extrapolates it overshoots without end. */
const saturating: Problem = {
  start: [10, -6, 14],
  energy: (x) => x.reduce((sum, t) => sum + t * Math.atan(t) - 0.5 * Math.log(1 + t * t), 0),
  residual: (x) => asRealField(x.map((t) => -Math.atan(t))),
};
/** E = Σ ½ c x²: sloshing of condition 50 that a damping of 0.8 blows up by 39 at the first step. */
const stiff: Problem = {
  start: [1, 1, 1, 1],
  energy: (x) => x.reduce((sum, t, i) => sum + 0.5 * [1, 3, 10, 50][i]! * t * t, 0),
  residual: (x) => asRealField(x.map((t, i) => -[1, 3, 10, 50][i]! * t)),
};
const gentle: Problem = {
  start: [1, -2, 0.5, 3, 1],
  energy: (x) => x.reduce((sum, t, i) => sum + 0.5 * (1 + 0.3 * i) * t * t, 0),
  residual: (x) => asRealField(x.map((t, i) => -(1 + 0.3 * i) * t)),
};

const norm = (x: RealField) => Math.sqrt(x.reduce((sum, t) => sum + t * t, 0));

interface State {
  readonly x: RealField;
  readonly history: AcceleratorHistory;
  readonly guard: GuardState | undefined;
}
const begin = ({ start }: Problem): State => ({
  x: asRealField(Float64Array.from(start)),
  history: [],
  guard: undefined,
});

function advance(problem: Problem, accelerator: Accelerator, { x, history, guard }: State, damping = 0.8) {
  const step = problem.residual(x);
  const energy = problem.energy(x);
  const point = { input: x, step, energy, densityResidual: norm(step), electrons: 1 };
  const next = guardedNext(accelerator, history, guard, point, damping);
  const state: State = { x: next.input, history: next.history, guard: next.guard };
  return { state, energy, residual: norm(step), damping: next.damping };
}
function run(problem: Problem, accelerator: Accelerator, steps: number) {
  let state = begin(problem);
  const rows: { energy: number; residual: number; damping: number }[] = [];
  for (let i = 0; i < steps; i++) {
    const { state: next, ...row } = advance(problem, accelerator, state);
    state = next;
    rows.push(row);
  }
  return rows;
}
const free = anderson({ maxRise: Number.POSITIVE_INFINITY });

describe("the guard", () => {
  test("survives where Anderson alone runs away", () => {
    const wild = run(saturating, free, 60);
    expect(Math.max(...wild.map((row) => row.energy))).toBeGreaterThan(100 * wild[0]!.energy);
    expect(wild.at(-1)!.residual).toBeGreaterThan(1);
    const tame = run(saturating, anderson(), 120);
    expect(tame.at(-1)!.residual).toBeLessThan(1e-10);
  });

  test("a second step in a row that climbed is followed by one below it, from the lowest point with less damping", () => {
    const rows = run(saturating, anderson(), 120);
    const lost = rows.map((row, i) => {
      const before = rows.slice(0, i);
      const lowest = Math.min(...before.map((r) => r.energy));
      // only where the residual has grown too
      return row.energy > lowest + 0.01 && row.residual > before.find((r) => r.energy === lowest)!.residual;
    });
    let seconds = 0;
    let firsts = 0;
    let waiting = false;
    rows.slice(0, -1).forEach((row, i) => {
      if (lost[i] && waiting) {
        seconds++;
        expect(rows[i + 1]!.energy).toBeLessThan(row.energy);
        expect(row.damping).toBeLessThan(rows[i - 1]!.damping);
        waiting = false;
      } else {
        if (lost[i]) firsts++;
        waiting = lost[i]!;
      }
    });
    expect(seconds).toBeGreaterThan(2);
    expect(firsts).toBeGreaterThan(seconds);
  });

  test("finds a damping that holds in one step when a plain step is too long, and gives it back afterwards", () => {
    const rows = run(stiff, anderson(), 30);
    expect(rows[1]!.energy).toBeGreaterThan(1000 * rows[0]!.energy);
    expect(rows[2]!.energy).toBeLessThan(rows[0]!.energy + 0.01);
    expect(rows[1]!.damping).toBeLessThan(0.04); // 2/50 is where plain steps stop to diverge
    expect(rows.at(-1)!.residual).toBeLessThan(1e-8);
    expect(Math.max(...rows.slice(3).map((row) => row.damping))).toBeGreaterThan(0.3);
  });

  test("changes nothing in a run that does not climb", () => {
    const [guarded, alone] = [anderson(), free].map((accelerator) => run(gentle, accelerator, 8));
    expect(guarded!.at(-1)!.residual).toBeLessThan(1e-6);
    expect(guarded).toEqual(alone);
  });

  test("takes the word of accelerators that set no limit", () => {
    const rows = run(stiff, damped(), 10);
    expect(rows.every((row) => row.damping === 0.8)).toBe(true);
    expect(rows[9]!.energy).toBeGreaterThan(1e10); // (1 − 0.8·50)² at every step
    expect(advance(stiff, damped(), begin(stiff)).state.guard).toBeUndefined();
  });

  test("its memory is plain data: a copy goes on as the original", () => {
    let state = begin(saturating);
    for (let i = 0; i < 7; i++) state = advance(saturating, anderson(), state).state;
    expect(state.guard!.factor).toBeLessThan(1);
    let copy = structuredClone(state);
    for (let i = 0; i < 7; i++) {
      state = advance(saturating, anderson(), state).state;
      copy = advance(saturating, anderson(), copy).state;
      closeArrays(copy.x, state.x, 0);
    }
  });
});
