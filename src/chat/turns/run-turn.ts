import { setTimeout as sleep } from 'node:timers/promises'
import { type Clock, type Log, type Problem, ProblemError, type Scope, toProblem, within } from '../../core/index.ts'
import type { AnswerEvent, AnswerRequest, Composition, ContextRecord } from '../answering/answer.ts'
import type { Feed } from '../feed.ts'
import type { Message, Turn, TurnEvent, TurnId } from '../schema.ts'
import type { MessageRow, TurnRow } from '../tables.ts'
import type { EndTurnInput, TurnEnd } from './end-turn.ts'
import type { LiveTurn, NumberedEvent } from './live-turn.ts'
import type { TurnRecorder } from './turn-recorder.ts'

export type RunTurnDeps = {
  readonly answer: (scope: Scope, request: AnswerRequest) => AsyncIterable<AnswerEvent>
  readonly record: (scope: Scope, turnId: TurnId) => TurnRecorder
  readonly endTurn: (scope: Scope, input: EndTurnInput) => Promise<TurnEnd>
  readonly feed: Feed
  readonly clock: Clock
  readonly log: Log
  /** Aborts when the server closes: then nothing is tried again. */
  readonly closing: AbortSignal
}

/** A turn that has been accepted and stored: what to ask, and the rows to bring to their end. */
export type AcceptedTurn = {
  readonly live: LiveTurn
  readonly row: TurnRow
  readonly assistant: MessageRow
  readonly userMessage: Message | null
  /** What to ask; throws what keeps the question from being asked at all. */
  readonly request: () => AnswerRequest | Promise<AnswerRequest>
}

type Ending = {
  readonly status: Exclude<Turn['status'], 'running'>
  readonly finishReason: 'stop' | 'length' | null
  readonly problem: Problem | undefined
}

type Run = {
  readonly scope: Scope
  readonly turn: AcceptedTurn
  /** Publishes an event; what it returns is to be awaited before the next, so that the disk is never far behind. */
  readonly emit: (event: TurnEvent) => Promise<void> | undefined
}

/**
 * Brings an accepted turn to its end, whoever listens: asks, publishes and saves each event, and stores the answer with
 * its context record. Never throws; a failure is the turn's own ending.
 */
export const createRunTurn = (deps: RunTurnDeps) =>
  async function runTurn(scope: Scope, turn: AcceptedTurn): Promise<void> {
    const { live, row } = turn
    const recorder = deps.record(scope, row.id)
    const emit = (event: TurnEvent) => recorder.add(live.publish(event), event)
    const run = { scope, turn, emit }
    void emit({ type: 'turn-start', turn: live.turn, userMessage: turn.userMessage, message: live.message() })
    const { ending, record } = await generate(deps, run)
    await store(deps, { run, ending, record, unsaved: await recorder.close() })
    live.end()
    deps.feed.tell(scope, {
      type: 'conversation-changed',
      conversationId: row.conversationId,
      runningTurnId: null,
    })
  }

async function generate(deps: RunTurnDeps, run: Run): Promise<{ ending: Ending; record: ContextRecord | undefined }> {
  const startedMs = deps.clock.monotonicMs()
  const sinceStart = () => Math.round(deps.clock.monotonicMs() - startedMs)
  let composition = undefined as Composition | undefined
  let firstTokenMs: number | null = null
  let ending: Ending = { status: 'complete', finishReason: null, problem: undefined }
  try {
    const scope = within(run.scope, { signal: run.turn.live.signal })
    for await (const event of deps.answer(scope, await run.turn.request())) {
      if (event.type === 'text-delta') firstTokenMs ??= sinceStart()
      if (event.type === 'finish') ending = { ...ending, finishReason: event.reason }
      else if (event.type === 'composition') {
        composition = event.composition
        void run.emit({ type: 'context', context: { id: run.turn.row.id, ...composition.context } })
      } else await run.emit(event)
    }
  } catch (error) {
    ending = endingOf(deps, { error, live: run.turn.live })
  }
  if (ending.problem !== undefined) void run.emit(problemEvent(ending.problem))
  return { ending, record: composition && { ...composition, timings: { firstTokenMs, totalMs: sinceStart() } } }
}

function endingOf(deps: RunTurnDeps, { error, live }: { error: unknown; live: LiveTurn }): Ending {
  const halted = live.haltedBy()
  if (halted === 'stopped') return { status: 'stopped', finishReason: null, problem: undefined }
  if (halted === 'interrupted') {
    return { status: 'interrupted', finishReason: null, problem: toProblem(new ProblemError('interrupted')) }
  }
  const problem = toProblem(error)
  if (problem.code === 'internal') deps.log.error('turn.failed', { turnId: live.turn.id, error })
  return { status: 'failed', finishReason: null, problem }
}

/** A problem as an event of the stream carries it. */
export const problemEvent = ({ code, status, title, detail, retryable, retryAfterMs }: Problem): TurnEvent => ({
  type: 'problem',
  problem: {
    code,
    status,
    title,
    ...(detail !== undefined && { detail }),
    retryable,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  },
})

type StoreInput = {
  readonly run: Run
  readonly ending: Ending
  readonly record: ContextRecord | undefined
  readonly unsaved: readonly NumberedEvent[]
}

/** The end is told only when it is stored. While the disk refuses, the problem is told and the end is tried again. */
async function store(deps: RunTurnDeps, { run, ending, record, unsaved }: StoreInput): Promise<void> {
  const { live, row, assistant } = run.turn
  const events = [...unsaved]
  for (let attempt = 0; ; attempt += 1) {
    try {
      const end = await deps.endTurn(run.scope, {
        row,
        assistant,
        message: live.message(),
        status: ending.status,
        finishReason: ending.finishReason,
        problemCode: ending.problem?.code ?? null,
        events,
        lastNumber: live.count() + 1,
        record,
      })
      live.publish(end)
      return
    } catch (error) {
      deps.log.error('turn.end-not-stored', { turnId: row.id, attempt, error })
      const problem = toProblem(error)
      if (attempt === 0) {
        const event = problemEvent(problem)
        events.push({ number: live.publish(event), event })
      }
      if (!isPassing(problem) || deps.closing.aborted) return
      await sleep(retryMs(attempt), undefined, { signal: deps.closing }).catch(() => undefined)
    }
  }
}

const retryMs = (attempt: number): number => Math.min(250 * 2 ** attempt, 5_000)

/** Whether waiting can help: a full disk or a busy database may recover, a bug will not. */
const isPassing = ({ code, retryable }: Problem): boolean => retryable && code.startsWith('storage-')
