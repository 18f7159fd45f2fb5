/**
 * Runs one command and ends it, with all it started, as soon as the channel to the server closes: also when the server
 * was killed and could not say so. Started with `fork`; the command and its arguments are those of this process.
 */
import { spawn, spawnSync } from 'node:child_process'

const onWindows = process.platform === 'win32'
const [command = '', ...args] = process.argv.slice(2)
// Windows starts a .cmd file only through its shell, which takes arguments apart at blanks.
const viaShell = onWindows && command.endsWith('.cmd')
const child = spawn(command, viaShell ? args.map((arg) => `"${arg}"`) : args, {
  stdio: ['ignore', 'ignore', 'inherit'],
  shell: viaShell,
  detached: !onWindows,
  windowsHide: true,
})

function endAll(): void {
  if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
    if (onWindows) spawnSync('taskkill', ['/pid', String(child.pid), '/T', '/F'])
    else process.kill(-child.pid, 'SIGKILL')
  }
  process.exit(1)
}

// A signal from the terminal goes to every process of its group; the server decides when this one ends.
process.on('SIGINT', () => undefined)
process.on('SIGTERM', () => undefined)
process.on('disconnect', endAll)
if (!process.connected) endAll()
child.on('error', (error) => {
  process.stderr.write(`${error.message}\n`)
  process.exit(127)
})
child.on('exit', (code) => process.exit(code ?? 1))
