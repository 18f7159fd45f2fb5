/**
 * Runs one command and ends it, with all it started, when the server says so or the channel to it closes: also when the
 * server was killed and could say nothing. Started with `fork`; the command and its arguments are those of this process.
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

// This process goes when its child has gone, so that whoever waits for it knows that both have.
function endAll(): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  if (onWindows) spawnSync('taskkill', ['/pid', String(child.pid), '/T', '/F'])
  else process.kill(-child.pid, 'SIGKILL')
}

// A signal from the terminal goes to every process of its group; the server decides when this one ends.
process.on('SIGINT', () => undefined)
process.on('SIGTERM', () => undefined)
process.on('message', endAll)
process.on('disconnect', endAll)
if (!process.connected) endAll()
child.on('error', (error) => {
  process.stderr.write(`${error.message}\n`)
  process.exit(127)
})
child.on('exit', (code) => process.exit(code ?? 1))
