/** Picture as an HTML page. */
export interface HtmlPage {
  readonly title: string;
  /** Text of an SVG file. */
  readonly svg: string;
  /** Sentences below the picture. */
  readonly notes?: readonly string[];
  readonly table?: { readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] };
}

/** Makes a self-contained HTML file of a picture, notes and a table, inverted on dark screens. */
export function htmlPage({ title, svg, notes = [], table }: HtmlPage): string {
  const cells = (tag: "td" | "th", row: readonly string[]) =>
    row.map((text) => `<${tag}>${escapeHtml(text)}</${tag}>`).join("");
  const rows = table?.rows.map((row) => `<tr>${cells("td", row)}</tr>`).join("\n") ?? "";
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<style>
body { margin: 2rem auto; max-width: 46rem; padding: 0 1rem; font: 15px/1.5 system-ui, sans-serif; color: #1b1b1b; background: #ffffff; }
figure { margin: 0; }
figure > svg { max-width: 100%; height: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 0.1rem 0.7rem; text-align: right; border-bottom: 1px solid #8886; }
@media (prefers-color-scheme: dark) {
  body { color: #e6e6e6; background: #000000; }
}
</style>
</head>
<body>
<figure>
${svg.trim()}
</figure>
${notes.map((note) => `<p>${escapeHtml(note)}</p>`).join("\n")}
${table === undefined ? "" : `<table>\n<thead><tr>${cells("th", table.head)}</tr></thead>\n<tbody>\n${rows}\n</tbody>\n</table>`}
</body>
</html>
`;
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

const escapeHtml = (text: string): string => text.replace(/[&<>"]/g, (character) => ENTITIES[character]!);
