import { spawn } from 'node:child_process'
import { join } from 'node:path'

/** What a tool wrote, and how it ended. */
export type ToolOutput = { readonly stdout: string; readonly stderr: string; readonly code: number | null }

/** Runs the program `bin` of an installed package on this Node, with `cwd` as its folder. */
export function runTool(bin: string, args: readonly string[], cwd: string): Promise<ToolOutput> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bin, ...args], {
      cwd,
      env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const stdout: Buffer[] = []
    const stderr: Buffer[] = []
    child.stdout.on('data', (bytes: Buffer) => stdout.push(bytes))
    child.stderr.on('data', (bytes: Buffer) => stderr.push(bytes))
    child.on('error', reject)
    child.on('close', (code) => {
      resolve({ stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString(), code })
    })
  })
}

/** The file of a package's program; `path` is relative to the package's folder. */
export const toolPath = (packageName: string, path: string): string =>
  join(import.meta.dirname, '..', '..', 'node_modules', packageName, path)

/** The finding for a tool that broke instead of checking. */
export const toolFailure = (tool: string, output: ToolOutput) => ({
  file: '.',
  rule: `${tool}-failed`,
  message: `ended with code ${output.code}: ${`${output.stderr}\n${output.stdout}`.trim().slice(0, 2000)}`,
})
