import { describe, expect, it } from 'vitest'
import { countTests, formatCount } from './test-count.ts'

const file = (status: string, ...statuses: string[]) => ({
  name: 'a.test.ts',
  status,
  assertionResults: statuses.map((one) => ({ status: one })),
})

const resultOf = (...testResults: ReturnType<typeof file>[]) => ({ success: true, testResults })

describe('the count of the tests', () => {
  it('names skipped tests only when there are some', () => {
    expect(formatCount(countTests(resultOf(file('passed', 'passed', 'passed')), 0))).toBe('2 passed, 0 failed')
    const some = resultOf(file('failed', 'passed', 'failed', 'skipped', 'todo', 'pending'))
    expect(formatCount(countTests(some, 1))).toBe('1 passed, 1 failed, 3 skipped')
  })

  it('counts a file that could not be loaded as failed', () => {
    expect(countTests(resultOf(file('passed', 'passed'), file('failed')), 1)).toMatchObject({ passed: 1, failed: 1 })
  })

  it('counts an error outside of every test as failed', () => {
    expect(countTests(resultOf(file('passed', 'passed')), 1)).toMatchObject({ passed: 1, failed: 1 })
  })

  it('counts a run without a result as failed', () => {
    expect(countTests(undefined, 0)).toMatchObject({ passed: 0, failed: 1 })
  })
})
