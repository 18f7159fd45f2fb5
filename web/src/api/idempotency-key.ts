/**
 * A key by which the server knows a request that is sent again, so that it has one effect.
 * @NOTE `crypto.randomUUID` is missing where the page came over plain HTTP from another machine.
 */
export const createIdempotencyKey = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('')
