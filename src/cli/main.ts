#!/usr/bin/env node
import { Command } from 'commander';
import { version } from '../../package.json';
import { benchCommand } from './bench.ts';
import { deviceCommand } from './device.ts';
import { fail } from './fail.ts';
import { gradcheckCommand } from './gradcheck.ts';
import { lrFindCommand } from './lrFind.ts';
import { predictCommand } from './predict.ts';
import { trainCommand } from './train.ts';

const program = new Command('dawngrad')
  .description('Trains neural networks on any GPU that speaks WebGPU.')
  .version(version)
  .addCommand(trainCommand)
  .addCommand(lrFindCommand)
  .addCommand(predictCommand)
  .addCommand(deviceCommand)
  .addCommand(gradcheckCommand)
  .addCommand(benchCommand);

// A reader that has seen enough (`| head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});
await program.parseAsync().catch(fail);
