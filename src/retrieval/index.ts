export { createExtractor, type FindEntries } from './extract.ts'
export type { Found } from './pick-passages.ts'
