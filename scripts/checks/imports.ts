import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { CheckResult, Finding } from './check.ts'
import { codeFolders, listFiles } from './files.ts'
import { runTool, toolFailure, toolPath } from './run-tool.ts'

const Cruise = z.object({
  modules: z.array(z.object({ source: z.string(), dependencies: z.array(z.unknown()) })),
  summary: z.object({
    violations: z.array(z.object({ from: z.string(), to: z.string(), rule: z.object({ name: z.string() }) })),
  }),
})

const importsAFile = /^(?:import|export) .* from '\.{1,2}\//m

/**
 * The floors and the doors, as dependency-cruiser sees them. A module that imports and of which no import was seen has
 * not been parsed: that is what happens with a TypeScript the tool does not know, and it fails.
 */
export async function checkImports(root: string): Promise<CheckResult> {
  const files = listFiles(root, codeFolders, /\.(ts|mjs|svelte)$/)
  const folders = codeFolders.filter((folder) => existsSync(join(root, folder)))
  const args = ['--config', join(root, '.dependency-cruiser.mjs'), '--output-type', 'json', ...folders]
  const output = await runTool(toolPath('dependency-cruiser', 'bin/dependency-cruiser.mjs'), args, root)
  const result = { name: 'dependency-cruiser', unit: 'modules', expected: files.length }
  if (!output.stdout.startsWith('{')) return { ...result, read: 0, findings: [toolFailure('depcruise', output)] }
  const { modules, summary } = Cruise.parse(JSON.parse(output.stdout))
  const dependencies = new Map(modules.map((module) => [module.source, module.dependencies.length]))
  const unparsed = files.filter(
    (file) => dependencies.get(file) === 0 && importsAFile.test(readFileSync(join(root, file), 'utf8')),
  )
  const read = files.filter((file) => dependencies.has(file)).length - unparsed.length
  return { ...result, read, findings: [...summary.violations.map(findingOf), ...unparsed.map(unparsedFinding)] }
}

const findingOf = (violation: { from: string; to: string; rule: { name: string } }): Finding => ({
  file: violation.from,
  rule: violation.rule.name,
  message: `→ ${violation.to}`,
})

const unparsedFinding = (file: string): Finding => ({
  file,
  rule: 'unparsed-module',
  message: 'it imports other files, but no import of it was seen',
})
