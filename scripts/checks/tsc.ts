import type { CheckResult, Finding } from './check.ts'
import { listFiles } from './files.ts'
import { runTool, toolFailure, toolPath } from './run-tool.ts'

const error = /^(.+?)\((\d+),\d+\): error (TS\d+): (.*)$/

/** The types of everything that runs on the server, its tests and its scripts. */
export async function checkTypes(root: string): Promise<CheckResult> {
  const expected = listFiles(root, ['src', 'test', 'scripts', 'bench', 'evals'], /\.ts$/)
  const output = await runTool(
    toolPath('typescript', 'bin/tsc'),
    ['-p', root, '--listFiles', '--pretty', 'false'],
    root,
  )
  const lines = output.stdout.split('\n')
  const findings = lines.flatMap((line): Finding[] => {
    const [, file, at, rule, message] = error.exec(line) ?? []
    return file && rule && message ? [{ file, line: Number(at), rule, message }] : []
  })
  const read = new Set(lines)
  const seen = expected.filter((file) => read.has(`${root}/${file}`)).length
  const broken = output.code !== 0 && findings.length === 0 ? [toolFailure('tsc', output)] : []
  return { name: 'tsc', unit: 'modules', read: seen, expected: expected.length, findings: [...findings, ...broken] }
}
