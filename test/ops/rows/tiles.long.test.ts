import { rowsOf } from '../../harness/rows.ts';

const test = rowsOf('tiles');

test.run();
