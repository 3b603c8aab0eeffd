import katex from "katex";
import MarkdownIt from "markdown-it";

const markdown = new MarkdownIt({ html: true, linkify: false });

/** Tables scroll by themselves where they are wider than the page. */
markdown.renderer.rules.table_open = () => '<div class="scroll" tabindex="0"><table>\n';
markdown.renderer.rules.table_close = () => "</table></div>\n";

/** The name of a heading in links, as GitHub makes it. */
export const slug = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}\s_-]/gu, "")
    .replace(/\s/g, "-");

/** Where the page of a file of the repository lies on the site: Markdown and notebooks become HTML. */
export const pageOf = (file: string): string =>
  file.replace(/(^|\/)README\.md$/, "$1README.html").replace(/\.(md|ipynb)$/, ".html");

/** Writes a link to a file of the repository as one to its page. */
function address(link: string): string {
  if (/^[a-z]+:|^#/.test(link)) return link;
  const [file, anchor] = link.split("#") as [string, string?];
  return pageOf(file) + (anchor === undefined ? "" : `#${anchor}`);
}

/** A document: its first heading, and its text as HTML with names of headings. */
export interface Rendered {
  readonly title: string;
  /** The first sentence below it, without markup. */
  readonly summary: string;
  readonly html: string;
}

/** Renders Markdown. Names of headings are unique in the document, as GitHub makes them so. */
export function render(text: string): Rendered {
  const tokens = markdown.parse(text, {});
  const seen = new Map<string, number>();
  const plain = (i: number): string =>
    (tokens[i]?.children ?? []).map(({ content, type }) => (type === "softbreak" ? " " : content)).join("");
  tokens.forEach((token, i) => {
    if (token.type === "heading_open") {
      const name = slug(plain(i + 1));
      const before = seen.get(name) ?? 0;
      seen.set(name, before + 1);
      token.attrSet("id", before === 0 ? name : `${name}-${before}`);
    }
    for (const child of token.children ?? []) {
      const href = child.attrGet("href");
      if (child.type === "link_open" && href !== null) child.attrSet("href", address(href));
    }
  });
  const first = tokens.findIndex(({ type, tag }) => type === "heading_open" && tag === "h1");
  const paragraph = tokens.findIndex(({ type }, i) => i > first && type === "paragraph_open");
  return {
    title: first < 0 ? "" : plain(first + 1),
    summary: paragraph < 0 ? "" : /^.*?[.:](?= |$)|.*/.exec(plain(paragraph + 1))![0],
    html: markdown.renderer.render(tokens, markdown.options, {}),
  };
}

/** Renders Markdown with equations between dollars, which become MathML. */
export function renderWithEquations(text: string): Rendered {
  const equations: string[] = [];
  const keep = (formula: string, displayMode: boolean): string => {
    equations.push(katex.renderToString(formula, { displayMode, output: "mathml", throwOnError: true }));
    return `EQUATION${equations.length - 1}X`;
  };
  const parts = text.split(/(```[\s\S]*?```|`[^`\n]*`)/); // code has dollars of its own
  const marked = parts
    .map((part, i) =>
      i % 2 === 1
        ? part
        : part
            .replace(/\$\$([\s\S]+?)\$\$/g, (_, formula: string) => keep(formula, true))
            .replace(/\$([^$]+?)\$/g, (_, formula: string) => keep(formula, false)),
    )
    .join("");
  const { title, summary, html } = render(marked);
  const restored = (from: string): string => from.replace(/EQUATION(\d+)X/g, (_, i) => equations[Number(i)]!);
  return { title, summary: summary.replace(/EQUATION\d+X/g, "…"), html: restored(html) };
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"]/g, (character) => ENTITIES[character]!);
