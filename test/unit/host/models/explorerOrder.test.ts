import { beforeEach, describe, expect, it } from 'vitest';
import { inExplorerOrder } from '../../../../src/host/models/explorerOrder';
import { recorded, resetVscode, Uri, workspace } from '../../../support/fakeVscode';

beforeEach(resetVscode);

/** Paths below a folder of the workspace, in the Explorer's order. */
function ordered(...paths: string[]): string[] {
  workspace.workspaceFolders = [{ uri: Uri.file('/two') }, { uri: Uri.file('/one') }];
  return inExplorerOrder(paths, (path) => Uri.file(path) as never);
}

describe('the order of the Explorer', () => {
  it('has folders before files, numbers by value, letters whatever their case', () => {
    const shown = ['/one/b/x.onnx', '/one/z/a.onnx', '/one/a.onnx', '/one/B.onnx', '/one/net2.onnx', '/one/net10.onnx'];
    expect(ordered(...shown.toReversed())).toEqual(shown);
  });

  it('has the folders of the workspace in their own order, and files from elsewhere last', () => {
    const shown = ['/two/z.onnx', '/one/a.onnx', '/elsewhere/a.onnx'];
    expect(ordered(...shown.toReversed())).toEqual(shown);
  });

  it.each<[string, string[]]>([
    ['mixed', ['/one/a.onnx', '/one/b/x.onnx', '/one/c.h5']],
    ['filesFirst', ['/one/a.onnx', '/one/c.h5', '/one/b/x.onnx']],
    ['type', ['/one/b/x.onnx', '/one/c.h5', '/one/a.onnx']],
  ])('follows the setting %s', (order, shown) => {
    recorded.settings.set('sortOrder', order);
    expect(ordered(...shown.toReversed())).toEqual(shown);
  });

  it('can be reversed', () => {
    recorded.settings.set('sortOrderReverse', true);
    expect(ordered('/one/a.onnx', '/one/b.onnx')).toEqual(['/one/b.onnx', '/one/a.onnx']);
  });
});
