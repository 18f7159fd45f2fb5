import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { CheckResult, Finding } from './check.ts'
import { listFiles } from './files.ts'
import { runTool, toolFailure, toolPath } from './run-tool.ts'

const fault = /^\d+ (ERROR|WARNING) "(.+?)" (\d+):\d+ "(.*)"$/
const completed = /^\d+ COMPLETED (\d+) FILES/m

/** The types, markup and accessibility of the page. */
export async function checkSvelte(root: string): Promise<CheckResult> {
  const web = join(root, 'web')
  const expected = listFiles(root, ['web'], /\.svelte$/).length
  const args = ['--workspace', web, '--output', 'machine', '--fail-on-warnings']
  if (existsSync(join(web, 'tsconfig.json'))) args.push('--tsconfig', join(web, 'tsconfig.json'))
  const output = await runTool(toolPath('svelte-check', 'bin/svelte-check'), args, root)
  const findings = output.stdout.split('\n').flatMap((line): Finding[] => {
    const [, kind, file, at, message] = fault.exec(line) ?? []
    return kind && file && message
      ? [{ file: `web/${file}`, line: Number(at), rule: `svelte-${kind.toLowerCase()}`, message }]
      : []
  })
  const broken = output.code !== 0 && findings.length === 0 ? [toolFailure('svelte-check', output)] : []
  const read = Number(completed.exec(output.stdout)?.[1] ?? 0)
  return { name: 'svelte-check', unit: 'files', read, expected, findings: [...findings, ...broken] }
}
