import type { Component } from 'svelte'

type Markdown = Component<{ text: string; final: boolean }>

let component = $state.raw<Markdown>()
let asked = false

/** The renderer is the heaviest part of the page; it is fetched beside the first view instead of before it. */
export const loadMarkdown = (): void => {
  if (asked) return
  asked = true
  import('./markdown.svelte').then(
    (module) => {
      component = module.default
    },
    // Without a line there is nothing to fetch: the next text asks again.
    () => {
      asked = false
    },
  )
}

export const markdown = {
  /** Undefined until it has been fetched. */
  get component(): Markdown | undefined {
    return component
  },
}
