import { rowsOf } from '../../harness/rows.ts';

const test = rowsOf('fused');

test.run();
