import { execFileSync } from 'node:child_process';

type Found = { readonly driver: string } | { readonly reason: string };

/** Where Debian's chromium keeps the description of SwiftShader, a Vulkan driver without a GPU; or why it is not there. */
export function swiftShader(): Found {
  if (process.platform !== 'linux' || process.arch !== 'x64') return { reason: 'WebGPU is not built in here' };
  try {
    const listed = execFileSync('dpkg', ['-L', 'chromium', 'chromium-common'], { encoding: 'utf8' });
    const driver = listed.split('\n').find((line) => line.endsWith('/vk_swiftshader_icd.json'));
    return driver === undefined ? { reason: 'chromium brings no SwiftShader' } : { driver };
  } catch {
    return { reason: 'Debian’s chromium is not installed' };
  }
}

/** The environment of a process in which WebGPU finds SwiftShader. */
export const withSwiftShader = (driver: string): NodeJS.ProcessEnv => ({ ...process.env, VK_ICD_FILENAMES: driver });
