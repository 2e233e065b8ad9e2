import { describe, expect, it } from 'vitest';
import { translatableTexts } from '../../scripts/l10nTexts';
import { projectFile } from '../support/project';

type Texts = Readonly<Record<string, string>>;

function texts(file: string): Texts {
  return JSON.parse(projectFile(file)) as Texts;
}

/** `{0}`, `{1}`, `command:…`: what a translation must keep. */
function fixedParts(text: string): string[] {
  return [...text.matchAll(/\{\d+\}|\(command:[\w.]+\)|`[^`]+`/g)].map(([part]) => part).sort();
}

describe('texts of the manifest', () => {
  const english = texts('package.nls.json');

  it('are all there', () => {
    const used = [...projectFile('package.json').matchAll(/"%([\w.-]+)%"/g)].map(([, key]) => key!);
    expect(used.length).toBeGreaterThan(50);
    expect(Object.keys(english).sort()).toEqual([...new Set(used)].sort());
  });

  it('leave none untranslatable', () => {
    const { contributes } = JSON.parse(projectFile('package.json')) as { contributes: unknown };
    const titles = [
      ...JSON.stringify(contributes).matchAll(/"(?:title|\w*[dD]escription|contents|altText)":"([^"]*)"/g),
    ];
    for (const [, title] of titles) expect(title).toMatch(/^(%[\w.]+%|Neural Cleanse)$/);
  });

  it('are complete in German', () => {
    compare(english, texts('package.nls.de.json'));
  });
});

describe('texts at run time', () => {
  const english = texts('l10n/bundle.l10n.json');

  it('are those of the code; "npm run l10n" updates them', () => {
    expect(english).toEqual(translatableTexts());
    // The whole program is read with its types.
  });

  it('are complete in German', () => {
    compare(english, texts('l10n/bundle.l10n.de.json'));
  });
});

function compare(english: Texts, german: Texts): void {
  expect(Object.keys(german).sort()).toEqual(Object.keys(english).sort());
  for (const [key, text] of Object.entries(german)) {
    expect(text, key).not.toBe('');
    // Examples in quotes of code, such as names of files, may be translated with the text around them.
    const parts = (all: string): string[] => fixedParts(all).filter((part) => !part.startsWith('`MOD'));
    expect(parts(text), key).toEqual(parts(english[key]!));
  }
}
