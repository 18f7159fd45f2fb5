export type { MessageKey } from './en.ts'
export { formatInstant, language, t, tCount } from './language.svelte.ts'
export { type Language, languages, translate } from './translate.ts'
export { describeTrouble } from './trouble.ts'
