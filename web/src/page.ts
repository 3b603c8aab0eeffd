/** Small pieces that all parts of the page are made of. */

/** The element of an id. */
export function byId<Element extends HTMLElement>(id: string, type: new () => Element): Element {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`bug: no ${type.name} is called ${id}`);
  return found;
}

/** Makes an element with text or children. */
export function make<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

/** Makes a table with its head; the first cell of a row names it. */
export function table(
  caption: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): HTMLTableElement {
  const headRow = make("tr", {}, ...head.map((text) => make("th", { scope: "col" }, text)));
  const body = rows.map(([name = "", ...cells]) =>
    make("tr", {}, make("th", { scope: "row" }, name), ...cells.map((text) => make("td", {}, text))),
  );
  return make(
    "table",
    {},
    make("caption", {}, caption),
    make("thead", {}, headRow),
    make("tbody", {}, ...body),
  );
}

/** Hands a file to whoever reads the page. */
export function save(name: string, content: Blob | string): void {
  const blob = typeof content === "string" ? new Blob([content]) : content;
  const address = URL.createObjectURL(blob);
  const link = make("a", { href: address, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

export const saveJson = (name: string, value: unknown): void =>
  save(name, `${JSON.stringify(value, undefined, 1)}\n`);

/** Dots of a PNG for each unit of its picture. */
const DOTS = 2;

/** Draws an SVG as on paper, whatever the screen's colours. */
async function pngOf(svg: string): Promise<Blob> {
  const image = new Image();
  image.src = URL.createObjectURL(
    new Blob([svg.replace(/<style>@media[^<]*<\/style>/, "")], { type: "image/svg+xml" }),
  );
  try {
    await image.decode();
    const canvas = make("canvas", {
      width: String(DOTS * image.naturalWidth),
      height: String(DOTS * image.naturalHeight),
    });
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) =>
      canvas.toBlob(
        (blob) => (blob ? resolve(blob) : reject(new Error("the picture is too large"))),
        "image/png",
      ),
    );
  } finally {
    URL.revokeObjectURL(image.src);
  }
}

/** A place for a picture with buttons that save it. */
export interface Picture {
  readonly element: HTMLElement;
  show(svg: string): void;
  clear(): void;
}

/**
 * @param about what the picture shows, for who does not see it.
 * @param message where it says that a file could not be made.
 */
export function picture(name: string, about: string, message: HTMLElement): Picture {
  let shown = "";
  const paper = make("div", { class: "paper", role: "img", "aria-label": about });
  const savePng = async (): Promise<void> => {
    try {
      save(`${name}.png`, await pngOf(shown));
    } catch (error) {
      says(message, errorText(error), "error");
    }
  };
  const button = (kind: string, act: () => void) => {
    const made = make(
      "button",
      { type: "button", class: "small", "aria-label": `Save ${about} as ${kind}` },
      kind,
    );
    made.addEventListener("click", act);
    return made;
  };
  const scroll = make("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": about }, paper);
  const element = make(
    "figure",
    { hidden: "" },
    scroll,
    make(
      "figcaption",
      {},
      make("span", {}, "Save picture"),
      button("SVG", () => save(`${name}.svg`, new Blob([shown], { type: "image/svg+xml" }))),
      button("PNG", () => void savePng()),
    ),
  );
  return {
    element,
    show(svg) {
      shown = svg;
      paper.innerHTML = svg;
      for (const each of paper.querySelectorAll("svg")) each.style.background = "none"; // the page's
      element.hidden = false;
    },
    clear() {
      shown = "";
      paper.replaceChildren();
      element.hidden = true;
    },
  };
}

/** Says one line where screen readers hear it, and in the part of the page it belongs to. */
export function says(element: HTMLElement, text: string, kind: "plain" | "error" = "plain"): void {
  element.textContent = text;
  element.className = kind === "error" ? "message error" : "message";
}

const errorText = (error: unknown): string => (error instanceof Error ? error.message : String(error));

export const scientific = (x: number): string => {
  const [digits, exponent] = x.toExponential(1).split("e") as [string, string];
  return `${digits} · 10${[...String(Number(exponent))].map((c) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(c)]).join("")}`;
};

/** Buttons of a computation: one runs, the other stops it at once. */
export function runButtons(
  run: HTMLButtonElement,
  stop: HTMLButtonElement,
  message: HTMLElement,
  work: (signal: AbortSignal) => Promise<void>,
): void {
  let controller: AbortController | undefined;
  run.addEventListener("click", async () => {
    controller = new AbortController();
    const { signal } = controller;
    run.disabled = true;
    stop.disabled = false;
    try {
      await work(signal);
    } catch (error) {
      if (signal.aborted) says(message, "Stopped; what was computed so far is kept.");
      else says(message, errorText(error), "error");
    } finally {
      run.disabled = false;
      stop.disabled = true;
      if (document.activeElement === document.body) run.focus();
    }
  });
  stop.addEventListener("click", () => controller?.abort());
}
