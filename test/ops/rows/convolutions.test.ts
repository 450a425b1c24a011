import { rowsOf } from '../../harness/rows.ts';

const test = rowsOf('convolutions');

test.run();
