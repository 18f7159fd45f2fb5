import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig, type Plugin } from 'vite'

/**
 * Scripts find each other by relative address, so the page may live under any folder; only index.html, which is served
 * for every address of the page, needs the full one. The server replaces `/app/` there when it has a BASE_PATH.
 */
const absoluteIndex: Plugin = {
  name: 'absolute-index',
  apply: 'build',
  transformIndexHtml: { order: 'post', handler: (html) => html.replaceAll('"./', '"/app/') },
}

export default defineConfig(({ command }) => ({
  root: import.meta.dirname,
  base: command === 'build' ? './' : '/app/',
  plugins: [svelte({ compilerOptions: { runes: true } }), absoluteIndex],
  build: {
    outDir: '../build/page',
    emptyOutDir: true,
    target: 'es2022',
    // A `data:` address would need a hole in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: { host: '127.0.0.1', proxy: { '/api': process.env.HEARTH_URL ?? 'http://127.0.0.1:8000' } },
}))
