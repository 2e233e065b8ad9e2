import { cases } from '../../../support/cases/reduce';
import { describeOperators } from '../../../support/describeOperators';

describeOperators('reduce', cases);
