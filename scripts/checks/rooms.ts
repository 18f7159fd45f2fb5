import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CheckResult, Finding } from './check.ts'
import { rooms } from './floors.ts'

const maxReadmeLines = 30

/** Every room is on a floor, has a door that exports by name, and a short README. */
export function checkRooms(root: string): CheckResult {
  const src = join(root, 'src')
  const folders = readdirSync(src, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && holdsFiles(join(src, entry.name)))
    .map((entry) => entry.name)
  const findings = folders.flatMap((room) => [...unknownRoom(room), ...door(src, room), ...readme(src, room)])
  return { name: 'rooms', unit: 'rooms', read: folders.length, expected: folders.length, findings }
}

const holdsFiles = (folder: string): boolean =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).some((entry) => entry.isFile())

const unknownRoom = (room: string): Finding[] =>
  rooms.includes(room) ? [] : [{ file: `src/${room}`, rule: 'unknown-room', message: 'no floor has such a room' }]

function door(src: string, room: string): Finding[] {
  const path = join(src, room, 'index.ts')
  const file = `src/${room}/index.ts`
  if (!existsSync(path)) return [{ file, rule: 'no-door', message: 'a room has an index.ts' }]
  const star = readFileSync(path, 'utf8')
    .split('\n')
    .findIndex((line) => /^\s*export\s+(type\s+)?\*/.test(line))
  return star < 0 ? [] : [{ file, line: star + 1, rule: 'door-exports-all', message: 'a door exports by name' }]
}

function readme(src: string, room: string): Finding[] {
  const file = `src/${room}/README.md`
  const path = join(src, room, 'README.md')
  if (!existsSync(path)) return [{ file, rule: 'no-readme', message: 'a room says what it is for' }]
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n').length
  if (lines <= maxReadmeLines) return []
  return [{ file, rule: 'long-readme', message: `${lines} lines; a room’s README has at most ${maxReadmeLines}` }]
}
