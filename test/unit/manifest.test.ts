import { existsSync } from 'node:fs';
import * as path from 'node:path';
import { describe, expect, it } from 'vitest';
import { VERSION } from '../../src/engine/report/version';
import {
  COMMANDS,
  CONTEXT_KEYS,
  EXTENSION_ID,
  MODEL_EDITOR,
  SETTINGS,
  VIEWS,
  WALKTHROUGH,
} from '../../src/shared/contributions';
import { manifest, projectFile, ROOT } from '../support/project';

const { contributes } = manifest;
const menuItems = Object.values(contributes.menus).flat();
const commandIds = Object.values<string>(COMMANDS);

function idsOf(groups: Readonly<Record<string, readonly { readonly id: string }[]>>): string[] {
  return Object.values(groups).flatMap((items) => items.map(({ id }) => id));
}

describe('package.json and the code agree', () => {
  it.each<[string, Readonly<Record<string, string>>, string[]]>([
    ['commands', COMMANDS, contributes.commands.map(({ command }) => command)],
    ['settings', SETTINGS, Object.keys(contributes.configuration.properties)],
    ['views', VIEWS, [contributes.views, contributes.viewsContainers].flatMap(idsOf)],
    ['custom editors', { MODEL_EDITOR }, contributes.customEditors.map(({ viewType }) => viewType)],
    ['walkthroughs', { WALKTHROUGH }, contributes.walkthroughs.map(({ id }) => id)],
  ])('on %s', (_kind, inCode, inManifest) => {
    expect([...inManifest].sort()).toEqual(Object.values(inCode).sort());
  });

  it('on context keys', () => {
    const known: ReadonlySet<string> = new Set(Object.values(CONTEXT_KEYS));
    const ours: ReadonlySet<string> = new Set([...Object.values(VIEWS), MODEL_EDITOR]);
    const named = JSON.stringify([contributes.menus, contributes.viewsWelcome]).matchAll(
      /(?<!command":"|command:)\bneuralCleanse\.\w+/g,
    );
    const used = new Set([...named].map(([key]) => key).filter((key) => !ours.has(key)));
    expect([...used].sort()).toEqual([...known].sort());
  });

  it('on the name', () => {
    expect(`${manifest.publisher}.${manifest.name}`).toBe(EXTENSION_ID);
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
    expect(build).toContain("cli: 'src/cli/main.ts'");
    expect(build).toContain("engine: 'src/runner/process/engineProcess.ts'");
  });

  it('on the oldest VS Code', () => {
    expect(manifest.devDependencies['@types/vscode']).toBe(manifest.engines.vscode);
    for (const event of manifest.activationEvents) expect(event).toMatch(/^(workspaceContains:.+|onUri)$/);
  });
});

describe('the manifest', () => {
  it('keeps all commands in one category', () => {
    expect(new Set(contributes.commands.map(({ category }) => category))).toEqual(new Set(['Neural Cleanse']));
  });

  it('uses only commands of its own and known ones of the editor', () => {
    const known = [...commandIds, 'vscode.openFolder', 'workbench.trust.manage'];
    for (const { command } of menuItems) expect(commandIds).toContain(command);
    const linked = [projectFile('package.nls.json'), projectFile('package.nls.de.json')]
      .flatMap((text) => [...text.matchAll(/command:([\w.]+)/g)])
      .map(([, command]) => command);
    expect(linked.length).toBeGreaterThan(10);
    for (const command of linked) expect(known).toContain(command);
  });

  it('shows each command somewhere', () => {
    const hidden = contributes.menus['commandPalette']!.filter(({ when }) => when === 'false').map(
      (item) => item.command,
    );
    // A node of the tree calls it.
    expect(hidden).toEqual([COMMANDS.showMoreLabels]);
  });

  it('offers the scan only on models of this machine, by name and by content', () => {
    const [scan] = contributes.menus['explorer/context']!.filter(({ command }) => command === COMMANDS.scan);
    const names = /resourceExtname =~ \/(.*?)\/i/.exec(scan!.when!)![1]!;
    const pattern = new RegExp(names, 'i');
    for (const extension of ['.onnx', '.keras', '.h5', '.HDF5']) expect(extension).toMatch(pattern);
    for (const extension of ['.json', '.txt', '.xml', '.zip', '.onnx2', '']) expect(extension).not.toMatch(pattern);
    expect(scan!.when).toContain(`!(resourcePath in ${CONTEXT_KEYS.notModels})`);
    for (const menu of ['explorer/context', 'editor/title', 'editor/title/context']) {
      for (const { when } of contributes.menus[menu]!) {
        const schemes = new RegExp(/^resourceScheme =~ \/(.*?)\/ && /.exec(when!)![1]!);
        // The window has the second name for the files of a remote machine, which are local to the extension.
        for (const scheme of ['file', 'vscode-remote']) expect(scheme).toMatch(schemes);
        for (const scheme of ['vscode-vfs', 'git', 'untitled']) expect(scheme).not.toMatch(schemes);
      }
    }
    expect(scan!.when).toContain(`resourcePath in ${CONTEXT_KEYS.models}`);
  });

  it('describes and bounds every setting, in an order of its own', () => {
    const settings = Object.entries(contributes.configuration.properties);
    for (const [id, setting] of settings) {
      expect(setting.markdownDescription, id).toMatch(/^%setting\./);
      if (setting.type === 'integer' || setting.type === 'number') {
        expect(setting.minimum, id).toBeLessThanOrEqual(setting.default as number);
        expect(setting.maximum, id).toBeGreaterThanOrEqual(setting.default as number);
      }
      if (setting.enum !== undefined) {
        expect(setting.enum, id).toContain(setting.default);
        expect(setting.markdownEnumDescriptions, id).toHaveLength(setting.enum.length);
      }
    }
    expect(new Set(settings.map(([, { order }]) => order)).size).toBe(settings.length);
  });

  it('lets no workspace choose what is loaded', () => {
    const { untrustedWorkspaces, virtualWorkspaces } = manifest.capabilities;
    expect(contributes.configuration.properties[SETTINGS.tensorFlowPath]!.scope).toBe('machine');
    expect(untrustedWorkspaces.supported).toBe('limited');
    expect(untrustedWorkspaces.restrictedConfigurations).toContain(SETTINGS.tensorFlowPath);
    for (const id of untrustedWorkspaces.restrictedConfigurations) expect(Object.values(SETTINGS)).toContain(id);
    expect(virtualWorkspaces.supported).toBe('limited');
  });

  it('never takes files away from other editors', () => {
    expect(contributes.customEditors.map(({ priority }) => priority)).toEqual(['option']);
  });

  it('scans the sample in the first step of the walkthrough and repairs in the last', () => {
    const { steps } = contributes.walkthroughs[0]!;
    expect(steps[0]!.completionEvents).toContain(`onCommand:${COMMANDS.scanSample}`);
    expect(steps.at(-1)!.completionEvents).toContain(`onCommand:${COMMANDS.repair}`);
  });

  it('names only pictures that exist', () => {
    const pictures = [
      manifest.icon,
      ...Object.values(contributes.viewsContainers).flatMap((items) => items.map(({ icon }) => icon)),
      ...contributes.walkthroughs.flatMap(({ steps }) => steps.map(({ media }) => media.svg)),
    ];
    for (const picture of pictures) expect(existsSync(path.join(ROOT, picture)), picture).toBe(true);
  });
});

describe('package-lock.json', () => {
  it('names no registry host', () => {
    expect(projectFile('package-lock.json')).not.toMatch(/"resolved":/);
  });
});
