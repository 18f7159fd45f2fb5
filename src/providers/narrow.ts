/** Narrow checks for what arrives once a token: they build nothing, neither copies nor lists of faults. */
export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const isNoneOr = (value: unknown, is: (value: unknown) => boolean): boolean =>
  value === undefined || value === null || is(value)

export const isText = (value: unknown): boolean => typeof value === 'string'

export const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0
