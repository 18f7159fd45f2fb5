/** One fault: where it is, which rule it breaks, and what is wrong. `file` is relative to the root. */
export type Finding = {
  readonly file: string
  readonly line?: number | undefined
  readonly rule: string
  readonly message: string
}

/**
 * What one check has to say. `expected` is counted on the file system by us, `read` is what the tool says it has read:
 * a check that read less than there is has not checked anything, and fails.
 */
export type CheckResult = {
  readonly name: string
  readonly unit: string
  readonly read: number
  readonly expected: number
  readonly findings: readonly Finding[]
  readonly notes?: readonly string[]
}

/** A check looks at the tree under `root` and nowhere else, so that it can be tried on a tree with planted faults. */
export type Check = (root: string) => Promise<CheckResult> | CheckResult

/** Whether the tree passes: nothing found, and everything read. */
export const passes = (result: CheckResult): boolean =>
  result.findings.length === 0 && result.expected > 0 && result.read >= result.expected

/** One line that says how the check went, then one line for each fault. */
export function describe(result: CheckResult): string {
  const { name, read, expected, unit, findings } = result
  const blind = expected === 0 || read < expected
  const count = `read ${read} ${unit}${blind ? `, but ${Math.max(expected, 1)} or more are there to be read` : ''}`
  const head = `${passes(result) ? 'ok  ' : 'FAIL'}  ${name}: ${count}, ${findings.length} found`
  const notes = (result.notes ?? []).map((note) => `      ${note}`)
  return [head, ...notes, ...findings.map(formatFinding)].join('\n')
}

const formatFinding = ({ file, line, rule, message }: Finding): string =>
  `      ${file}${line === undefined ? '' : `:${line}`}  ${rule}  ${message}`
