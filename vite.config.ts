import { defineConfig } from 'vite';
import { projectPath } from './src/app/root.ts';

export default defineConfig({
  root: projectPath('src/dashboard'),
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: projectPath('dist/dashboard'),
    emptyOutDir: true,
    target: 'es2022',
    // The page's policy allows no `data:` addresses, and every browser of the target knows preload.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
