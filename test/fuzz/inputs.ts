import { random } from "../../src/common/random.ts";
import { mutateText } from "./mutate.ts";
import { type Seed, TARGETS, type Target } from "./targets.ts";

const seeds = new Map<string, Promise<readonly Seed[]>>();

/** A target's right inputs, made once. */
function seedsOf(target: Target): Promise<readonly Seed[]> {
  const known = seeds.get(target.name) ?? target.seeds();
  seeds.set(target.name, known);
  return known;
}

const ORDER = TARGETS.flatMap((target) => Array<Target>(target.weight).fill(target));

/**
 * Makes a wrong input, the same for the same numbers on every machine.
 *
 * @param seed of the whole series.
 * @param index of the input in it.
 * @param only name of the one target that is tried; all if absent.
 */
export async function inputOf(seed: number, index: number, only?: string) {
  const order = only === undefined ? ORDER : TARGETS.filter(({ name }) => name === only);
  const target = order[index % order.length]!;
  const stream = random(seed * 7919 + index * 104729);
  const all = await seedsOf(target);
  const pick = () => all[Math.floor(stream.uniform() * all.length)]!;
  const [chosen, other] = [pick(), pick()];
  const text = target.mutate?.(chosen, stream, other) ?? mutateText(chosen.text, stream, other.text);
  return { target, name: chosen.name, text };
}
