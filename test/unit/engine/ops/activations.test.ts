import { cases } from '../../../support/cases/activations';
import { describeOperators } from '../../../support/describeOperators';

describeOperators('activations', cases);
