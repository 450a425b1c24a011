import { Command } from 'commander';
import type { DeviceInfo } from '../../core/device.ts';
import { init } from '../../node.ts';
import { deviceName, grouped, table } from '../format.ts';
import { type Backend, backendOption } from '../options.ts';

export const deviceCommand = new Command('device')
  .description('shows the device that dawngrad uses')
  .addOption(backendOption())
  .option('--json', 'as JSON')
  .action(async ({ backend, json }: { backend: Backend; json?: true }) => {
    const device = await init({ backend });
    console.log(json ? JSON.stringify(device.info, undefined, 2) : describe(device.info));
    device.dispose();
  });

function describe(info: DeviceInfo): string {
  const { backend, adapter, limits, features } = info;
  const rows = [
    ['Device', deviceName(info)],
    ['Backend', backend === 'cpu' ? 'cpu: the float64 reference, slow' : 'webgpu'],
    ['Kind', adapter.software ? 'software, on the CPU' : 'hardware'],
    ['Vendor', adapter.vendor],
    ['Architecture', adapter.architecture],
    ['Model', adapter.device],
    ['Features', features.join(', ') || 'none'],
  ];
  const limitRows = Object.entries(limits).map(([name, value]) => [name, grouped(value)]);
  const facts = rows.map(([name, value]) => `${name.padEnd(14)}${value}`).join('\n');
  return limitRows.length === 0 ? facts : `${facts}\n\n${table([['Limit', 'Value'], ...limitRows])}`;
}
