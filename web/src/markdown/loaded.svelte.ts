import type { Component } from 'svelte'

type Markdown = Component<{ text: string; final: boolean }>

let component = $state.raw<Markdown>()
let loading: Promise<void> | undefined

/** The renderer is the heaviest part of the page; it is fetched beside the first view instead of before it. */
export const loadMarkdown = (): void => {
  loading ??= import('./markdown.svelte').then((module) => {
    component = module.default
  })
}

export const markdown = {
  /** Undefined until it has been fetched. */
  get component(): Markdown | undefined {
    return component
  },
}
