import { checkValue, func } from '../../core/checks.ts';
import type { Callback } from './callback.ts';
import { numbersIn, numbersOf } from './memory.ts';

/**
 * Writes a header such as `epoch,loss,val_loss` and a line of numbers after each epoch, as RFC 4180 specifies: lines end with
 * CR LF, and names with a comma or a quote are quoted. A resumed run writes no second header.
 * @param write called with each line and awaited: `(line) => appendFile('log.csv', line)`.
 * @throws ValueError if `write` is not a function.
 */
export function csvLogger(write: (line: string) => void | Promise<void>): Callback {
  checkValue('csvLogger', 'write', write, func);
  let hasHead = false;
  const line = (cells: readonly (string | number)[]): string => `${cells.map(cellOf).join(',')}\r\n`;
  return {
    memory: {
      name: 'csvLogger',
      save: async () => numbersOf({ hasHead: Number(hasHead) }),
      restore: ({ hasHead: saved }) => {
        hasHead = numbersIn({ saved }).saved === 1;
      },
    },
    onTrainBegin: () => {
      hasHead = false;
    },
    onEpochEnd: async (epoch, logs) => {
      if (!hasHead) await write(line(['epoch', ...Object.keys(logs)]));
      hasHead = true;
      await write(line([epoch, ...Object.values(logs)]));
    },
  };
}

const cellOf = (cell: string | number): string =>
  /[",\r\n]/.test(String(cell)) ? `"${String(cell).replaceAll('"', '""')}"` : String(cell);
