import { type ProblemCode, ProblemError } from '../../core/index.ts'

/**
 * How the built-in model is doing. `off`: by configuration, not asked for yet, or cancelled; `starting`: being fetched,
 * with `progress` from 0 to 1 and a line of text; `down`: failed, with the problem's code and what to do.
 */
export type BuiltinStatus = {
  readonly status: 'off' | 'down' | 'starting' | 'ok'
  readonly detail: string
  readonly progress?: number
  readonly code?: ProblemCode
}

export const switchedOff: BuiltinStatus = { status: 'off', detail: 'Switched off by HEARTH_BUILTIN_MODEL=off.' }
export const notNeeded: BuiltinStatus = { status: 'off', detail: 'Used only when no other model is found.' }
export const cancelled: BuiltinStatus = {
  status: 'off',
  detail: 'Cancelled. Starting again goes on from what has arrived.',
}

/** What to say after a failed start: a problem speaks for itself, anything else is a failure of the machine. */
export function statusAfter(error: unknown): BuiltinStatus {
  if (error instanceof ProblemError) return { status: 'down', code: error.code, detail: error.detail ?? error.message }
  const full = error instanceof Error && 'code' in error && error.code === 'ENOSPC'
  if (full) return { status: 'down', code: 'storage-full', detail: 'The disk became full. Make room and start again.' }
  const text = error instanceof Error ? error.message : String(error)
  return { status: 'down', code: 'model-download-failed', detail: `${text}. Start again, or install Ollama.` }
}

/** @throws ProblemError that says why the model cannot be asked now, unless it can */
export function requireOk({ status, detail, code }: BuiltinStatus): void {
  if (status !== 'ok') throw new ProblemError(status === 'down' ? (code ?? 'no-model') : 'no-model', { detail })
}

/** The status now, and those who want to hear of every change. */
export function createState(first: BuiltinStatus) {
  const listeners = new Set<(status: BuiltinStatus) => void>()
  let current = first
  return {
    get: (): BuiltinStatus => current,
    set: (status: BuiltinStatus): void => {
      current = status
      for (const listener of [...listeners]) listener(status)
    },
    onChange: (listener: (status: BuiltinStatus) => void): (() => void) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

export type State = ReturnType<typeof createState>
