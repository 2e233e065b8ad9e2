import { describe, expect, it } from 'vitest';
import {
  PANEL_ACTIONS,
  parsePanelMessage,
  parsePanelState,
  type PanelMessage,
} from '../../../src/shared/panelMessages';

describe('messages of webviews', () => {
  it.each<PanelMessage>([
    { type: 'ready' },
    ...PANEL_ACTIONS.map((action) => ({ type: 'action' as const, action })),
    { type: 'action', action: 'acceptSamples', choice: '0..255' },
    { type: 'saveRepair' },
    { type: 'saveRepair', point: 3 },
    { type: 'identify', label: 7 },
    { type: 'needDetails', labels: [0, 42] },
    { type: 'exportReport', format: 'html' },
    { type: 'exportChart', format: 'svg', name: 'chart', data: '<svg/>' },
  ])('are understood: $type', (message) => {
    expect(parsePanelMessage(message)).toEqual(message);
  });

  it.each([
    undefined,
    null,
    'ready',
    {},
    { type: 'constructor' },
    { type: 'action' },
    { type: 'action', action: 'workbench.action.terminal.new' },
    { type: 'action', action: 'toString' },
    { type: 'action', action: 'acceptSamples', choice: {} },
    { type: 'action', action: 'acceptSamples', choice: 'x'.repeat(301) },
    { type: 'saveRepair', point: -1 },
    { type: 'saveRepair', point: '1' },
    { type: 'identify', label: '7' },
    { type: 'needDetails', labels: [1.5] },
    { type: 'needDetails', labels: Array.from({ length: 1001 }, (_, i) => i) },
    { type: 'needDetails', labels: { length: 1 } },
    { type: 'exportReport', format: 'exe' },
    { type: 'exportChart', format: 'svg', name: 'chart' },
    { type: 'exportChart', format: 'svg', name: 1, data: '' },
  ])('are refused: %j', (message) => {
    expect(parsePanelMessage(message)).toBeUndefined();
  });

  it('lose members that nobody asked for', () => {
    expect(parsePanelMessage({ type: 'ready', command: 'x' })).toEqual({ type: 'ready' });
  });
});

it('reads the state of a panel', () => {
  expect(parsePanelState({ uri: 'file:///m.onnx', tab: 'charts' })).toEqual({ uri: 'file:///m.onnx' });
  for (const state of [undefined, null, {}, { uri: 3 }]) expect(parsePanelState(state)).toBeUndefined();
});
