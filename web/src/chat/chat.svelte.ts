import { Drafts } from './drafts.svelte.ts'
import type { LiveAnswer } from './live-answer.ts'
import { OpenConversation, type OpenDeps } from './open-conversation.svelte.ts'
import { takeSentences } from './sentences.ts'

type Deps = Omit<OpenDeps, 'giveBack' | 'onAnswer'> & {
  readonly language: () => string
  readonly announce: (text: string) => void
  readonly doneText: () => string
}

/** The chat on the screen: which conversation is open, and all drafts. */
export class Chat {
  readonly drafts = new Drafts()
  current = $state.raw<OpenConversation>()
  /** The message to bring into view and point out, after a jump. */
  marked = $state.raw<string>()
  /** What the next new conversation begins with. */
  nextModel = $state<string | null>(null)
  nextInstructions = $state<string | null>(null)
  readonly #deps: Deps
  #heard = { messageId: '', next: 0 }

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** Opens a conversation and returns it; the one that is open already stays as it is. */
  open(conversationId: string): OpenConversation {
    if (this.current?.id === conversationId) return this.current
    this.close()
    const opened = new OpenConversation(
      {
        ...this.#deps,
        giveBack: (text) => this.drafts.giveBack(conversationId, text),
        onAnswer: (answer, ended) => this.#tell(answer, ended),
      },
      conversationId,
    )
    this.current = opened
    return opened
  }

  close(): void {
    this.current?.close()
    this.current = undefined
    this.marked = undefined
  }

  /** Answers to read aloud come sentence by sentence, never token by token. */
  #tell(answer: LiveAnswer, ended: boolean): void {
    const { message } = answer
    // An answer that is joined in the middle is read from there on.
    if (this.#heard.messageId !== message.id) this.#heard = { messageId: message.id, next: message.text.length }
    const options = { language: this.#deps.language(), final: ended }
    const { said, next } = takeSentences(message.text, this.#heard.next, options)
    this.#heard.next = next
    if (said !== '') this.#deps.announce(said)
    if (ended && message.status === 'complete') this.#deps.announce(this.#deps.doneText())
  }
}
