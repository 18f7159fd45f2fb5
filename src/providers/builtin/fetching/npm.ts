import { fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { ProblemError } from '../../../core/index.ts'
import { processFile } from '../own-path.ts'

/** A command and the arguments that always come first. */
export type Command = readonly [string, ...string[]]

const always = [
  '--ignore-scripts',
  '--no-audit',
  '--no-fund',
  '--include=optional',
  '--prefer-offline',
  '--update-notifier=false',
  '--loglevel=error',
]

const keptErrorBytes = 4000

/**
 * Finds the user's own npm client, so that its configuration (registry, proxy, certificates) holds here too.
 * @param npmExecPath - npm's own `npm_execpath`, set when Hearth was started by npm; ignored when it is another client
 */
export function findNpm(npmExecPath: string | undefined): Command {
  if (npmExecPath !== undefined && /^npm-cli\.c?js$/.test(basename(npmExecPath))) return [process.execPath, npmExecPath]
  const beside = dirname(process.execPath)
  for (const folder of [beside, join(beside, '..', 'lib')]) {
    const script = join(folder, 'node_modules', 'npm', 'bin', 'npm-cli.js')
    if (existsSync(script)) return [process.execPath, script]
  }
  return [process.platform === 'win32' ? 'npm.cmd' : 'npm']
}

function explain(exitCode: number | null, errors: string): ProblemError {
  if (exitCode === 127) {
    return failed('npm, which fetches it, was not found. Install Node.js together with npm.', errors)
  }
  if (/\bENOSPC\b/.test(errors))
    return new ProblemError('storage-full', { detail: 'The disk became full while fetching.' })
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EIDLETIMEOUT|ERR_SOCKET/.test(errors)) {
    return failed('The npm registry cannot be reached. Check the network and the proxy.', errors)
  }
  if (/\b(E401|E403|ENEEDAUTH)\b/.test(errors)) return failed('The npm registry refuses access.', errors)
  if (/\b(E404|ETARGET|ENOVERSIONS)\b/.test(errors))
    return failed('The npm registry does not have the packages.', errors)
  if (/EINTEGRITY/.test(errors)) return failed('The npm registry sent other bytes than it should.', errors)
  const lines = errors.replaceAll(/https?:\/\/\S+/g, 'the registry').split('\n')
  const line = lines.find((text) => text.trim() !== '' && !/^npm (error|ERR!) code/.test(text))
  return failed(`npm failed: ${line?.replace(/^npm (error|ERR!)\s*/, '').trim() ?? `exit code ${exitCode}`}`, errors)
}

const failed = (what: string, errors: string): ProblemError =>
  new ProblemError('model-download-failed', {
    detail: `${what} Then start the download again, or install Ollama: Hearth finds it by itself.`,
    cause: new Error(errors),
  })

/**
 * Runs npm in a folder until it ends. Aborting kills it with all it started before the promise is rejected with the
 * abort reason; so does the end of this process, whatever ended it.
 * @throws ProblemError `model-download-failed` or `storage-full`, with what to do about it
 */
export const createRunNpm =
  ({ npmCommand }: { npmCommand: Command }) =>
  async (input: { folder: string; cache: string; args: readonly string[] }, signal: AbortSignal): Promise<void> => {
    signal.throwIfAborted()
    const where = ['--prefix', input.folder, '--cache', input.cache]
    const child = fork(
      processFile(import.meta.url, 'leash-worker'),
      [...npmCommand, ...input.args, ...always, ...where],
      {
        cwd: input.folder,
        execArgv: [],
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      },
    )
    let errors = ''
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      errors = (errors + text).slice(0, keptErrorBytes)
    })
    // Disconnecting would end it too, but then this end never sees the streams close.
    const letGo = () => child.connected && child.send('end')
    signal.addEventListener('abort', letGo)
    try {
      const [exitCode] = (await once(child, 'close')) as [number | null]
      signal.throwIfAborted()
      if (exitCode !== 0) throw explain(exitCode, errors)
    } finally {
      signal.removeEventListener('abort', letGo)
    }
  }

export type RunNpm = ReturnType<typeof createRunNpm>
