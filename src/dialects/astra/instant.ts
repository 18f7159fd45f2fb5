import { z } from 'zod'

const form = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?)(Z|[+-]\d{2}:?\d{2})?)?$/i

/** Reads an ISO 8601 instant as this interface's clients write it: a date alone, or without a zone, is meant as UTC. */
export function parseInstant(text: string): Date | undefined {
  // A plus sign in a query arrives as a space: `…T10:00:00+02:00` unescaped.
  const [, day, time = '00:00', zone = 'Z'] = form.exec(text.trim().replace(/ (?=\d{2}:?\d{2}$)/, '+')) ?? []
  if (day === undefined) return undefined
  const instant = new Date(`${day}T${time.replace(',', '.')}${zone.toUpperCase()}`)
  return Number.isNaN(instant.getTime()) ? undefined : instant
}

export const instantSchema = z.string().transform((text, context) => {
  const instant = parseInstant(text)
  if (instant !== undefined) return instant
  context.addIssue({ code: 'custom', message: 'is not an ISO 8601 timestamp' })
  return z.NEVER
})
