import { cpSync } from 'node:fs';
import { resolve } from 'node:path';
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'electron-vite';

const at = (path: string): string => resolve(import.meta.dirname, path);

/** The library reads its migrations from beside its own code. */
const copyMigrations = {
  name: 'copy-migrations',
  writeBundle: (): void => cpSync(at('src/main/library/migrations'), at('out/main/migrations'), { recursive: true }),
};

export default defineConfig({
  main: {
    plugins: [copyMigrations],
    build: {
      outDir: 'out/main',
      externalizeDeps: true,
      rolldownOptions: {
        input: {
          shell: at('src/main/electron/shell.ts'),
          backend: at('src/main/electron/backend-process.ts'),
          engine: at('src/main/engine/process.ts'),
        },
        // Every file lies beside the migrations, whichever of them holds the library's code.
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      outDir: 'out/preload',
      externalizeDeps: true,
      rolldownOptions: {
        input: { index: at('src/main/electron/preload.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'src/renderer',
    build: { outDir: 'out/renderer', rolldownOptions: { input: at('src/renderer/index.html') } },
    plugins: [vue()],
  },
});
