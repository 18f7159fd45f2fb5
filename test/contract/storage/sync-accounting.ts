import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'

/** Strings of up to this length are in the trace whole: a page of the database is 4096 bytes. */
export const straceArguments: readonly string[] = [
  ...['-f', '-qq', '-y', '-xx', '-s', '5000', '--seccomp-bpf'],
  ...['-e', 'trace=pwrite64,write,fdatasync,fsync'],
]

export type SyncAccount = {
  /** Rows whose commit is in the trace, rows that were acknowledged, and completed syncs of the log. */
  readonly committed: number
  readonly acknowledged: number
  readonly syncs: number
  /** Times the log was begun anew. */
  readonly rounds: number
  /** Acknowledged before a sync that began after their commit had ended well. */
  readonly tooEarly: readonly string[]
}

const FRAME_HEADER_BYTES = 24
const LOG_HEADER_BYTES = 32
const call = /^(?<thread>\d+) +(?<name>\w+)\((?<fd>\d+)<(?<path>[^>]*)>(?:, "(?<bytes>[^"]*)")?(?<rest>.*)$/
const resumed = /^(?<thread>\d+) +<\.\.\. (?<name>\w+) resumed>.*= (?<result>-?\d+)/
const decode = (hex: string) => Buffer.from(hex.replaceAll('\\x', ''), 'hex')

/**
 * Reads the trace of a `ledger-writer.ts` and holds each acknowledgement against the syncs: the row's page and the
 * frame that commits it must have been written before a sync of the log began, and that sync must have ended without an
 * error before the acknowledgement was said.
 */
export function createAccount() {
  const commitEnds = new Map<string, number>()
  const uncommitted = new Set<string>()
  const running = new Map<string, number>()
  const completed: { startedAt: number; endedAt: number }[] = []
  const tooEarly: string[] = []
  let acknowledged = 0
  let rounds = 0
  let isCommitFrame = false

  function seePage(bytes: Buffer, at: number): void {
    const ids = bytes.toString('latin1').match(/ledger-\d{6}/g) ?? []
    for (const id of ids.filter((one) => !commitEnds.has(one))) uncommitted.add(id)
    if (!isCommitFrame) return
    for (const id of uncommitted) commitEnds.set(id, at)
    uncommitted.clear()
  }

  function seeLogWrite(bytes: Buffer, at: number): void {
    if (bytes.length > LOG_HEADER_BYTES) seePage(bytes, at)
    else if (bytes.length === LOG_HEADER_BYTES) rounds += 1
    else if (bytes.length === FRAME_HEADER_BYTES) isCommitFrame = bytes.readUInt32BE(4) !== 0
  }

  function seeAcknowledgement(line: string): void {
    for (const [, id = ''] of line.matchAll(/^ack (ledger-\d{6})$/gm)) {
      acknowledged += 1
      const committedAt = commitEnds.get(id) ?? Number.POSITIVE_INFINITY
      if (!completed.some(({ startedAt }) => startedAt > committedAt)) tooEarly.push(id)
    }
  }

  function seeSync(thread: string, rest: string, at: number): void {
    if (rest.includes('<unfinished')) running.set(thread, at)
    else if (/= 0\b/.test(rest)) completed.push({ startedAt: at, endedAt: at })
  }

  function seeResumed(line: string, at: number): void {
    const { thread = '', name = '', result } = resumed.exec(line)?.groups ?? {}
    if (!name.endsWith('sync')) return
    const startedAt = running.get(thread)
    running.delete(thread)
    if (startedAt !== undefined && result === '0') completed.push({ startedAt, endedAt: at })
  }

  return {
    see(line: string, at: number): void {
      seeResumed(line, at)
      const { thread = '', name = '', fd, path = '', bytes = '', rest = '' } = call.exec(line)?.groups ?? {}
      const isLog = decode(path).toString().endsWith('/hearth.db-wal')
      if (name === 'write' && fd === '1') seeAcknowledgement(decode(bytes).toString())
      if (name === 'pwrite64' && isLog) seeLogWrite(decode(bytes), at)
      if (name.endsWith('sync') && isLog) seeSync(thread, rest, at)
    },
    result: (): SyncAccount => ({
      committed: commitEnds.size,
      acknowledged,
      syncs: completed.length,
      rounds,
      tooEarly,
    }),
  }
}

export async function accountOf(traceFile: string): Promise<SyncAccount> {
  const account = createAccount()
  let at = 0
  for await (const line of createInterface({ input: createReadStream(traceFile) })) {
    account.see(line, at)
    at += 1
  }
  return account.result()
}
