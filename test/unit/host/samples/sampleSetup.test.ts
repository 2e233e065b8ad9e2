import * as path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { CancelledError, SamplesError } from '../../../../src/engine/support/errors';
import type { SamplesPreview } from '../../../../src/engine/inspect/samplesPreview';
import { askForSamples, type SampleSetup, type SetupServices } from '../../../../src/host/samples/sampleSetup';
import type { PreviewTask } from '../../../../src/runner/protocol/protocol';
import { accept, choose, goBack, leave, type PickAnswer } from '../../../support/fakeQuickPick';
import { fakeLog, recorded, resetVscode, Uri } from '../../../support/fakeVscode';
import { ROOT } from '../../../support/project';

beforeEach(resetVscode);

const PREVIEW: SamplesPreview = {
  source: 'image folders',
  count: 2,
  available: 2,
  splits: [],
  images: [{ name: '0/a.png', image: 'data:image/png;base64,AA==', label: 0, predicted: 0 }],
  candidates: [{ id: '0..1', label: '0…1' }],
  chosen: '0..1',
  notes: [],
};
const UNLABELLED: SamplesPreview = {
  ...PREVIEW,
  images: [{ name: 'a.png', image: 'data:image/png;base64,AA==', predicted: 0 }],
};
const FOLDER = choose('Choose a folder…');
const FILE = choose('Choose a file…');

interface Asked {
  readonly setup: SampleSetup | undefined;
  readonly tasks: readonly PreviewTask[];
  /** Title and place of the steps that were shown. */
  readonly steps: readonly (string | undefined)[];
}

/** The user's answers, and what the engine says to one task after the other. */
async function ask(
  answers: readonly PickAnswer[],
  paths: readonly (string | undefined)[],
  previews: readonly (SamplesPreview | Error)[],
  { model = '/models/net.onnx', ...change }: Partial<SetupServices> & { model?: string } = {},
): Promise<Asked> {
  recorded.pickAnswers.push(...answers);
  recorded.dialogAnswers.push(...paths.map((each) => (each === undefined ? undefined : Uri.file(each))));
  const tasks: PreviewTask[] = [];
  const setup = await askForSamples(model, {
    engine: () =>
      Promise.resolve({
        preview: (task) => {
          const preview = previews[tasks.push(task) - 1]!;
          return preview instanceof Error ? Promise.reject(preview) : Promise.resolve(preview);
        },
      }),
    log: fakeLog() as never,
    extensionUri: Uri.file(ROOT) as never,
    recent: [],
    showPreview: ({ chosen }) => Promise.resolve(chosen),
    ...change,
  });
  expect(recorded.pickAnswers).toEqual([]);
  expect(recorded.dialogAnswers).toEqual([]);
  return { setup, tasks, steps: recorded.picks.map(({ step, totalSteps }) => `${step}/${totalSteps}`) };
}

describe('the question for clean samples', () => {
  it('takes a folder, shows what is in it, and keeps what was chosen', async () => {
    const { setup, tasks } = await ask([FOLDER], ['/data/images'], [PREVIEW]);
    expect(setup).toEqual({
      choice: { data: '/data/images', preprocessing: '0..1' },
      sample: 'data:image/png;base64,AA==',
    });
    expect(tasks).toMatchObject([{ model: '/models/net.onnx', data: '/data/images' }]);
    expect(recorded.picks[0]).toMatchObject({ title: 'Clean samples for net.onnx', buttons: [] });
    expect(recorded.dialogs[0]).toMatchObject({ canSelectFolders: true, canSelectFiles: false });
    expect(String(recorded.dialogs[0]!['defaultUri'])).toBe('file:///models');
  });

  it('offers the bundled images first for the sample model, and what was used lately', async () => {
    const model = path.join(ROOT, 'media/sample/infected.onnx');
    const bundled = choose('The images that come with this sample model');
    const { setup } = await ask([bundled], [], [PREVIEW], { model, recent: ['/old/set.npz'] });
    expect(setup?.choice.data).toBe(path.join(ROOT, 'media/sample/images'));
    const offered = recorded.picks[0]!.items.map(({ label }) => label.replace(/^\$\(\w[\w-]*\) /, ''));
    expect(offered).toEqual([
      'The images that come with this sample model',
      'Choose a folder…',
      'Choose a file…',
      'No images at hand: take a first look without',
      'Recently used',
      'set.npz',
    ]);
  });

  it('takes what was used lately without a dialog', async () => {
    const { setup } = await ask([choose('set.npz')], [], [PREVIEW], { recent: ['/old/set.npz'] });
    expect(setup?.choice.data).toBe('/old/set.npz');
  });

  it('stays when a dialog is left, and ends when the list is', async () => {
    const { setup, steps } = await ask([FOLDER, FILE, leave], [undefined, undefined], []);
    expect(setup).toBeUndefined();
    expect(steps).toEqual(['1/3', '1/3', '1/3']);
  });

  it('asks for the part where there are several, the proposed one first', async () => {
    const parts: SamplesPreview = { ...PREVIEW, splits: ['train', 'test'], split: 'test' };
    const { setup, tasks, steps } = await ask([FILE, choose('train')], ['/data/set.npz'], [parts, parts]);
    expect(setup?.choice).toEqual({ data: '/data/set.npz', split: 'train', preprocessing: '0..1' });
    expect(tasks.map(({ split }) => split)).toEqual([undefined, 'train']);
    expect(steps).toEqual(['1/3', '2/3']);
    expect(recorded.picks[1]!.activeItems).toMatchObject([{ label: 'test' }]);
  });

  it('takes the proposed part by Enter alone, without reading it again', async () => {
    const parts: SamplesPreview = { ...PREVIEW, splits: ['train', 'test'], split: 'test' };
    const { setup, tasks } = await ask([FILE, accept], ['/data/set.npz'], [parts]);
    expect(setup?.choice.split).toBe('test');
    expect(tasks).toHaveLength(1);
  });

  it('asks for labels where there are none, and goes on without', async () => {
    const { setup, tasks } = await ask([FILE, choose('Go on without labels')], ['/data/x.npy'], [UNLABELLED]);
    expect(setup?.choice).toEqual({ data: '/data/x.npy', preprocessing: '0..1' });
    expect(tasks).toHaveLength(1);
  });

  it('reads the samples again with the labels of a file', async () => {
    const labels = choose('Choose a file with the labels…');
    const { setup, tasks, steps } = await ask(
      [FILE, labels, labels],
      ['/data/x.npy', undefined, '/data/y.npy'],
      [UNLABELLED, PREVIEW],
    );
    expect(setup?.choice).toEqual({ data: '/data/x.npy', labels: '/data/y.npy', preprocessing: '0..1' });
    expect(tasks.map((task) => task.labels)).toEqual([undefined, '/data/y.npy']);
    expect(steps).toEqual(['1/3', '3/3', '3/3']);
  });

  it.each<[string, SamplesPreview]>([
    ['the part', { ...PREVIEW, splits: ['train', 'test'], split: 'test' }],
    ['the labels', UNLABELLED],
  ])('goes back from %s to the source', async (_step, preview) => {
    const { setup } = await ask([FOLDER, goBack, FILE], ['/wrong', '/right.npz'], [preview, PREVIEW]);
    expect(setup?.choice.data).toBe('/right.npz');
  });

  it.each<[string, SamplesPreview]>([
    ['the part', { ...PREVIEW, splits: ['train', 'test'], split: 'test' }],
    ['the labels', UNLABELLED],
  ])('ends when the user leaves at %s', async (_step, preview) => {
    expect((await ask([FOLDER, leave], ['/data'], [preview])).setup).toBeUndefined();
  });

  it('ends when the user does not like what the samples look like', async () => {
    const { setup } = await ask([FOLDER], ['/data'], [PREVIEW], { showPreview: () => Promise.resolve(undefined) });
    expect(setup).toBeUndefined();
  });

  it('says why samples cannot be read, and asks again', async () => {
    const unreadable = new SamplesError('there is no image', { file: '/empty', hint: 'Choose another folder.' });
    const { setup } = await ask([FOLDER, FOLDER], ['/empty', '/full'], [unreadable, PREVIEW]);
    expect(setup?.choice.data).toBe('/full');
    expect(recorded.messages).toEqual(['/empty: there is no image. Choose another folder.']);
  });

  it('asks again without a message when reading was cancelled', async () => {
    const { setup } = await ask([FOLDER, leave], ['/large'], [new CancelledError()]);
    expect(setup).toBeUndefined();
    expect(recorded.messages).toEqual([]);
  });

  it('takes every quick pick away again', async () => {
    await ask([FOLDER, goBack, leave], ['/data'], [UNLABELLED]);
    expect(recorded.picks.map(({ disposed }) => disposed)).toEqual([true, true, true]);
  });
});
