import type { Vec3 } from "../../src/common/vec3.ts";
import type { Scene } from "./scene.ts";
import type { Crystal } from "./worker.ts";

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
      scene = crystal.scene;
      const count = crystal.atoms;
      canvas.setAttribute(
        "aria-label",
        `Crystal of ${crystal.formula}: ${count} ${count === 1 ? "atom" : "atoms"} in the cell. Arrow keys turn it, plus and minus change its size.`,
      );
      draw();
    },
  };
}
