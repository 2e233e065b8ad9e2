import { describe } from 'vitest';
import { testDamagedFiles } from '../../../../support/damagedFiles';

describe('damaged files of tfjs-graph', () => {
  testDamagedFiles('tfjs-graph');
});
