export {
  createExtractor,
  type Extract,
  type ExtractAnswer,
  type ExtractInput,
  type FindEntries,
  type Quote,
} from './extract.ts'
export type { Found } from './pick-passages.ts'
