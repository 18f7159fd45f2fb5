import { expect, test } from 'vitest'
import { findNpm } from './npm.ts'

test('the npm that started Hearth is the one that fetches', () => {
  expect(findNpm('/opt/npm/bin/npm-cli.js')).toEqual([process.execPath, '/opt/npm/bin/npm-cli.js'])
})

test('another client is not taken for npm', () => {
  for (const path of ['/opt/pnpm/bin/pnpm.cjs', '/opt/yarn/bin/yarn.js', undefined]) {
    expect(findNpm(path).join(' ')).not.toMatch(/pnpm|yarn/)
    expect(findNpm(path).join(' ')).toMatch(/npm(-cli\.js|\.cmd)?$/)
  }
})
