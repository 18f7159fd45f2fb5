import { existsSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { z } from 'zod'
import type { CheckResult, Finding } from './check.ts'
import { codeFolders, listFiles } from './files.ts'
import { runTool, toolFailure, toolPath } from './run-tool.ts'

const Report = z.object({
  cwd: z.string(),
  read: z.number(),
  findings: z.array(
    z.object({ type: z.string(), filePath: z.string(), symbol: z.string(), line: z.number().optional() }),
  ),
})

const reporter = `${import.meta.dirname}/knip-reporter.mjs`

/** Files, exports and dependencies that nothing uses, and imports of packages that are not declared. */
export async function checkDeadCode(root: string): Promise<CheckResult> {
  const expected = listFiles(root, codeFolders, /\.(ts|mjs|svelte)$/).filter((file) => !file.includes('/__fixtures__/'))
  const args = ['--directory', root, '--no-progress', '--no-config-hints', '--reporter', reporter]
  const output = await runTool(toolPath('knip', 'bin/knip.js'), args, root)
  const result = { name: 'knip', unit: 'modules', expected: expected.length }
  if (!output.stdout.startsWith('{')) return { ...result, read: 0, findings: [toolFailure('knip', output)] }
  const report = Report.parse(JSON.parse(output.stdout))
  const dead = report.findings.filter(({ type, filePath, symbol }) => type !== 'types' || !isPublic(filePath, symbol))
  const findings = dead.map(
    ({ type, filePath, symbol, line }): Finding => ({
      file: relative(report.cwd, filePath) || filePath,
      line,
      rule: `knip-${type}`,
      message: type === 'files' ? 'nothing imports this file' : symbol,
    }),
  )
  return { ...result, read: report.read, findings }
}

/**
 * Whether the door of the room exports this type. A door's types are part of what its functions say, also while nobody
 * needs to name them.
 */
function isPublic(filePath: string, type: string): boolean {
  const room = /^.*?\/src\/[^/]+(?=\/)/.exec(filePath)?.[0]
  const door = room === undefined ? '' : join(room, 'index.ts')
  return existsSync(door) && new RegExp(`\\b${type}\\b`).test(readFileSync(door, 'utf8'))
}
