import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CheckResult, Finding } from './check.ts'
import { codeFolders, isExempt, listFiles } from './files.ts'

const limits = { code: 400, test: 600, readme: 150, lookHardAt: 250, filesInARoom: 20 } as const

/** How long files are: the limits of code, tests and the README, and the median, which is to be low. */
export function checkSizes(root: string): CheckResult {
  const files = listFiles(root, codeFolders, /\.(ts|mjs|svelte|css)$/).filter((file) => !isExempt(file))
  const sizes = files.map((file) => ({ file, lines: countLines(join(root, file)) }))
  const tooLong = sizes.flatMap(({ file, lines }) => {
    const limit = /\.test\.ts$|^test\//.test(file) ? limits.test : limits.code
    return lines > limit ? [longFile(file, lines, limit)] : []
  })
  const server = sizes.filter(({ file }) => file.startsWith('src/') && !file.endsWith('.test.ts'))
  return {
    name: 'sizes',
    unit: 'files',
    read: sizes.length,
    expected: files.length,
    findings: [...tooLong, ...readme(root)],
    notes: [
      `median of src/: ${median(server.map(({ lines }) => lines))} lines in ${server.length} files (to be at most 80)`,
      ...sizes.filter(({ lines, file }) => lines > limits.lookHardAt && !/\.test\.ts$/.test(file)).map(lookHard),
      ...fullRooms(server.map(({ file }) => file)),
    ],
  }
}

const countLines = (path: string): number => readFileSync(path, 'utf8').trimEnd().split('\n').length

const longFile = (file: string, lines: number, limit: number): Finding => ({
  file,
  rule: 'long-file',
  message: `${lines} lines; it stops at ${limit}`,
})

const lookHard = ({ file, lines }: { file: string; lines: number }): string => `look hard at ${file}: ${lines} lines`

function readme(root: string): Finding[] {
  const path = join(root, 'README.md')
  if (!existsSync(path)) return [{ file: 'README.md', rule: 'no-readme', message: 'a stranger starts there' }]
  const lines = countLines(path)
  return lines > limits.readme ? [longFile('README.md', lines, limits.readme)] : []
}

function fullRooms(files: readonly string[]): string[] {
  const counts = new Map<string, number>()
  for (const file of files) {
    const folder = file.slice(0, file.lastIndexOf('/'))
    counts.set(folder, (counts.get(folder) ?? 0) + 1)
  }
  return [...counts]
    .filter(([, count]) => count > limits.filesInARoom)
    .map(([folder, count]) => `${folder} has ${count} files; past ${limits.filesInARoom} a room becomes two`)
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}
