import { crystalView } from "./crystal.ts";
import { byId, make, says } from "./page.ts";
import type { Crystal, Files, Source } from "./worker.ts";
import { CORES, inBackground, newest } from "./workshop.ts";

/** The shipped jobs, and a small one that shows a spectrum soon. */
const EXAMPLES = Object.fromEntries(
  Object.entries(
    import.meta.glob<string>(["../../examples/*.json", "../examples/*.json"], {
      query: "?raw",
      import: "default",
      eager: true,
    }),
  ).map(([path, text]) => [
    path
      .split("/")
      .at(-1)!
      .replace(/\.json$/, ""),
    text,
  ]),
);

/** Pause after a key before the job is looked at [ms]. */
const PAUSE = 400;
/** Larger files are no structures and no pseudopotentials. */
const LARGEST = 20e6;

const editor = byId("job", HTMLTextAreaElement);
const choice = byId("example", HTMLSelectElement);
const message = byId("job-message", HTMLElement);
const facts = byId("job-facts", HTMLElement);
const named = byId("job-files", HTMLElement);
const canvas = byId("crystal", HTMLCanvasElement);
const view = crystalView(canvas);
/** Pales a crystal that is not the job's. */
const setStale = (isStale: boolean): void => void canvas.parentElement!.classList.toggle("stale", isStale);

let files: Files = {};
let name = "job.json";
let crystal: Crystal | undefined;

/** The job as it stands in the editor, with the files given to the page. */
export const source = (): Source => ({ name, text: editor.value, files });

/** What was last read of it, if it could be read. */
export const lastCrystal = (): Crystal | undefined => crystal;

const listeners: ((crystal: Crystal) => void)[] = [];
/** Asks to be told of every job that could be read. */
export const onCrystal = (listener: (crystal: Crystal) => void): void => void listeners.push(listener);

/** Reads the job and shows its crystal and size, or the sentence that refuses it. */
const look = newest(async () => {
  const asked = source();
  try {
    crystal = await inBackground("look", asked);
    view.show(crystal);
    setStale(false);
    for (const tell of listeners) tell(crystal);
    byId("crystal-name", HTMLElement).textContent = crystal.title;
    const { text, warnings } = await inBackground("estimate", { source: asked, cores: CORES });
    facts.textContent = text === "" ? "A fixed Hamiltonian: it has bands, and no iteration." : text;
    says(message, warnings.join(" "));
  } catch (error) {
    facts.textContent = "";
    setStale(true);
    says(message, error instanceof Error ? error.message : String(error), "error");
  }
});

/** Puts a job into the editor. */
export function take(text: string, from: string): void {
  editor.value = text;
  name = from;
  void look();
}

export function takeExample(example: string): void {
  choice.value = example;
  files = {};
  named.textContent = "";
  take(EXAMPLES[example]!, `${example}.json`);
}

const isPotential = ({ name: of }: File): boolean => /\.(upf|psp8|psp|gth)$/i.test(of);
const isJob = ({ name: of }: File, text: string): boolean =>
  /\.(json|toml)$/i.test(of) || /^\s*\{/.test(text);

/** Takes what was opened or dropped: a job or a structure, and the potentials they name. */
async function receive(list: Iterable<File>): Promise<void> {
  try {
    const potentials: string[] = [];
    for (const file of list) {
      if (file.size > LARGEST)
        throw new Error(
          `${file.name}: must have at most ${LARGEST / 1e6} MB, got ${(file.size / 1e6).toFixed(0)} MB`,
        );
      const text = await file.text();
      files = { ...files, [file.name]: text };
      if (isPotential(file)) {
        potentials.push(file.name);
        continue;
      }
      choice.value = "";
      const given = { name: file.name, text, files };
      if (isJob(file, text)) take(await inBackground("asJson", given), file.name.replace(/toml$/i, "json"));
      else {
        const { text: job, warnings } = await inBackground("wrap", given);
        take(job, `${file.name}.json`);
        says(message, warnings.join(" "));
      }
    }
    if (potentials.length > 0) {
      const text = await inBackground("adopt", { source: source(), names: potentials });
      if (text !== editor.value) choice.value = "";
      editor.value = text;
    }
    named.textContent = `Files: ${Object.keys(files).join(", ")}`;
    void look();
  } catch (error) {
    says(message, error instanceof Error ? error.message : String(error), "error");
  }
}

export function begin(): void {
  choice.append(
    ...Object.keys(EXAMPLES)
      .sort()
      .map((example) => make("option", { value: example }, example)),
  );
  choice.addEventListener("change", () => choice.value !== "" && takeExample(choice.value));
  let pause = 0;
  editor.addEventListener("input", () => {
    choice.value = "";
    clearTimeout(pause);
    pause = window.setTimeout(() => void look(), PAUSE);
  });
  const opened = byId("file", HTMLInputElement);
  opened.addEventListener("change", () => void receive(opened.files ?? []));
  const zone = document.documentElement;
  zone.addEventListener("dragover", (event) => {
    event.preventDefault();
    zone.classList.add("dragging");
  });
  zone.addEventListener("dragleave", ({ relatedTarget }) => {
    if (relatedTarget === null) zone.classList.remove("dragging");
  });
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("dragging");
    void receive(event.dataTransfer?.files ?? []);
  });
  for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-example]"))
    button.addEventListener("click", () => takeExample(button.dataset.example!));
  takeExample("silicon");
}
