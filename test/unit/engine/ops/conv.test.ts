import { cases } from '../../../support/cases/conv';
import { describeOperators } from '../../../support/describeOperators';

describeOperators('convolution', cases);
