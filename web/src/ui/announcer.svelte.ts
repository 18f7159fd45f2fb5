const pauseMs = 900

/** What a screen reader says next. Pieces that come quickly after one another are said together. */
export class Announcer {
  text = $state('')
  #waiting: string[] = []
  #timer: ReturnType<typeof setTimeout> | undefined

  readonly say = (text: string): void => {
    this.#waiting.push(text)
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.text = this.#waiting.join(' ')
      this.#waiting = []
    }, pauseMs)
  }
}
