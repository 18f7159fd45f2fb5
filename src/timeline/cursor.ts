import { z } from 'zod'
import { ProblemError } from '../core/index.ts'

const pair = z.tuple([z.int().min(0), z.int().min(0)])

/** Writes two whole numbers as a cursor, which a client hands back unread. */
export const formatCursor = (numbers: readonly [number, number]): string =>
  Buffer.from(JSON.stringify(numbers)).toString('base64url')

/** @throws ProblemError `invalid-request` when this is no cursor of ours */
export function parseCursor(cursor: string): readonly [number, number] {
  try {
    return pair.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')))
  } catch (cause) {
    const errors = [{ field: 'cursor', message: 'is not a cursor of this list' }]
    throw new ProblemError('invalid-request', { detail: 'The cursor cannot be read.', errors, cause })
  }
}
