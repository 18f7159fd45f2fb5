import { z } from 'zod'

const Result = z.object({
  success: z.boolean(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(z.object({ status: z.string() })),
    }),
  ),
})

/** How many tests there were, and what the numbers do not say by themselves. */
export type TestCount = {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  readonly notes: readonly string[]
}

/**
 * Counts what vitest reports. What failed outside of a test counts too: a file that could not be loaded, an error that
 * nobody caught, a run that broke off.
 * @param result - the JSON reporter's document, or undefined when it wrote none
 * @param exitCode - how vitest itself ended
 */
export function countTests(result: unknown, exitCode: number): TestCount {
  const parsed = Result.safeParse(result)
  if (!parsed.success) return { passed: 0, failed: 1, skipped: 0, notes: ['Vitest ended without a result.'] }
  const files = parsed.data.testResults
  const statuses = files.flatMap((file) => file.assertionResults.map(({ status }) => status))
  const count = (...wanted: string[]): number => statuses.filter((status) => wanted.includes(status)).length
  const unloadable = files.filter((file) => file.status === 'failed' && !hasFailedTest(file))
  const notes = unloadable.map((file) => `Failed outside of a test: ${file.name}`)
  const failed = count('failed') + unloadable.length
  const passed = count('passed')
  if (failed === 0 && exitCode !== 0) {
    return {
      passed,
      failed: 1,
      skipped: count('skipped', 'pending', 'todo', 'disabled'),
      notes: ['Something failed outside of every test.'],
    }
  }
  return { passed, failed, skipped: count('skipped', 'pending', 'todo', 'disabled'), notes }
}

const hasFailedTest = (file: { assertionResults: readonly { status: string }[] }): boolean =>
  file.assertionResults.some(({ status }) => status === 'failed')

/** The last line of `npm test`, which other programs read. */
export const formatCount = ({ passed, failed, skipped }: TestCount): string =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
