import { cases } from '../../../support/cases/comparison';
import { describeOperators } from '../../../support/describeOperators';

describeOperators('comparison', cases);
