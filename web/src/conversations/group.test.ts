import { expect, it } from 'vitest'
import type { Conversation } from '../api/index.ts'
import { groupByAge } from './group.ts'

const at = (text: string): Conversation => ({ id: text, updatedAt: new Date(text).toISOString() }) as Conversation

it('groups by the days of the calendar, not by hours passed', () => {
  const now = new Date('2026-03-29T00:30:00')
  const groups = groupByAge(
    ['2026-03-29T00:10:00', '2026-03-28T23:50:00', '2026-03-22T01:00:00', '2026-03-21T23:00:00'].map(at),
    now,
  )
  expect(groups.map((group) => [group.age, group.items.length])).toEqual([
    ['today', 1],
    ['yesterday', 1],
    ['week', 1],
    ['older', 1],
  ])
})
