import { describe, expect, it } from 'vitest';
import { engineTexts } from '../../scripts/engineTexts';

/** What says where sentences end up. */
const DECLARATIONS = [
  ...[
    'formats/format',
    'inspect/modelInspection',
    'report/repairReport',
    'inspect/samplesPreview',
    'scan/scanModel',
  ].map((name) => `engine/${name}`),
  'runner/protocol/protocol',
].map((name) => `src/${name}.ts`);

/** Everything that is found, or what cannot be translated. */
function found(name: string): readonly string[] {
  try {
    return engineTexts([...DECLARATIONS, `test/support/engineSentences/${name}.ts`]).map(({ template, texts }) =>
      [template, ...texts].join(' '),
    );
  } catch (error) {
    return (error as Error).message.split('\n');
  }
}

describe('engineTexts', () => {
  it('finds sentences through variables, parameters, functions and arrays', () => {
    const texts = found('translatable');
    for (const text of [
      'the gizmos are missing',
      'the gizmo is missing',
      'a gizmo named {0}',
      'nothing of that kind',
      'The {0} file holds {1}. 1',
      'several gizmos',
      'one gizmo',
    ]) {
      expect(texts).toContain(text);
    }
    expect(texts).not.toContain('red');
  });

  it('names every sentence that could not be translated', () => {
    expect(found('untranslatable')).toEqual([
      'Cannot be translated:',
      'test/support/engineSentences/untranslatable.ts:6: error.message',
      'The file holds {0}{1}.: nobody can tell where one part ends and the next begins',
    ]);
  });
});
