export type { MessageKey } from './en.ts'
export { formatDay, formatInstant, language, t, tCount } from './language.svelte.ts'
export { type Language, languages, translate } from './translate.ts'
export { describeTrouble } from './trouble.ts'
