import { rowsOf } from '../../harness/rows.ts';

const test = rowsOf('operations');

test.run();
