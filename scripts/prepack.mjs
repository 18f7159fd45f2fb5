// Fills build/ with what the package ships: the bundled server, the page, and the files of /docs and /redoc. npm runs it
// before it packs.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')

for (const script of ['build-server', 'build-page', 'copy-docs-assets']) {
  const { status } = spawnSync(process.execPath, [join(root, 'scripts', `${script}.mjs`)], {
    cwd: root,
    stdio: 'inherit',
  })
  if (status !== 0) throw new Error(`scripts/${script}.mjs ended with ${status}`)
}
for (const file of ['server/main.mjs', 'page/index.html', 'docs/redoc.standalone.js']) {
  if (!existsSync(join(root, 'build', file))) throw new Error(`build/${file} was not built`)
}
