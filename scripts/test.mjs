// `npm test [-- paths and options of vitest]`: every test that can run on this machine, and what could not and why.
// The last line is the count, and the exit code is 0 only when tests ran and none failed.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { ensurePage } from '../bin/page.mjs'
import { countTests, formatCount } from './checks/test-count.ts'

const root = join(import.meta.dirname, '..')
const folder = mkdtempSync(join(tmpdir(), 'hearth-test-'))
const resultFile = join(folder, 'result.json')

sayWhatIsThere(await ensurePage(root))
const code = await runVitest(process.argv.slice(2))
const count = countTests(readResult(), code)
rmSync(folder, { recursive: true, force: true })
for (const note of count.notes) console.log(note)
console.log(formatCount(count))
process.exitCode = count.failed === 0 && count.passed > 0 ? 0 : 1

function sayWhatIsThere(hasPage) {
  const chromium = findChromium()
  console.log(hasPage ? 'Page: built.' : 'Page: not built; tests of the page cannot run.')
  console.log(chromium ? `Browser: ${chromium}.` : 'Browser: no chromium found; browser tests are skipped.')
  console.log(
    process.env.TEST_DATABASE_URL
      ? 'PostgreSQL: TEST_DATABASE_URL is set; the storage suite runs on both databases.'
      : 'PostgreSQL: TEST_DATABASE_URL is not set; its tests are skipped (scripts/with-postgres.mjs sets one up).',
  )
}

function findChromium() {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
  const folders = (process.env.PATH ?? '').split(delimiter)
  return folders.flatMap((path) => names.map((name) => join(path, name))).find(existsSync)
}

function runVitest(args) {
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${resultFile}`]
  const child = spawn(process.execPath, [vitest, 'run', ...reporters, ...args], { cwd: root, stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  process.on('disconnect', () => child.kill('SIGTERM'))
  process.channel?.unref()
  return new Promise((resolve) => child.on('exit', (exitCode) => resolve(exitCode ?? 1)))
}

function readResult() {
  try {
    return JSON.parse(readFileSync(resultFile, 'utf8'))
  } catch {
    // Vitest ended before it could write one.
    return undefined
  }
}
