import { norm, rowsVec, sub, type Vec3 } from "../../src/common/vec3.ts";
import type { Crystal } from "./worker.ts";

/** Atoms within this of a face of the cell have an image on the opposite one, in cells. */
const ON_FACE = 1e-3;
/** Bonds are as long as the shortest at either end, or longer by this factor; at most so [bohr]. */
const BOND = 1.12;
const LONGEST_BOND = 7;
/** Atoms with at most so many neighbours show those beyond the faces of the cell. */
const FEW = 4;
/** Radians for a press of a key, and for a pixel of the pointer. */
const KEY_TURN = 0.15;
const POINTER_TURN = 0.008;

/** Colours usual for elements; others get a hue of their own. */
const COLOURS: Readonly<Record<string, string>> = {
  H: "#e8e8e8", C: "#6b6b6b", N: "#4f6bd8", O: "#d8402f", F: "#7ccf5a", Na: "#a06bd6", Mg: "#62b34a",
  Al: "#b3a4a4", Si: "#d9b072", P: "#e08a2e", S: "#dcc63c", Cl: "#3fbf3f", Ti: "#a9adb5", Cr: "#7f93c4",
  Fe: "#d0703c", Cu: "#c07a48", Zn: "#7d80b0", Ga: "#c08f8f", As: "#a878c8", Se: "#dca02e", Ag: "#b8b8b8",
  Au: "#e0bd3a",
}; // biome-ignore format: a table

const colourOf = (element: string): string =>
  COLOURS[element] ?? `hsl(${[...element].reduce((sum, c) => 31 * sum + c.charCodeAt(0), 7) % 360} 35% 60%)`;

interface Ball {
  /** Position from the middle of the cell [bohr]. */
  readonly at: Vec3;
  /** Its number in the crystal. */
  readonly atom: number;
  readonly element: string;
}
interface Scene {
  readonly balls: readonly Ball[];
  readonly bonds: readonly (readonly [Vec3, Vec3])[];
  readonly edges: readonly (readonly [Vec3, Vec3])[];
  /** Radius of everything around the origin [bohr]. */
  readonly size: number;
  readonly radius: number;
}

/**
 * The atoms of a cell with images on its faces and bonded ones beyond them, their bonds, and the
 * cell's edges, centred.
 */
function sceneOf({ lattice, atoms }: Crystal): Scene {
  const centre = rowsVec(lattice, [0.5, 0.5, 0.5]);
  const place = (fractional: Vec3): Vec3 => sub(rowsVec(lattice, fractional), centre);
  const wrapped = (x: number): number => x - Math.floor(x + ON_FACE);
  const cells = [-1, 0, 1].flatMap((a) => [-1, 0, 1].flatMap((b) => [-1, 0, 1].map((c): Vec3 => [a, b, c])));
  /** Every atom in its cell, first, and in the cells around it. */
  const all = cells
    .sort((m, n) => norm(m) - norm(n))
    .flatMap(([a, b, c]) =>
      atoms.map(({ element, position: [x, y, z] }, atom): Ball & { readonly isShown: boolean } => {
        const fractional: Vec3 = [wrapped(x) + a, wrapped(y) + b, wrapped(z) + c];
        return {
          element,
          atom,
          at: place(fractional),
          isShown: fractional.every((f) => f > -ON_FACE && f < 1 + ON_FACE),
        };
      }),
    );
  const distance = (a: Ball, b: Ball): number => norm(sub(a.at, b.at));
  const others = (ball: Ball): Ball[] => all.filter((other) => distance(ball, other) > 0.1);
  const nearest = atoms.map((_, i) => Math.min(...others(all[i]!).map((other) => distance(all[i]!, other))));
  const areBonded = (a: Ball, b: Ball): boolean =>
    distance(a, b) < Math.min(LONGEST_BOND, BOND * Math.max(nearest[a.atom]!, nearest[b.atom]!));
  const inside = all.filter(({ isShown }) => isShown);
  const beyond = all.filter((ball, i) => {
    if (ball.isShown || i < atoms.length) return false;
    const partners = all.slice(0, atoms.length).filter((atom) => areBonded(atom, ball));
    return partners.some((atom) => others(atom).filter((other) => areBonded(atom, other)).length <= FEW);
  });
  const balls = [...inside, ...beyond];
  const bonds = balls.flatMap((ball, i) =>
    balls
      .slice(i + 1)
      .filter((other) => areBonded(ball, other))
      .map((other): [Vec3, Vec3] => [ball.at, other.at]),
  );
  const corners = [0, 1, 2, 3, 4, 5, 6, 7].map((n): Vec3 => [n & 1, (n >> 1) & 1, n >> 2]);
  const edges = corners.flatMap(([x, y, z]) => [
    ...(x === 0 ? [[place([0, y, z]), place([1, y, z])] as const] : []),
    ...(y === 0 ? [[place([x, 0, z]), place([x, 1, z])] as const] : []),
    ...(z === 0 ? [[place([x, y, 0]), place([x, y, 1])] as const] : []),
  ]);
  const size = Math.max(...edges.flat().map(norm), ...balls.map(({ at }) => norm(at)));
  const shortest = Math.min(5, ...nearest);
  return { balls, bonds, edges, size, radius: 0.24 * shortest };
}

/** Shows a crystal on a canvas, turned by pointer or arrow keys; redrawn when it is told to. */
export function crystalView(canvas: HTMLCanvasElement): { show(crystal: Crystal): void; draw(): void } {
  let scene: Scene | undefined;
  let [turn, tilt, zoom] = [0.45, 0.25, 1];

  const draw = (): void => {
    const context = canvas.getContext("2d");
    if (context === null) return;
    const { clientWidth: width, clientHeight: height } = canvas;
    const dots = window.devicePixelRatio || 1;
    canvas.width = Math.round(width * dots);
    canvas.height = Math.round(height * dots);
    context.scale(dots, dots);
    context.clearRect(0, 0, width, height);
    if (scene === undefined) return;
    const ink = getComputedStyle(canvas).color;
    const unit = (zoom * 0.46 * Math.min(width, height)) / scene.size;
    const [c, s] = [Math.cos(turn), Math.sin(turn)];
    const [ct, st] = [Math.cos(tilt), Math.sin(tilt)];
    // z points up on the screen; the last component is the depth towards the viewer.
    const project = ([x, y, z]: Vec3): Vec3 => {
      const [across, away] = [c * x + s * y, -s * x + c * y];
      return [
        width / 2 + unit * across,
        height / 2 - unit * (ct * z + st * away),
        unit * (st * z - ct * away),
      ];
    };
    const line = ([from, to]: readonly [Vec3, Vec3], lineWidth: number, style: string) => {
      const [a, b] = [project(from), project(to)];
      context.lineWidth = lineWidth;
      context.strokeStyle = style;
      context.beginPath();
      context.moveTo(a[0], a[1]);
      context.lineTo(b[0], b[1]);
      context.stroke();
    };
    context.lineCap = "round";
    context.globalAlpha = 0.45;
    for (const edge of scene.edges) line(edge, 1, ink);
    context.globalAlpha = 1;
    const radius = unit * scene.radius;
    const pieces = [
      ...scene.bonds.map((bond) => ({
        depth: (project(bond[0])[2] + project(bond[1])[2]) / 2,
        paint: () => line(bond, Math.max(2, 0.4 * radius), "#9a9a9a"),
      })),
      ...scene.balls.map(({ at, element }) => {
        const [x, y, depth] = project(at);
        return {
          depth,
          paint: () => {
            const shade = context.createRadialGradient(
              x - 0.35 * radius,
              y - 0.4 * radius,
              0.1 * radius,
              x,
              y,
              radius,
            );
            shade.addColorStop(0, "#ffffff");
            shade.addColorStop(0.35, colourOf(element));
            shade.addColorStop(1, colourOf(element));
            context.fillStyle = shade;
            context.beginPath();
            context.arc(x, y, radius, 0, 2 * Math.PI);
            context.fill();
            context.lineWidth = 0.8;
            context.strokeStyle = "#0007";
            context.stroke();
          },
        };
      }),
    ].sort((a, b) => a.depth - b.depth);
    for (const { paint } of pieces) paint();
  };

  const rotate = (dTurn: number, dTilt: number): void => {
    turn += dTurn;
    tilt = Math.max(-Math.PI / 2, Math.min(Math.PI / 2, tilt + dTilt));
    requestAnimationFrame(draw);
  };
  const KEYS: Readonly<Record<string, () => void>> = {
    ArrowLeft: () => rotate(-KEY_TURN, 0),
    ArrowRight: () => rotate(KEY_TURN, 0),
    ArrowUp: () => rotate(0, KEY_TURN),
    ArrowDown: () => rotate(0, -KEY_TURN),
    "+": () => (zoom = Math.min(4, 1.15 * zoom)),
    "-": () => (zoom = Math.max(0.3, zoom / 1.15)),
  };
  canvas.addEventListener("keydown", (event) => {
    const act = KEYS[event.key];
    if (act === undefined || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    act();
    requestAnimationFrame(draw);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (event.buttons === 1) rotate(POINTER_TURN * event.movementX, POINTER_TURN * event.movementY);
  });
  canvas.addEventListener("pointerdown", ({ pointerId }) => canvas.setPointerCapture(pointerId));
  window.addEventListener("resize", draw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);

  return {
    draw,
    show(crystal) {
      scene = sceneOf(crystal);
      const count = crystal.atoms.length;
      canvas.setAttribute(
        "aria-label",
        `Crystal of ${crystal.formula}: ${count} ${count === 1 ? "atom" : "atoms"} in the cell. Arrow keys turn it, plus and minus change its size.`,
      );
      draw();
    },
  };
}
