import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const read = (name: string) => readFileSync(join(import.meta.dirname, '..', name), 'utf8')

describe('the licence', () => {
  it('C-23, ORBIT-28, ASTRA-34: is Apache-2.0, and the notice names the five systems it serves the clients of', () => {
    expect(read('LICENSE')).toMatch(/Apache License\s+Version 2\.0, January 2004/)
    expect(JSON.parse(read('package.json')).license).toBe('Apache-2.0')
    const notice = read('NOTICE')
    for (const name of ['ASTRA-X-Aggregator', 'Auro-PAI', 'Lumia', 'llama-service', 'ORBIT']) {
      expect(notice).toContain(name)
    }
  })
})
