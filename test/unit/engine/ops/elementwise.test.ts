import { cases } from '../../../support/cases/elementwise';
import { describeOperators } from '../../../support/describeOperators';

describeOperators('elementwise', cases);
