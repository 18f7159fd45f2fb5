// `npm run check`: everything that can be said of the code without running it. Ends with 1 when a check fails.
import { join } from 'node:path'
import { checksFor } from './checks/all.ts'
import { describe, passes } from './checks/check.ts'

const root = join(import.meta.dirname, '..')
const waiting = [...checksFor(root)]
const failed = []
let passed = 0

/** Takes one check after the other; a check that throws has failed. */
async function worker() {
  for (let check = waiting.shift(); check; check = waiting.shift()) {
    try {
      const result = await check(root)
      console.log(describe(result))
      if (passes(result)) passed += 1
      else failed.push(result.name)
    } catch (error) {
      console.log(`FAIL  ${check.name}: it broke: ${error.stack}`)
      failed.push(check.name)
    }
  }
}

process.on('disconnect', () => process.exit(1))
process.channel?.unref()
await Promise.all([worker(), worker()])
console.log(`${passed} checks passed, ${failed.length} failed${failed.length > 0 ? `: ${failed.join(', ')}` : ''}`)
process.exitCode = failed.length > 0 ? 1 : 0
