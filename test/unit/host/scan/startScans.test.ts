import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { CancelledError } from '../../../../src/engine/support/errors';
import { registerCommands } from '../../../../src/host/commands';
import { ModelWatcher } from '../../../../src/host/scan/modelWatcher';
import { registerPanels } from '../../../../src/host/panels';
import { SampleMemory } from '../../../../src/host/samples/sampleMemory';
import type { Services } from '../../../../src/host/services';
import { ResultTree } from '../../../../src/host/views/resultTree';
import { COMMANDS, VIEWS } from '../../../../src/shared/contributions';
import type { ScanEntry } from '../../../../src/shared/scanEntry';
import { choose, leave } from '../../../support/fakeQuickPick';
import { fakeLog, fakeMemento, recorded, resetVscode, Uri, workspace } from '../../../support/fakeVscode';
import { type HostUnderTest, hostUnderTest } from '../../../support/hostServices';
import { eventually } from '../../../support/patience';
import { ROOT } from '../../../support/project';
import { infectedReport } from '../../../support/sampleReports';

beforeEach(resetVscode);

interface CommandsUnderTest extends HostUnderTest {
  readonly samples: SampleMemory;
  readonly call: (command: string, ...args: unknown[]) => Promise<void>;
}

async function commandsUnderTest(): Promise<CommandsUnderTest> {
  const host = await hostUnderTest();
  const context = {
    workspaceState: fakeMemento(),
    extensionUri: Uri.file(ROOT),
    subscriptions: [],
    globalStorageUri: Uri.file(`${host.folder}/global`),
  };
  const samples = new SampleMemory(context as never, fakeLog() as never);
  const services = { ...host, context, samples, engine: () => Promise.resolve(host.engine) };
  registerPanels(context as never, services as never);
  registerCommands(services as unknown as Services, new ResultTree(host.store));
  return {
    ...host,
    samples,
    call: async (command, ...args) => {
      await recorded.commands.get(command)!(...args);
    },
  };
}

function until(isTrue: () => boolean): Promise<void> {
  return eventually('what the test waits for', isTrue);
}

describe('the scan command', () => {
  it('scans a selection in the order of the Explorer, whatever was clicked first and however long the disk takes', async () => {
    const { call, engine, samples, order, folder, store } = await commandsUnderTest();
    const names = ['a2.onnx', 'a10.onnx', 'b.onnx'];
    const uris = names.map((name) => Uri.file(`${folder}/${name}`));
    for (const uri of uris) {
      await fs.writeFile(uri.fsPath, 'weights');
      await samples.remember(uri.fsPath, order.samples);
    }
    // The file that comes first answers last.
    const stat = vi.spyOn(workspace.fs, 'stat');
    stat.mockImplementation(async (uri) => {
      for (let turn = names.length - uris.findIndex(({ path }) => path === uri.path); turn > 0; turn--)
        await nextTurn();
      return { size: 7, mtime: 1 };
    });
    const clicked = uris.toReversed();
    const scan = call(COMMANDS.scan, clicked[0], clicked);
    await engine.last(names.length);
    stat.mockRestore();
    expect(engine.scans.map(({ task }) => path.basename(task.model))).toEqual(names);
    const rows = await new ResultTree(store).getChildren();
    expect(rows.map(({ uri }) => path.posix.basename(uri))).toEqual(names);
    for (const { resolve } of engine.scans) resolve(infectedReport);
    await scan;
  });

  it('uses the samples it was told earlier, and says what came out', async () => {
    const { call, engine, samples, order, store, key } = await commandsUnderTest();
    await samples.remember(order.uri.fsPath, order.samples);
    recorded.answers.set('net.onnx hides a backdoor to 7 turn right.', 'Repair…');
    const scan = call(COMMANDS.scan, order.uri, [order.uri]);
    const { task, resolve } = await engine.last();
    expect(task.data).toBe(order.samples.data);
    resolve(infectedReport);
    await scan;
    expect(store.get(key)!.state).toBe('done');
    expect(recorded.messages).toEqual(['net.onnx hides a backdoor to 7 turn right.']);
    expect(recorded.executed).toEqual([[COMMANDS.repair, order.uri]]);
  });

  it('takes a first look without samples when told to, and asks for some the next time', async () => {
    const { call, engine, samples, order, scans } = await commandsUnderTest();
    await samples.remember(order.uri.fsPath, order.samples);
    const scan = call(COMMANDS.scanWithoutSamples, order.uri);
    const { task, resolve } = await engine.last();
    expect(task).toMatchObject({ model: order.uri.fsPath, withoutSamples: true });
    expect(task.data).toBeUndefined();
    resolve(infectedReport);
    await scan;
    expect(scans.orderOf(order.uri)?.samples).toEqual({});
    expect(await samples.recall(order.uri.fsPath)).toEqual(order.samples);
    const again = call(COMMANDS.scan, order.uri);
    const second = await engine.last(2);
    expect(second.task).toMatchObject({ data: order.samples.data, withoutSamples: false });
    second.resolve(infectedReport);
    await again;
  });

  it('offers a first look where it asks for samples', async () => {
    const { call, engine, order } = await commandsUnderTest();
    recorded.pickAnswers.push(choose('No images at hand: take a first look without'));
    const scan = call(COMMANDS.scan, order.uri);
    const { task, resolve } = await engine.last();
    expect(task.withoutSamples).toBe(true);
    resolve(infectedReport);
    await scan;
  });

  it('uses the samples of the last scan where none were asked for, as after a repair', async () => {
    const { call, engine, scans, order } = await commandsUnderTest();
    await scans.adopt(order, infectedReport);
    const scan = call(COMMANDS.scan, order.uri);
    const { task, resolve } = await engine.last();
    expect(task.data).toBe(order.samples.data);
    resolve(infectedReport);
    await scan;
  });

  it('scans all models of a folder, each with its samples, behind one message', async () => {
    const { call, engine, samples, order, folder } = await commandsUnderTest();
    const second = `${folder}/second.onnx`;
    await fs.copyFile(order.uri.fsPath, second);
    for (const model of [order.uri.fsPath, second]) await samples.remember(model, order.samples);
    const scan = call(COMMANDS.scan, Uri.file(folder));
    await engine.last(2);
    for (const { resolve } of engine.scans) resolve(infectedReport);
    await scan;
    expect(engine.scans.map(({ task }) => task.model)).toEqual([order.uri.fsPath, second]);
    expect(recorded.messages).toEqual(['2 of 2 models hide a backdoor.']);
  });

  it('refuses a second scan of the same model with a message', async () => {
    const { call, engine, samples, order } = await commandsUnderTest();
    await samples.remember(order.uri.fsPath, order.samples);
    const first = call(COMMANDS.scan, order.uri);
    const { resolve } = await engine.last();
    await call(COMMANDS.scan, order.uri);
    expect(recorded.messages).toEqual(['net.onnx is being scanned already.']);
    expect(engine.scans).toHaveLength(1);
    resolve(infectedReport);
    await first;
  });

  it('says plainly what it cannot scan', async () => {
    const { call, engine, folder } = await commandsUnderTest();
    await call(COMMANDS.scan, Uri.parse('vscode-vfs://github/a/net.onnx'));
    await call(COMMANDS.scan, Uri.file(`${folder}/gone.onnx`));
    await call(COMMANDS.scan, Uri.file(`${folder}/images`));
    expect(recorded.messages).toEqual([
      'net.onnx is not on a disk of this machine. Save it locally, then scan it there.',
      'gone.onnx does not exist any more.',
      'No model was found in the folder images.',
    ]);
    expect(engine.scans).toEqual([]);
  });

  it('stops and resumes with the same order', async () => {
    const { call, engine, samples, order, store, key } = await commandsUnderTest();
    await samples.remember(order.uri.fsPath, order.samples);
    const scan = call(COMMANDS.scan, order.uri);
    const { listener, reject, task } = await engine.last();
    listener.signal!.addEventListener('abort', () => {
      reject(new CancelledError());
    });
    await call(COMMANDS.stop, { kind: 'model', uri: key });
    await scan;
    expect(store.get(key)!.state).toBe('paused');
    expect(recorded.messages).toEqual([]);
    const resumed = call(COMMANDS.resume, { kind: 'model', uri: key });
    const again = await engine.last(2);
    expect({ ...again.task, id: '' }).toEqual({ ...task, id: '' });
    again.resolve(infectedReport);
    await resumed;
    expect(store.get(key)!.state).toBe('done');
  });
});

describe.each([
  ['repair', COMMANDS.repair, 'nothing to repair'],
  ['filter', COMMANDS.saveFilter, 'nothing to filter'],
])('the %s command', (_name, command, nothing) => {
  it('writes nothing in workspaces that are not trusted', async () => {
    const { call } = await commandsUnderTest();
    workspace.isTrusted = false;
    await call(command);
    expect(recorded.messages[0]).toContain('only in trusted workspaces');
  });

  it('says what is missing where there is no backdoor', async () => {
    const { call } = await commandsUnderTest();
    await call(command);
    expect(recorded.messages[0]).toContain(nothing);
  });
});

describe('the command for driven neurons', () => {
  it('says what is missing where there is no trigger, also in workspaces that are not trusted', async () => {
    const { call } = await commandsUnderTest();
    workspace.isTrusted = false;
    await call(COMMANDS.identify);
    expect(recorded.messages).toEqual([
      'There is no trigger yet: scan a model first, then see which neurons its triggers drive.',
    ]);
  });
});

describe('the compare command', () => {
  const other = (name: string, change: Partial<ScanEntry> = {}): ScanEntry => ({
    ...{ uri: `file:///other/${name}`, name, state: 'done', labels: [], running: [] },
    report: { ...infectedReport, model: { ...infectedReport.model, file: name } },
    ...change,
  });

  it('puts another finished result beside the one that was clicked', async () => {
    const { call, store, key } = await commandsUnderTest();
    store.set(other('net.onnx', { uri: key }));
    store.set(other('a.onnx'));
    store.set(other('b.onnx', { state: 'queued', report: undefined as never }));
    store.set(other('c.onnx'));
    recorded.pickAnswers.push(choose('c.onnx'));
    await call(COMMANDS.compare, { kind: 'model', uri: key });
    expect(recorded.picks[0]!.items.map(({ label }) => label)).toEqual(['a.onnx', 'c.onnx']);
    expect(recorded.picks[0]!.placeholder).toBe('Compare net.onnx with which result?');
    expect(store.get(key)!.before?.model.file).toBe('c.onnx');
    const [panel] = recorded.panels;
    panel!.says({ type: 'ready' });
    expect(panel!.gotOf('scan')[0]!.scan.before?.model.file).toBe('c.onnx');
    expect(panel!.gotOf('reveal')).toEqual([{ type: 'reveal', target: 'comparison' }]);
  });

  it('changes nothing when the user leaves', async () => {
    const { call, store, key } = await commandsUnderTest();
    for (const entry of [other('net.onnx', { uri: key }), other('a.onnx'), other('c.onnx')]) store.set(entry);
    recorded.pickAnswers.push(leave);
    await call(COMMANDS.compare, { kind: 'model', uri: key });
    expect(store.get(key)!.before).toBeUndefined();
    expect(recorded.panels).toEqual([]);
  });

  it('says what is missing where there is only one result', async () => {
    const { call, store, key } = await commandsUnderTest();
    store.set(other('net.onnx', { uri: key }));
    await call(COMMANDS.compare, { kind: 'model', uri: key });
    expect(recorded.messages).toEqual(['There is no other result to compare with: scan another model first.']);
    expect(recorded.panels).toEqual([]);
  });
});

describe('the sample', () => {
  it('is copied out of the extension and scanned without questions', async () => {
    const { call, engine, folder } = await commandsUnderTest();
    const scan = call(COMMANDS.scanSample);
    const { task, resolve } = await engine.last();
    expect(task.model).toBe(`${folder}/global/sample/infected.onnx`);
    expect((await fs.stat(task.model)).size).toBe((await fs.stat(`${ROOT}/media/sample/infected.onnx`)).size);
    expect(await fs.readdir(task.data!)).toHaveLength(10);
    expect(recorded.executed).toContainEqual([`${VIEWS.results}.focus`]);
    resolve(infectedReport);
    await scan;
  });
});

describe('the watcher', () => {
  it('stops the scan of a deleted model and says so', async () => {
    const { engine, scans, store, order, key } = await hostUnderTest();
    new ModelWatcher(store, scans);
    const run = scans.run(order);
    const { listener, reject } = await engine.last();
    listener.signal!.addEventListener('abort', () => {
      reject(new CancelledError());
    });
    await fs.rm(order.uri.fsPath);
    recorded.watchers[0]!.deleted.fire(Uri.parse(key));
    await run;
    expect(store.get(key)).toBeUndefined();
    expect(recorded.messages[0]).toContain('net.onnx was deleted or moved');
  });

  it('takes a file that was deleted and written anew for a changed one', async () => {
    const { engine, scans, store, order, key } = await hostUnderTest();
    new ModelWatcher(store, scans);
    const run = scans.run(order);
    (await engine.last()).resolve(infectedReport);
    await run;
    await fs.writeFile(order.uri.fsPath, 'other weights altogether');
    recorded.watchers[0]!.deleted.fire(Uri.parse(key));
    await until(() => store.get(key)?.outdated === true);
    expect(recorded.messages).toEqual([]);
  });

  it('follows a renamed folder', async () => {
    const { engine, scans, store, storage, order, key, folder } = await hostUnderTest();
    new ModelWatcher(store, scans);
    const run = scans.run(order);
    (await engine.last()).resolve(infectedReport);
    await run;
    recorded.renamed.fire({ files: [{ oldUri: Uri.file(folder), newUri: Uri.file(`${folder}-2`) }] });
    while ((await storage.load(key)) !== undefined) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(store.all().map(({ uri }) => uri)).toEqual([Uri.file(`${folder}-2/net.onnx`).toString()]);
  });
});
