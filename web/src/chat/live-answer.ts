import type { Context, Message, Trouble, TurnEvent } from '../api/index.ts'

/** An answer while it is being written. */
export type LiveAnswer = {
  readonly turnId: string
  readonly message: Message
  readonly context?: Context
  readonly trouble?: Trouble
  readonly cutAtLength?: boolean
}

export type TurnStarted = Extract<TurnEvent, { type: 'turn-start' }>

export const startAnswer = ({ turn, message }: TurnStarted): LiveAnswer => ({ turnId: turn.id, message })

const withMessage = (answer: LiveAnswer, change: Partial<Message>): LiveAnswer => ({
  ...answer,
  message: { ...answer.message, ...change },
})

/** The answer after one more event. */
export const applyEvent = (answer: LiveAnswer, event: TurnEvent): LiveAnswer => {
  const { message } = answer
  switch (event.type) {
    case 'turn-start':
      return startAnswer(event)
    case 'context':
      return { ...answer, context: event.context }
    case 'text-delta':
      return withMessage(answer, { text: message.text + event.text })
    case 'reasoning-delta':
      return withMessage(answer, { reasoning: message.reasoning + event.text })
    case 'citation':
      return withMessage(answer, { citations: [...message.citations, event.citation] })
    case 'usage':
      return withMessage(answer, { usage: event.usage })
    case 'problem':
      return { ...answer, trouble: event.problem }
    case 'turn-end':
      return { ...answer, message: event.message, cutAtLength: event.finishReason === 'length' }
  }
}

/** What to show of an answer that is read again from its start: never less than what was stored of it. */
export const shownMessage = (answer: LiveAnswer, stored: Message | undefined): Message => {
  const { message } = answer
  if (stored?.id !== message.id || message.status !== 'streaming') return message
  const behind = stored.text.length > message.text.length && stored.text.startsWith(message.text)
  return behind ? { ...message, text: stored.text } : message
}
