import { rowsOf } from '../../harness/rows.ts';

const test = rowsOf('kernels');

test.run();
