/**
 * @file Writes the texts of host and webviews into l10n/bundle.l10n.json, keeps the German ones of texts that are still
 * there, and lists those that have none yet.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { translatableTexts } from './l10nTexts';

const GERMAN = 'l10n/bundle.l10n.de.json';

const texts = translatableTexts();
const german = JSON.parse(readFileSync(GERMAN, 'utf8')) as Readonly<Record<string, string | undefined>>;
write('l10n/bundle.l10n.json', (text) => text);
write(GERMAN, (text) => german[text]);
const missing = texts.filter((text) => german[text] === undefined);
if (missing.length > 0) {
  console.error(`Without a German text:\n${missing.map((text) => JSON.stringify(text)).join('\n')}`);
  process.exitCode = 1;
}

/** Texts for which there is none are left out. */
function write(file: string, translate: (text: string) => string | undefined): void {
  const bundle = Object.fromEntries(texts.map((text) => [text, translate(text)]));
  writeFileSync(file, `${JSON.stringify(bundle, undefined, 2)}\n`);
}
