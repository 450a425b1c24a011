#!/usr/bin/env node
import { Command } from 'commander';
import { version } from '../../package.json';
import { benchCommand } from './commands/bench.ts';
import { deviceCommand } from './commands/device.ts';
import { gradcheckCommand } from './commands/gradcheck.ts';
import { lrFindCommand } from './commands/lrFind.ts';
import { predictCommand } from './commands/predict.ts';
import { trainCommand } from './commands/train.ts';
import { fail } from './fail.ts';

const program = new Command('dawngrad')
  .description('Trains neural networks on any GPU, through WebGPU.')
  .version(version)
  .addCommand(trainCommand)
  .addCommand(lrFindCommand)
  .addCommand(predictCommand)
  .addCommand(deviceCommand)
  .addCommand(gradcheckCommand)
  .addCommand(benchCommand);

/** Commands that write files: they continue when nobody reads their output any more. */
const WRITERS = [trainCommand, lrFindCommand, benchCommand];
/** The exit code of shells for SIGPIPE (128 + 13): the reader of the output has closed it, as `| head` does. */
const UNREAD = 141;

let running: Command | undefined;
program.hook('preAction', (_, command) => {
  running = command;
});
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    if (running === undefined || !WRITERS.includes(running)) process.exit(UNREAD);
  });
}
await program.parseAsync().catch(fail);
