import type { Command } from 'commander'
import type { Explanation, Inspection } from '../config/index.ts'
import { ProblemError } from '../core/index.ts'

export type ConfigCommandDeps = {
  /** Looks at the configuration as the server would; does not throw for what is wrong in it. */
  readonly load: () => Inspection
  readonly write: (text: string) => void
  readonly writeError: (text: string) => void
  /** Sets the exit code of the process. */
  readonly exitWith: (code: number) => void
}

const shown = (text: string) => (text === '' ? '(not set)' : text)

const line = (label: string, text: string | undefined) =>
  text === undefined || text === '' ? [] : [`  ${label.padEnd(12)}${text}`]

const namesOf = ({ env, yaml, flag, key }: Explanation) =>
  [...env, ...yaml.filter((path) => path !== key), ...(flag ? [flag] : [])].join(', ')

/** Words all there is to say about a setting. */
function formatExplanation(explanation: Explanation): string {
  const { key, value, written, source, overrides, unit, about, expects, errors } = explanation
  const measured = value !== '' && unit !== undefined ? `${value} ${unit}` : shown(value)
  return [
    `${key} = ${measured}`,
    ...line('from', source),
    ...line('written', written === value ? undefined : written),
    ...overrides.flatMap((origin) => line('overrides', `${shown(origin.value)} from ${origin.source}`)),
    ...line('default', shown(explanation.default ?? '')),
    ...line('unit', unit),
    ...line('meaning', about),
    ...line('expects', expects),
    ...line('names', namesOf(explanation)),
    ...errors.flatMap((error) => line('wrong', error)),
    '',
  ].join('\n')
}

function formatList(settings: readonly Explanation[]): string {
  const width = Math.max(...settings.map(({ key }) => key.length))
  const rows = settings.map(({ key, value, source, errors }) => {
    const state = errors.length > 0 ? 'WRONG, see `hearth config check`' : shown(value.replace(/\s+/g, ' '))
    return `${key.padEnd(width)}  ${state}${source === 'default' ? '' : `  (${source})`}\n`
  })
  return rows.join('')
}

function check({ errors }: Inspection, { write, writeError, exitWith }: ConfigCommandDeps): void {
  if (errors.length === 0) write('Every setting is in order.\n')
  else {
    writeError(errors.map(({ message }) => `${message}\n`).join(''))
    exitWith(1)
  }
}

function explain(name: string, deps: ConfigCommandDeps): void {
  try {
    deps.write(formatExplanation(deps.load().explain(name)))
  } catch (error) {
    if (!(error instanceof ProblemError) || error.code !== 'not-found') throw error
    deps.writeError(`${error.detail}\n`)
    deps.exitWith(1)
  }
}

/** Adds `config explain`, `config list` and `config check` to a program. */
export function addConfigCommand(program: Command, deps: ConfigCommandDeps): void {
  const config = program.command('config').description('Show the settings, where they come from and what is wrong')
  config
    .command('explain')
    .argument('<setting>', 'dotted key, name in the environment, or any other name of it')
    .description('Tell the value of one setting, who gave it, what it overrides and what it means')
    .action((name: string) => explain(name, deps))
  config
    .command('list')
    .description('List every setting with its value; secrets are hidden')
    .action(() => deps.write(formatList(deps.load().listSettings())))
  config
    .command('check')
    .description('Tell everything that is wrong; exits with 1 when something is')
    .action(() => check(deps.load(), deps))
}
