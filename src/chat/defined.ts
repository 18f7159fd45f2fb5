type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

/** The fields of an object that have a value: what was left out stays out, and does not overwrite. */
export const defined = <T extends object>(input: T): Defined<T> =>
  Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined)) as Defined<T>
