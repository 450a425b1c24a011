import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliDecompress } from 'node:zlib';
import envPaths from 'env-paths';
import { parseTar } from 'nanotar';

const PACKAGE = '@sparticuz/chromium';
const VULKAN_LOADER = 'libvulkan.so.1';
const RTLD_NODELETE = 0x1000;

/**
 * Points Vulkan at SwiftShader, a GPU in software that ships inside the npm package @sparticuz/chromium.
 * It is unpacked once into the user's cache folder.
 * @throws Error when the package is missing or this is not Linux on x64.
 */
export async function useSoftwareGpu(): Promise<void> {
  const folder = await unpack();
  process.env.VK_ICD_FILENAMES = join(folder, 'vk_swiftshader_icd.json');
  loadLibrary(join(folder, VULKAN_LOADER)); // Dawn looks it up by name, and finds what is loaded already
}

/** Whether Dawn can look for a driver: on Linux it needs the system's Vulkan loader, and complains without it. */
export const hasVulkanLoader = (): boolean => process.platform !== 'linux' || loadLibrary(VULKAN_LOADER);

/** Loads a shared library so that it stays; it is no Node addon, and dlopen throws to say so. */
function loadLibrary(file: string): boolean {
  try {
    process.dlopen({ exports: {} }, file, constants.dlopen.RTLD_NOW | RTLD_NODELETE);
  } catch (error) {
    return !String(error).includes('cannot open shared object');
  }
  return true;
}

/** The folder with the driver's files, unpacked if this is the first use. */
async function unpack(): Promise<string> {
  const { archive, version } = await findPackage();
  const folder = join(envPaths('dawngrad', { suffix: '' }).cache, `swiftshader-${version}`);
  if (existsSync(join(folder, 'vk_swiftshader_icd.json'))) return folder;
  await mkdir(dirname(folder), { recursive: true });
  const partial = await mkdtemp(`${folder}-`);
  for (const { name, data } of parseTar(await promisify(brotliDecompress)(await readFile(archive)))) {
    if (data !== undefined && data.length > 0) await writeFile(join(partial, name), data);
  }
  try {
    await rename(partial, folder); // all files appear at once, also when two processes start together
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
  return folder;
}

async function findPackage(): Promise<{ archive: string; version: string }> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(`the software GPU is for Linux on x64, this is ${process.platform} on ${process.arch}`);
  }
  let entry: string;
  try {
    entry = createRequire(import.meta.url).resolve(PACKAGE);
  } catch {
    throw new Error(`the optional package ${PACKAGE} is not installed (npm install ${PACKAGE}@143)`);
  }
  const root = entry.slice(0, entry.lastIndexOf(PACKAGE) + PACKAGE.length);
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  return { archive: join(root, 'bin', 'swiftshader.tar.br'), version };
}
