import ts from "typescript";

/**
 * Gives a module under test an arithmetic of its own: `FILE.ts?coarse` is FILE.ts in which the result of every + − · / goes
 * through `globalThis.roundResult(result, operator)`, where a test has set one. Whole numbers, such as indices, stay what they are.
 */
export const coarseArithmetic = {
  name: "coarse-arithmetic",
  enforce: "pre" as const,
  transform(code: string, id: string): string | undefined {
    if (!id.endsWith("?coarse")) return undefined;
    return ts.transpileModule(code, {
      compilerOptions: { target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext },
      transformers: { before: [rounding] },
    }).outputText;
  },
};

const ARITHMETIC = new Map<ts.SyntaxKind, ts.BinaryOperator>([
  [ts.SyntaxKind.PlusToken, ts.SyntaxKind.PlusToken],
  [ts.SyntaxKind.MinusToken, ts.SyntaxKind.MinusToken],
  [ts.SyntaxKind.AsteriskToken, ts.SyntaxKind.AsteriskToken],
  [ts.SyntaxKind.SlashToken, ts.SyntaxKind.SlashToken],
]);
const ASSIGNMENTS = new Map<ts.SyntaxKind, ts.BinaryOperator>([
  [ts.SyntaxKind.PlusEqualsToken, ts.SyntaxKind.PlusToken],
  [ts.SyntaxKind.MinusEqualsToken, ts.SyntaxKind.MinusToken],
  [ts.SyntaxKind.AsteriskEqualsToken, ts.SyntaxKind.AsteriskToken],
]);

const rounding: ts.TransformerFactory<ts.SourceFile> = (context) => (file) => {
  const { factory } = context;
  const rounded = (value: ts.Expression, operator: ts.Node) =>
    factory.createCallExpression(factory.createIdentifier("(globalThis.roundResult ?? ((x) => x))"), [], [value, factory.createStringLiteral(ts.tokenToString(operator.kind) ?? "")]); // biome-ignore format: one call
  const visit = (node: ts.Node): ts.Node => {
    const seen = ts.visitEachChild(node, visit, context);
    if (!ts.isBinaryExpression(seen)) return seen;
    const kind = seen.operatorToken.kind;
    if (ARITHMETIC.has(kind)) return rounded(seen, seen.operatorToken);
    const operator = ASSIGNMENTS.get(kind);
    if (operator === undefined) return seen;
    const result = factory.createBinaryExpression(seen.left, operator, factory.createParenthesizedExpression(seen.right)); // biome-ignore format: one call
    return factory.createAssignment(seen.left, rounded(result, seen.operatorToken));
  };
  return ts.visitNode(file, visit) as ts.SourceFile;
};
