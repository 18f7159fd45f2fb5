import type { Trouble } from '../api/index.ts'
import { en } from './en.ts'
import { t } from './language.svelte.ts'

/** A failure as a sentence in the reader's language; the server's own title where the page does not know the code. */
export const describeTrouble = (trouble: Pick<Trouble, 'code' | 'title'>): string =>
  `problem.${trouble.code}` in en ? t(`problem.${trouble.code}`) : (trouble.title ?? t('problem.internal'))
