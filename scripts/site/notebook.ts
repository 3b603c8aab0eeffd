import { escapeHtml, type Rendered, renderWithEquations } from "./markdown.ts";

/** What of a notebook is shown. */
interface Notebook {
  readonly cells: readonly {
    readonly cell_type: "markdown" | "code";
    readonly source: string | readonly string[];
    readonly outputs?: readonly Output[];
  }[];
}
interface Output {
  readonly text?: string | readonly string[];
  readonly data?: Readonly<Record<string, string | readonly string[]>>;
}

const joined = (lines: string | readonly string[]): string =>
  typeof lines === "string" ? lines : lines.join("");

/** Renders a notebook with the outputs that are stored in it. */
export function renderNotebook(text: string): Rendered {
  const { cells } = JSON.parse(text) as Notebook;
  const parts = cells.map(({ cell_type, source, outputs = [] }) => {
    if (cell_type === "markdown") return renderWithEquations(joined(source));
    const code = `<pre><code>${escapeHtml(joined(source))}</code></pre>`;
    return { title: "", summary: "", html: [code, ...outputs.map(outputHtml)].join("\n") };
  });
  return {
    title: parts.find(({ title }) => title !== "")?.title ?? "",
    summary: parts[0]?.summary ?? "",
    html: parts.map(({ html }) => html).join("\n"),
  };
}

/** @throws Error for an output of a kind that notebooks did not have before. */
function outputHtml({ text, data }: Output): string {
  if (text !== undefined) return `<pre class="output">${escapeHtml(joined(text))}</pre>`;
  const picture = data?.["image/svg+xml"];
  if (picture === undefined)
    throw new Error(`a notebook has an output without a picture: ${Object.keys(data ?? {})}`);
  return `<figure>${joined(picture)}</figure>`;
}
