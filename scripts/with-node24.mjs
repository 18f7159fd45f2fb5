// Runs a script of this repository on Node 24, whichever Node npm was started with.
import { runOnNode24 } from '../bin/node24.mjs'

process.exitCode = await runOnNode24(process.argv.slice(2))
