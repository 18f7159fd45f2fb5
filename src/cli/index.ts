import { Command, CommanderError } from 'commander'
import { databaseUrlOf, inspectConfig, loadConfig } from '../config/index.ts'
import { ProblemError } from '../core/index.ts'
import { addConfigCommand } from './config-command.ts'
import { addSettingFlags, settingFlags } from './flags.ts'
import { version } from './paths.ts'
import { promptTerminal, readStandardInput } from './prompt.ts'

const write = (text: string) => {
  process.stdout.write(text)
}
const writeError = (text: string) => {
  process.stderr.write(text)
}

type Given = Readonly<Record<string, unknown>>

/**
 * Runs one command of `hearth`. What a command needs is loaded when it runs: `--help` need not wait for the server's
 * modules.
 * @returns the exit code: 0 when it did what was asked, 1 when not, 2 on wrong usage
 */
export async function runCli(args: readonly string[]): Promise<number> {
  let code = 0
  const exitWith = (given: number) => {
    code = given
  }
  const program = new Command('hearth').description('The private AI server for your own machine').version(version)
  program.exitOverride().showHelpAfterError()
  addServe(program, exitWith)
  addAsk(program, exitWith)
  addAdmin(program)
  addConfigCommand(program, { load: () => inspectConfig({}), write, writeError, exitWith })
  try {
    await program.parseAsync(args, { from: 'user' })
    return code
  } catch (error) {
    return tell(error)
  }
}

function addServe(program: Command, exitWith: (code: number) => void): void {
  const command = program.command('serve').description('Start the server')
  addSettingFlags(command)
    .option('--dev', 'answer by a scripted model, so that no provider is needed')
    .action(async (given: Given) => {
      const { serve } = await import('./serve.ts')
      const terminal = { write, isTerminal: process.stdout.isTTY === true }
      exitWith(await serve({ flags: settingFlags(given), dev: given.dev === true }, terminal))
    })
}

function addAsk(program: Command, exitWith: (code: number) => void): void {
  program
    .command('ask')
    .argument('<question...>', 'what to ask')
    .option('--url <url>', 'where Hearth listens; by default where the settings say')
    .option('--model <model>', 'the model to ask')
    .description('Ask a running Hearth and write the answer while it comes')
    .action(async (words: string[], given: { url?: string; model?: string }) => {
      const { ask } = await import('./ask.ts')
      const url = given.url?.replace(/\/$/, '') ?? ownUrl()
      const question = words.join(' ')
      exitWith(await ask({ question, url, model: given.model }, { write, writeError, prompt: promptTerminal }))
    })
}

function ownUrl(): string {
  const { server } = loadConfig().config
  const host = ['0.0.0.0', '::'].includes(server.host) ? '127.0.0.1' : server.host
  return `http://${host.includes(':') ? `[${host}]` : host}:${server.port}${server.basePath}`
}

function addAdmin(program: Command): void {
  const admin = program.command('admin').description('Who may sign in')
  const command = admin
    .command('create')
    .description("Set the owner's name and password; where there is an owner, add an administrator")
    .requiredOption('--name <name>', 'name to sign in with')
    .option('--password-stdin', 'read the password from standard input')
  addSettingFlags(command).action(async (given: Given) => {
    const { createAdmin } = await import('./admin-create.ts')
    const { config } = loadConfig({ flags: settingFlags(given) })
    const password = given.passwordStdin
      ? await readStandardInput()
      : await promptTerminal('Password: ', { hidden: true })
    write(`${await createAdmin({ name: String(given.name), password }, config, databaseUrlOf(config))}\n`)
  })
}

/** Says what went wrong in the words of a person; a bug shows where it is. */
function tell(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  if (!(error instanceof ProblemError)) throw error
  writeError(`${error.detail ?? error.message}\n`)
  return 1
}
