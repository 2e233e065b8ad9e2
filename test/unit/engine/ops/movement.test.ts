import { cases } from '../../../support/cases/movement';
import { describeOperators } from '../../../support/describeOperators';

describeOperators('movement', cases);
