/**
 * @file Finds the texts that are translated at run time: by vscode.l10n.t in the host, by t of @vscode/l10n in webviews, and
 * by engineText what the engine wrote.
 */
import { readdirSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import ts from 'typescript';
import { engineKey } from '../src/shared/engineText';
import { engineTexts } from './engineTexts';

/** By their keys in the bundles, sorted. Throws for a text that is put together at run time: it could never be translated. */
export function translatableTexts(): Readonly<Record<string, string>> {
  const own = ['src/host', 'src/webview'].flatMap(sourcesIn).flatMap(textsIn);
  const texts = new Map([
    ...own.map((text) => [text, text] as const),
    ...engineTexts().map(({ template, texts }) => [engineKey(template, texts), template] as const),
  ]);
  return Object.fromEntries([...texts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function sourcesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => path.join(folder, name));
}

function textsIn(file: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest);
  const texts: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && /^((vscode\.)?l10n\.)?t$/.test(node.expression.getText(source))) {
      const [text] = node.arguments;
      if (text === undefined || !ts.isStringLiteralLike(text)) {
        throw new Error(`${file}: ${node.getText(source)} has no fixed text`);
      }
      texts.push(text.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return texts;
}
