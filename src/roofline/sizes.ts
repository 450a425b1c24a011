import type { Device } from '../core/device.ts';

/** Elements of a large tensor: 64 MiB in software, 256 MiB on hardware, more than the caches hold. */
export const largeSize = ({ info }: Device): number => (info.adapter.software ? 2 ** 24 : 2 ** 26);
