import { describe } from 'vitest';
import { testDamagedFiles } from '../../../../support/damagedFiles';

describe('damaged files of saved-model', () => {
  testDamagedFiles('saved-model');
});
