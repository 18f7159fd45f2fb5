// Fills build/ with what the package ships: the server as plain JavaScript, because Node strips no types under
// node_modules; the page; and the files of /docs and /redoc. npm runs it before it packs.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const built = join(root, 'build', 'src')

function run(script, ...args) {
  const { status } = spawnSync(process.execPath, [join(root, script), ...args], { cwd: root, stdio: 'inherit' })
  if (status !== 0) throw new Error(`${script} ended with ${status}`)
}

const isShipped = (path) => !/\.ts$|\/README\.md$|\/__fixtures__(\/|$)/.test(path)

rmSync(built, { recursive: true, force: true })
run('node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json')
// What the server reads beside its modules; only the folders that hold such files are made.
for (const entry of readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })) {
  const source = join(entry.parentPath, entry.name)
  if (entry.isFile() && isShipped(source)) cpSync(source, join(built, source.slice(join(root, 'src').length)))
}
run('scripts/build-page.mjs')
run('scripts/copy-docs-assets.mjs')

for (const file of ['build/src/main.js', 'build/page/index.html', 'build/docs/redoc.standalone.js']) {
  if (!existsSync(join(root, file))) throw new Error(`${file} was not built`)
}
