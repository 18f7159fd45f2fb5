import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export type ScriptEnd = {
  readonly output: string
  readonly errors: string
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** Runs a command to its end. */
export function runCommand(command: string, args: readonly string[]): Promise<ScriptEnd> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    const parts = { output: '', errors: '' }
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      parts.output += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      parts.errors += text
    })
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ ...parts, code, signal }))
  })
}

export const scriptPath = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

/** Runs one of the scripts of this folder in a process of its own, on the Node that runs the tests. */
export const runScript = (name: string, args: readonly string[]): Promise<ScriptEnd> =>
  runCommand(process.execPath, [scriptPath(name), ...args])
