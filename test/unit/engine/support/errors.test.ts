import { expect, it } from 'vitest';
import { ModelFormatError, UnsupportedModelError } from '../../../../src/engine/support/errors';
import { readModel } from '../../../../src/engine/formats';
import { memoryFiles } from '../../../support/memoryFiles';

it('says where, what was expected and what was found, in one sentence', () => {
  const details = { file: 'a.h5', place: 'layer "x"', expected: '[3]', got: '[4]', hint: 'Save it again.' };
  const error = new ModelFormatError('a weight has the wrong shape', details);
  expect(error.message).toBe('a.h5: layer "x": a weight has the wrong shape (expected [3], got [4]). Save it again.');
  expect(error).toMatchObject({ name: 'ModelFormatError', details });
});

it('leaves out what is not known', () => {
  expect(new ModelFormatError('no weights', { got: '3' }).message).toBe('no weights (got 3).');
  expect(new ModelFormatError('no weights', { expected: '4' }).message).toBe('no weights (expected 4).');
});

it.each([
  ['colours', '\u001b[31mred\u001b[0m', '\ufffd[31mred\ufffd[0m'],
  ['cursor movements', 'a\rb\b\u0007', 'a\ufffdb\ufffd\ufffd'],
  ['line breaks', 'a\nb\u2028c', 'a\ufffdb\ufffdc'],
  ['reordering', 'a\u202etxt.exe', 'a\ufffdtxt.exe'],
])('keeps %s in names out of every part of the error', (_title, hostile, harmless) => {
  const details = { file: hostile, place: hostile, expected: hostile, got: hostile, hint: hostile };
  const error = new UnsupportedModelError(`no ${hostile}`, details);
  const safe = { file: harmless, place: harmless, expected: harmless, got: harmless, hint: harmless };
  expect(error.summary).toBe(`no ${harmless}`);
  expect(error.details).toEqual(safe);
  expect(error.message).toBe(
    `${harmless}: ${harmless}: no ${harmless} (expected ${harmless}, got ${harmless}). ${harmless}`,
  );
});

it('keeps a long list whole, but not one without end', () => {
  expect(new ModelFormatError('x'.repeat(3000)).summary).toHaveLength(3000);
  expect(new ModelFormatError('x'.repeat(100_000)).summary).toHaveLength(4000);
});

it('shows a layer of a hostile model without its escape sequences', async () => {
  const layer = { class_name: 'Lambda', config: { name: '\u001b[2Jgone' }, inbound_nodes: [] };
  const topology = { model_config: { class_name: 'Sequential', config: [layer] } };
  const json = new TextEncoder().encode(
    JSON.stringify({ format: 'layers-model', modelTopology: topology, weightsManifest: [] }),
  );
  const error: unknown = await readModel(memoryFiles({ 'model.json': json }), 'model.json').catch((e: unknown) => e);
  expect(error).toBeInstanceOf(UnsupportedModelError);
  expect((error as Error).message).toContain('gone');
  expect((error as Error).message).not.toContain('\u001b');
});
