/** Where the reader is. `message` is a message to jump to. */
export type Place =
  | { readonly name: 'new' }
  | { readonly name: 'conversation'; readonly conversationId: string; readonly messageId: string | undefined }
  | { readonly name: 'login' }
  | { readonly name: 'setup'; readonly token: string | undefined }

/** Reads an address of the page; anything unknown is the start. `base` ends with a slash. */
export const parsePlace = (base: string, url: URL): Place => {
  const path = url.pathname.startsWith(base) ? url.pathname.slice(base.length) : ''
  const [head, id] = path.split('/')
  if (head === 'c' && id) {
    return {
      name: 'conversation',
      conversationId: decodeURIComponent(id),
      messageId: url.searchParams.get('m') ?? undefined,
    }
  }
  if (head === 'login') return { name: 'login' }
  if (head === 'setup') return { name: 'setup', token: url.searchParams.get('token') ?? undefined }
  return { name: 'new' }
}

/** Writes the address of a place. */
export const formatPlace = (base: string, place: Place): string => {
  switch (place.name) {
    case 'new':
      return base
    case 'conversation': {
      const jump = place.messageId === undefined ? '' : `?m=${encodeURIComponent(place.messageId)}`
      return `${base}c/${encodeURIComponent(place.conversationId)}${jump}`
    }
    case 'login':
      return `${base}login`
    case 'setup':
      return `${base}setup${place.token === undefined ? '' : `?token=${encodeURIComponent(place.token)}`}`
  }
}
