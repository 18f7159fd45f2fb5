import { execFile } from 'node:child_process'
import { readdir, readFile, readlink } from 'node:fs/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)
const listening = '0A'

/** Inodes of the sockets that listen on the port. @see https://www.kernel.org/doc/html/latest/networking/proc_net_tcp.html */
async function listeningInodes(port: number): Promise<ReadonlySet<string>> {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0')
  const tables = await Promise.all(
    ['/proc/net/tcp', '/proc/net/tcp6'].map((path) => readFile(path, 'utf8').catch(() => '')),
  )
  const rows = tables.flatMap((table) => table.split('\n').slice(1)).map((row) => row.trim().split(/\s+/))
  const mine = rows.filter(([, local, , state]) => state === listening && local?.endsWith(`:${wanted}`))
  return new Set(mine.map((row) => `socket:[${row[9]}]`))
}

async function holds(pid: string, sockets: ReadonlySet<string>): Promise<boolean> {
  const folder = `/proc/${pid}/fd`
  const names = await readdir(folder).catch(() => [])
  const links = await Promise.all(names.map((name) => readlink(`${folder}/${name}`).catch(() => '')))
  return links.some((link) => sockets.has(link))
}

async function findInProc(port: number): Promise<string | undefined> {
  const sockets = await listeningInodes(port)
  if (sockets.size === 0) return undefined
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  for (const pid of pids) {
    if (!(await holds(pid, sockets))) continue
    const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    return `process ${pid} (${commandLine.split('\0').join(' ').trim().slice(0, 200)})`
  }
  return undefined
}

async function findWithLsof(port: number): Promise<string | undefined> {
  const { stdout } = await run('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc'], { timeout: 3_000 })
  const pid = /^p(\d+)/m.exec(stdout)?.[1]
  return pid && `process ${pid} (${/^c(.+)/m.exec(stdout)?.[1] ?? 'unknown'})`
}

/** Names the process that listens on a TCP port of this machine, where the system lets us see it. */
export async function findPortOwner(port: number): Promise<string | undefined> {
  const find = process.platform === 'linux' ? findInProc : findWithLsof
  return find(port).catch(() => undefined)
}
