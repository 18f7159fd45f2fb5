import { Agent, get } from 'node:http'

/** One reader of an event stream, on a socket of its own. */
export type Follower = {
  /** Events so far. */
  readonly count: () => number
  /** Events whose number does not follow on the one before. */
  readonly lost: () => number
  /** Resolves with the first event, or with the head of a stream that says nothing. */
  readonly begun: Promise<void>
  /** Resolves when the stream has ended. */
  readonly ended: Promise<void>
  readonly leave: () => void
}

/** Counts the events of a text by their ids. */
function createCounter() {
  let rest = ''
  let last = 0
  let lost = 0
  return {
    take: (text: string) => {
      const all = rest + text
      const end = all.lastIndexOf('\n\n')
      if (end < 0) {
        rest = all
        return
      }
      for (const [, id] of all.slice(0, end).matchAll(/^id: (\d+)$/gm)) {
        if (Number(id) !== last + 1) lost += 1
        last = Number(id)
      }
      rest = all.slice(end)
    },
    count: () => last,
    lost: () => lost,
  }
}

/** Opens an event stream and counts what comes. */
export function follow(url: string, { silent = false }: { readonly silent?: boolean } = {}): Follower {
  const { take, count, lost } = createCounter()
  const begun = Promise.withResolvers<void>()
  const ended = Promise.withResolvers<void>()
  const request = get(url, { agent: new Agent({ maxSockets: 1 }) }, (reply) => {
    if (reply.statusCode !== 200) begun.reject(new Error(`${url} answered ${reply.statusCode}`))
    if (silent) begun.resolve()
    reply.setEncoding('latin1')
    reply.on('data', (text: string) => {
      take(text)
      begun.resolve()
    })
    reply.on('end', ended.resolve).on('error', ended.resolve)
  })
  request.on('error', (error) => {
    begun.reject(error)
    ended.resolve()
  })
  return { count, lost, begun: begun.promise, ended: ended.promise, leave: () => void request.destroy() }
}
