import { cases } from '../../../support/cases/indexing';
import { describeOperators } from '../../../support/describeOperators';

describeOperators('indexing', cases);
