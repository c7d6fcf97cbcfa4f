import { execFileSync } from 'node:child_process';

type Found = { readonly driver: string } | { readonly reason: string };

/** Where Debian's chromium keeps the description of SwiftShader, a Vulkan driver without a GPU; or why it is not there. */
export function swiftShader(): Found {
  if (process.platform !== 'linux' || process.arch !== 'x64') return { reason: 'WebGPU is not built in here' };
  try {
    const listed = execFileSync('dpkg', ['-L', 'chromium', 'chromium-common'], { encoding: 'utf8' });
    const driver = listed.split('\n').find((line) => line.endsWith('/vk_swiftshader_icd.json'));
    if (driver === undefined) return { reason: 'chromium brings no SwiftShader' };
    const hasLoader = execFileSync('/sbin/ldconfig', ['-p'], { encoding: 'utf8' }).includes('libvulkan.so.1');
    return hasLoader ? { driver } : { reason: 'the Vulkan loader (libvulkan1) is not installed' };
  } catch {
    return { reason: 'Debian’s chromium is not installed' };
  }
}

/** The environment of a process in which WebGPU finds SwiftShader. */
export const withSwiftShader = (driver: string): NodeJS.ProcessEnv => ({ ...process.env, VK_ICD_FILENAMES: driver });
