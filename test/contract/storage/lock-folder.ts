// Locks the folder named by its first argument and says so; with `kill` it dies at once without letting go.
import { writeSync } from 'node:fs'
import { lockFolder } from '../../../src/storage/index.ts'

const [folder = '', end] = process.argv.slice(2)
try {
  lockFolder(folder)
  writeSync(1, 'locked\n')
  if (end === 'kill') process.kill(process.pid, 'SIGKILL')
} catch (error) {
  writeSync(1, `${error instanceof Error ? error.message : String(error)}\n`)
}
