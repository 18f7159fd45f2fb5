// A server in small, to be killed: starts the built-in model of the place given as JSON, asks it, tells what it says.
import { silentLog, systemClock } from '../../../core/index.ts'
import { createBuiltin } from '../index.ts'

const { question, ...deps } = JSON.parse(process.argv[2])
const builtin = createBuiltin({ ...deps, log: silentLog, clock: systemClock }, { mode: 'auto' })
await builtin.start()
const request = { model: 'small', messages: [{ role: 'user', text: question }], contextTokens: 256 }
for await (const event of builtin.provider.generate(request, new AbortController().signal)) {
  if (event.type === 'text-delta') process.stdout.write(event.text)
}
