import { existsSync, readdirSync } from 'node:fs';
import * as path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { createProgram } from '../../src/cli/cli';
import { EXIT } from '../../src/cli/exitCode';
import { usualPreprocessings } from '../../src/engine/samples/preprocessing/preprocessing';
import { fakeTerminal } from '../support/fakeTerminal';
import { manifest, projectFile, ROOT } from '../support/project';

const DOCUMENTS = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(path.join(ROOT, 'docs')).map((name) => `docs/${name}`),
];

const program = createProgram({
  terminal: fakeTerminal(),
  signal: new AbortController().signal,
  now: () => 0,
  finish: () => undefined,
});

/** `scan`, `attack`, `attack badnets`, … */
function commandsOf(command: Command, prefix = ''): Map<string, Command> {
  return new Map(
    command.commands.flatMap((child) => {
      const name = `${prefix}${child.name()}`;
      return [[name, child] as const, ...commandsOf(child, `${name} `)];
    }),
  );
}
const commands = commandsOf(program);

function optionsOf(command: Command): string[] {
  return command.options.filter((option) => !option.hidden).map((option) => option.long ?? '');
}

/** The longest command that the words begin with. */
function commandIn(words: readonly string[]): Command | undefined {
  return commands.get(words.slice(0, 2).join(' ')) ?? commands.get(words[0] ?? '');
}

describe.each(DOCUMENTS)('%s', (document) => {
  const text = projectFile(document);

  it('names only npm scripts that exist', () => {
    for (const [, name] of text.matchAll(/npm run ([a-z][\w:-]*)/g)) expect(manifest.scripts).toHaveProperty([name!]);
  });

  it('names only files that exist', () => {
    const named = [
      ...[...text.matchAll(/\]\((?!https?:|#)([^)]+)\)/g)].map(([, link]) => path.join(path.dirname(document), link!)),
      ...[...text.matchAll(/`((?:src|test|docs|bench|media|scripts)\/[\w./-]+)`/g)].map(([, file]) => file!),
      ...[...text.matchAll(/\b(?:node|scan) ((?:media|scripts)\/[\w./-]+)/g)].map(([, file]) => file!),
    ];
    for (const name of named) expect(existsSync(path.join(ROOT, name)), name).toBe(true);
  });

  it('shows only calls that the command line understands', () => {
    for (const [, call] of text.matchAll(/(?:neural-cleanse|node dist\/cli\.mjs) (.*)$/gm)) {
      const words = call!.replace(/\s[>#|].*$/, '').split(/\s+/);
      if (words[0]?.startsWith('-')) continue;
      const command = commandIn(words);
      if (command === undefined) continue;
      for (const word of words.filter((part) => part.startsWith('--'))) {
        expect([...optionsOf(command), '--help'], `${command.name()} ${word}`).toContain(word);
      }
    }
  });
});

describe('docs/architecture.md', () => {
  const text = projectFile('docs/architecture.md');

  it('shows the rooms of the engine in the order that lint enforces, and none that is not there', async () => {
    const { ENGINE } = (await import(pathToFileURL(path.join(ROOT, '.dependency-cruiser.mjs')).href)) as {
      ENGINE: readonly string[];
    };
    const table = text.slice(text.indexOf('| room in `src/engine` |'), text.indexOf('| folder '));
    expect([...table.matchAll(/^\| `(\w+)`/gm)].map(([, room]) => room)).toEqual(ENGINE);
    const entries = readdirSync(path.join(ROOT, 'src', 'engine'), { withFileTypes: true });
    const rooms = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    expect(rooms.sort()).toEqual([...ENGINE].sort());
  });

  it('shows the rooms of the host', () => {
    const table = text.slice(text.indexOf('| room in `src/host` |'));
    const shown = [...table.slice(0, table.indexOf('\n\n')).matchAll(/^\| `(\w+)`/gm)].map(([, room]) => room);
    const entries = readdirSync(path.join(ROOT, 'src', 'host'), { withFileTypes: true });
    expect(entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)).toEqual(shown.sort());
  });
});

describe('docs/cli.md', () => {
  const text = projectFile('docs/cli.md');

  it.each([...commands.keys()].filter((name) => commands.get(name)!.commands.length === 0))('describes %s', (name) => {
    expect(text).toMatch(new RegExp(`^## ${name}$`, 'm'));
    for (const option of optionsOf(commands.get(name)!)) expect(text).toContain(`\`${option}`);
    const choices = commands.get(name)!.options.flatMap(({ argChoices }) => argChoices ?? []);
    for (const choice of choices) expect(text).toContain(`\`${choice}\``);
  });

  it('describes no option that does not exist', () => {
    const known = new Set([...commands.values()].flatMap(optionsOf).concat('--help', '--version', '--ignore-scripts'));
    for (const [option] of text.matchAll(/--[a-z][a-z-]+/g)) expect(known).toContain(option);
  });

  it('lists the exit codes', () => {
    const listed = [...text.matchAll(/^\| (\d+) +\|/gm)].map(([, code]) => Number(code));
    expect(listed).toEqual(Object.values(EXIT).sort((a, b) => a - b));
  });

  it('lists the preprocessings', () => {
    const paragraph = /Preprocessings: ([\s\S]*?)\n\n/.exec(text)![1]!;
    const listed = [...paragraph.matchAll(/`([\w-]+)`/g)].map(([, id]) => id!);
    const known = [1, 3].flatMap((channels) => usualPreprocessings(channels)).map(({ id }) => id);
    expect(listed.sort()).toEqual([...new Set(known)].sort());
  });
});
