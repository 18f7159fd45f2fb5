import { isIPv6 } from 'node:net'

const groupsOf = (part: string): string[] => (part === '' ? [] : part.split(':'))

/**
 * What counts as one sender of an address: an IPv4 address by itself, and of an IPv6 address the first 64 bits, since
 * one line is given that many addresses.
 */
export function networkOf(address: string): string {
  const plain = address
    .toLowerCase()
    .replace(/%.*$/, '')
    .replace(/^::ffff:(?=\d+\.)/, '')
  if (!isIPv6(plain)) return plain
  const [head = '', tail = ''] = plain.split('::')
  const left = groupsOf(head)
  const right = groupsOf(tail)
  const gap = Array.from({ length: 8 - left.length - right.length }, () => '0')
  const prefix = [...left, ...gap, ...right].slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16))
  return `${prefix.join(':')}::/64`
}
