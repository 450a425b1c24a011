import { rowsOf } from '../../harness/rows.ts';

const test = rowsOf('matmul');

test.run();
