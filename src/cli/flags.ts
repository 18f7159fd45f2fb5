import type { Command } from 'commander'
import type { ConfigSources } from '../config/index.ts'

type Flags = NonNullable<ConfigSources['flags']>

const options = [
  ['server.host', '--host <address>', 'address to listen on'],
  ['server.port', '--port <port>', 'port to listen on'],
  ['data.folder', '--data <folder>', 'data folder'],
  ['data.configFile', '--config <file>', 'the hearth.yaml to read'],
  ['models.default', '--model <model>', 'model that answers when none is chosen'],
  ['log.level', '--log-level <level>', 'debug, info, warn or error'],
] as const

/** Gives a command the options that stand for settings. */
export function addSettingFlags(command: Command): Command {
  for (const [, flag, about] of options) command.option(flag, about)
  return command
}

const nameOf = (flag: string): string =>
  flag
    .slice(2)
    .split(' ', 1)[0]
    ?.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase()) ?? ''

/** The settings that were given on the command line, by key, as typed. */
export const settingFlags = (given: Readonly<Record<string, unknown>>): Flags =>
  Object.fromEntries(
    options.flatMap(([key, flag]) => {
      const value = given[nameOf(flag)]
      return typeof value === 'string' ? [[key, value]] : []
    }),
  )
