import { describe, expect, test } from "vitest";
import { insulatorLine, metalLine, mixedLine } from "../../src/models/line-system.ts";
import { kerker } from "../../src/precond/filters/kerker.ts";
import { simple } from "../../src/precond/filters/simple.ts";
import { ldos } from "../../src/precond/ldos.ts";
import { yukawa } from "../../src/terms/hartree/pair-interaction.ts";
import { close } from "../close.ts";
import { condition, solved } from "./lines.ts";

describe("condition numbers against the length of the cell", () => {
  test("of the bare iteration grow as L² in the metal, of ldos not at all", async () => {
    const [short, long] = [await solved(metalLine(8)), await solved(metalLine(16))];
    const none = [await condition(short, simple()), await condition(long, simple())] as const;
    // κ − 1 = 4πD/q²: four times at twice the length, but for the lattice's own waves.
    close((none[1] - 1) / (none[0] - 1), 4, 0.1);
    const local = [await condition(short, ldos()), await condition(long, ldos())] as const;
    close(local[1] / local[0], 1, 0.01);
    expect(local[1]).toBeLessThan(3);
  });

  test("of Kerker's grow as L² in the insulator, of the bare iteration not at all", async () => {
    const [short, long] = [await solved(insulatorLine(8)), await solved(insulatorLine(16))];
    const screened = [await condition(short, kerker()), await condition(long, kerker())] as const;
    close(screened[1] / screened[0], 4, 0.4); // λ = q²ε/(q² + kTF²), q not yet small against kTF = 0.8 at 40 bohr
    close((await condition(long, simple())) / (await condition(short, simple())), 1, 0.03);
  });

  test("stay bounded in the metal when the interaction is screened", async () => {
    const [short, long] = [
      await solved({ ...metalLine(8), interaction: yukawa(1) }),
      await solved({ ...metalLine(16), interaction: yukawa(1) }),
    ];
    close((await condition(long, simple())) / (await condition(short, simple())), 1, 0.02);
  });

  test("of ldos stay near those of the metal where a metal, an insulator and vacuum grow together", async () => {
    const [short, long] = [await solved(mixedLine(5)), await solved(mixedLine(10))];
    // The window of the states ends well before the insulator's and the vacuum's.
    expect(await condition(long, ldos())).toBeLessThan(1.6 * (await condition(short, ldos())));
    expect(await condition(long, simple())).toBeGreaterThan(3 * (await condition(short, simple())));
    expect(await condition(long, kerker())).toBeGreaterThan(3 * (await condition(short, kerker())));
  });
});
