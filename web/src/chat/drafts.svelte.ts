import { SvelteMap } from 'svelte/reactivity'

/** What has been typed and not yet sent, by conversation; the text for a new conversation is kept under `new`. */
export class Drafts {
  readonly #texts = new SvelteMap<string, string>()

  get(key: string): string {
    return this.#texts.get(key) ?? ''
  }

  set(key: string, text: string): void {
    if (text === '') this.#texts.delete(key)
    else this.#texts.set(key, text)
  }

  /** Puts text back without losing what has been typed since. */
  giveBack(key: string, text: string): void {
    const present = this.get(key)
    this.set(key, present === '' ? text : `${text}\n\n${present}`)
  }
}
