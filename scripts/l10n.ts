/**
 * @file Writes the texts of host, webviews and engine into l10n/bundle.l10n.json, keeps the German ones of texts that are
 * still there, and lists those that have none yet.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { engineTemplate } from '../src/shared/engineText';
import { translatableTexts } from './l10nTexts';

const GERMAN = 'l10n/bundle.l10n.de.json';

const texts = translatableTexts();
const german = JSON.parse(readFileSync(GERMAN, 'utf8')) as Readonly<Record<string, string | undefined>>;
const ofEngine = new Map(Object.entries(german).map(([key, translation]) => [engineTemplate(key), translation]));
write('l10n/bundle.l10n.json', (key) => texts[key]);
write(GERMAN, germanText);
const missing = Object.keys(texts).filter((key) => germanText(key) === undefined);
if (missing.length > 0) {
  console.error(`Without a German text:\n${missing.map((key) => JSON.stringify(key)).join('\n')}`);
  process.exitCode = 1;
}

/** The key of an engine's text changes with what its placeholders hold, the translation does not. */
function germanText(key: string): string | undefined {
  const template = engineTemplate(key);
  return german[key] ?? (template === undefined ? undefined : ofEngine.get(template));
}

/** Texts for which there is none are left out. */
function write(file: string, translate: (key: string) => string | undefined): void {
  const bundle = Object.fromEntries(Object.keys(texts).map((key) => [key, translate(key)]));
  writeFileSync(file, `${JSON.stringify(bundle, undefined, 2)}\n`);
}
