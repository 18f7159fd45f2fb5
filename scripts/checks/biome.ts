import { z } from 'zod'
import type { CheckResult, Finding } from './check.ts'
import { codeFolders, isExempt, listFiles } from './files.ts'
import { runTool, toolFailure, toolPath } from './run-tool.ts'

const Report = z.object({
  summary: z.object({ changed: z.number(), unchanged: z.number() }),
  diagnostics: z.array(
    z.object({
      category: z.string(),
      severity: z.string(),
      message: z.string(),
      location: z.object({ path: z.string(), start: z.object({ line: z.number() }).optional() }).nullish(),
    }),
  ),
})

/** Format, lint rules and sizes; a warning counts like an error, a hint does not. */
export async function checkBiome(root: string): Promise<CheckResult> {
  const expected = listFiles(root, codeFolders, /\.(ts|mjs|svelte|css)$/).filter((file) => !isExempt(file))
  const args = ['check', '--reporter=json', '--max-diagnostics=none', '--diagnostic-level=warn', '--error-on-warnings']
  const output = await runTool(toolPath('@biomejs/biome', 'bin/biome'), args, root)
  const report = parseReport(output.stdout)
  if (!report) return { name: 'biome', unit: 'files', read: 0, expected: 1, findings: [toolFailure('biome', output)] }
  const findings = report.diagnostics.map(
    ({ category, message, location }): Finding => ({
      file: location?.path ?? '.',
      line: location?.start?.line,
      rule: category.split('/').at(-1) ?? category,
      message,
    }),
  )
  const broken = output.code !== 0 && findings.length === 0 ? [toolFailure('biome', output)] : []
  const read = report.summary.changed + report.summary.unchanged
  return { name: 'biome', unit: 'files', read, expected: expected.length, findings: [...findings, ...broken] }
}

function parseReport(stdout: string): z.output<typeof Report> | undefined {
  try {
    return Report.parse(JSON.parse(stdout))
  } catch {
    // The caller tells what the tool wrote instead of a report.
    return undefined
  }
}
