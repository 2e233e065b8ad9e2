import { cases } from '../../../support/cases/softmax';
import { describeOperators } from '../../../support/describeOperators';

describeOperators('softmax', cases);
