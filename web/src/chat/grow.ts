/** Lets a text box be as tall as its text. The style sheet says where it stops and begins to scroll. */
export const grow = (text: string) => (box: HTMLTextAreaElement) => {
  box.style.height = 'auto'
  // The text is read so that the box follows it; an empty one has its own height.
  if (text !== '') box.style.height = `${box.scrollHeight}px`
}

/** True for the Enter that means "done": not one with Shift, nor one that only ends a composed character. */
export const isSendKey = (event: KeyboardEvent): boolean =>
  event.key === 'Enter' && !event.shiftKey && !event.isComposing && event.keyCode !== 229
