import { describe, expect, it } from 'vitest';
import { VERSION } from '../../src/engine/version';
import { COMMANDS, SETTINGS, VIEWS } from '../../src/shared/contributions';
import { manifest, projectFile } from '../support/project';

describe('package.json and the code agree', () => {
  const { contributes } = manifest;

  it.each<[string, Readonly<Record<string, string>>, string[]]>([
    ['commands', COMMANDS, (contributes.commands ?? []).map(({ command }) => command)],
    ['settings', SETTINGS, Object.keys(contributes.configuration?.properties ?? {})],
    [
      'views',
      VIEWS,
      [contributes.views, contributes.viewsContainers].flatMap((groups) =>
        Object.values(groups ?? {}).flatMap((items) => items.map(({ id }) => id)),
      ),
    ],
  ])('on %s', (_kind, inCode, inManifest) => {
    expect([...inManifest].sort()).toEqual(Object.values(inCode).sort());
  });

  it('on the version', () => {
    expect(VERSION).toBe(manifest.version);
    expect(projectFile('CHANGELOG.md')).toContain(`## ${VERSION}`);
  });

  it('on the entry points', () => {
    const build = projectFile('esbuild.mjs');
    expect(manifest.main).toBe('./dist/extension.cjs');
    expect(manifest.bin).toEqual({ 'neural-cleanse': './dist/cli.mjs' });
    expect(build).toContain("{ extension: 'src/extension.ts' }");
    expect(build).toContain("{ cli: 'src/cli/main.ts' }");
  });

  it('on the oldest VS Code', () => {
    expect(manifest.devDependencies['@types/vscode']).toBe(manifest.engines.vscode);
    expect(manifest.activationEvents).not.toContain('*');
  });
});

describe('package-lock.json', () => {
  it('names no registry host', () => {
    expect(projectFile('package-lock.json')).not.toMatch(/"resolved":/);
  });
});
