// Which ids of docs/requirements.md a test names in its title. Prints each with its state and ends with 1 when the page
// says otherwise; `--write` mends the page. Run: node scripts/checks/requirements-state.mjs [--write]
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')
const page = join(root, 'docs/requirements.md')
const idPattern = /\b(?:(?:ASTRA|AURO|LUMIA|LLAMA|ORBIT|C)-\d+|complaint \d+)\b/g
const rowPattern = /^(\| (?:(?:ASTRA|AURO|LUMIA|LLAMA|ORBIT|C)-\d+|complaint \d+) \|.*\|) (?:built|open) \|$/
/** How many ids of each kind there are; a page that lacks one has lost a requirement. */
const counts = { ASTRA: 34, AURO: 49, LUMIA: 47, LLAMA: 40, ORBIT: 29, C: 26, complaint: 45 }

const listTests = (folder) =>
  existsSync(join(root, folder))
    ? readdirSync(join(root, folder), { recursive: true })
        .map((path) => join(folder, path))
        .filter((path) => path.endsWith('.test.ts') && !path.includes('node_modules'))
    : []

/** The ids in the texts of one test file: titles and rows of titles, but no comments and no test that does not run. */
function idsIn(path) {
  const lines = readFileSync(join(root, path), 'utf8').split('\n')
  return lines
    .filter((line) => !/^\s*(?:\/\/|\/?\*)|\.(?:skip|todo)\(/.test(line))
    .flatMap((line) => line.match(/(['"`])(?:\\.|(?!\1).)*\1/g) ?? [])
    .flatMap((text) => text.match(idPattern) ?? [])
}

const files = ['src', 'test', 'scripts', 'web/src'].flatMap(listTests)
const named = new Map()
for (const path of files) {
  for (const id of idsIn(path)) named.set(id, new Set(named.get(id)).add(path))
}

const stale = []
const seen = new Set()
const text = readFileSync(page, 'utf8')
  .split('\n')
  .map((line) => {
    const [, row] = rowPattern.exec(line) ?? []
    if (row === undefined) return line
    const id = row.slice(2, row.indexOf(' |'))
    seen.add(id)
    const state = named.has(id) ? 'built' : 'open'
    console.log(`${id.padEnd(12)} ${state.padEnd(5)} ${[...(named.get(id) ?? [])].join(' ')}`.trimEnd())
    const mended = `${row} ${state} |`
    if (mended !== line) stale.push(id)
    return mended
  })
  .join('\n')

const expected = Object.entries(counts).flatMap(([kind, count]) =>
  Array.from({ length: count }, (_, index) => `${kind}${kind === 'complaint' ? ' ' : '-'}${index + 1}`),
)
const missing = expected.filter((id) => !seen.has(id))
const unknown = [...named.keys()].filter((id) => !seen.has(id))
const write = process.argv.includes('--write')
if (write) writeFileSync(page, text)

const built = [...seen].filter((id) => named.has(id)).length
console.log(`${files.length} test files name ${built} of ${seen.size} ids`)
if (stale.length > 0) console.log(`${write ? 'Mended' : 'The page is wrong about'}: ${stale.join(', ')}`)
if (missing.length > 0) console.log(`The page lacks: ${missing.join(', ')}`)
if (unknown.length > 0) console.log(`Named by a test, not on the page: ${unknown.join(', ')}`)
const isWrong = files.length === 0 || missing.length > 0 || unknown.length > 0 || (stale.length > 0 && !write)
process.exitCode = isWrong ? 1 : 0
