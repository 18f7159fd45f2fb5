import { setTimeout as wait } from 'node:timers/promises'
import type { ModelRequest, Provider } from '../contract.ts'
import { createScripted, type Script, type ScriptedDeps, type ScriptStep } from './scripted.ts'

const wordDelayMs = 20
const slowDelayMs = 1_000

/** Passes time in the real world. */
export const sleep: ScriptedDeps['sleep'] = (delayMs, signal) =>
  wait(delayMs, undefined, { signal }).catch((error: unknown) => {
    throw signal.aborted ? signal.reason : error
  })

/**
 * The provider of `npm run dev`: it needs no model, echoes what it is asked, and does as a word in the prompt says:
 * `!slow`, `!think`, `!code`, `!long`, `!cut`, `!malformed`, `!429`, `!500`, `!endless`, `!length`.
 */
export const createDemo = (deps: Pick<ScriptedDeps, 'sleep'> = { sleep }): Provider =>
  createScripted({ script: demoScript, sleep: deps.sleep }, { name: 'scripted', models: ['demo'] })

/** What the development provider says to a request. */
function* demoScript({ messages }: ModelRequest): Script {
  const prompt = messages.findLast(({ role }) => role === 'user')?.text ?? ''
  const commands = new Set(prompt.match(/!\w+/g) ?? [])
  const pace = commands.has('!slow') ? slowDelayMs : wordDelayMs
  yield* beginning(commands, pace)
  yield* spoken(`You said: **${prompt.replace(/!\w+/g, '').trim() || 'nothing'}**\n\n`, { pace, type: 'text' })
  yield* middle(commands, pace)
  yield* spoken('This is the scripted model of the development server. åäö 🔥', { pace, type: 'text' })
  if (commands.has('!length')) yield { type: 'finish', reason: 'length' }
}

function* beginning(commands: ReadonlySet<string>, pace: number): Script {
  if (commands.has('!429')) {
    yield { type: 'fail', code: 'provider-overloaded', detail: 'Try again in 5 s.', retryAfterMs: 5_000 }
  }
  if (commands.has('!500')) yield { type: 'fail', code: 'provider-failed' }
  if (commands.has('!think')) yield* spoken('The question is clear. An echo is enough.', { pace, type: 'reasoning' })
}

function* middle(commands: ReadonlySet<string>, pace: number): Script {
  if (commands.has('!cut')) yield { type: 'cut' }
  if (commands.has('!malformed')) yield { type: 'malformed' }
  if (commands.has('!endless')) yield* endless(pace)
  if (commands.has('!code')) yield* spoken(codeSample, { pace, type: 'text' })
  if (commands.has('!long')) yield* longText(pace)
}

type Manner = { readonly pace: number; readonly type: 'text' | 'reasoning' }

function* spoken(text: string, { pace, type }: Manner): Generator<ScriptStep> {
  for (const word of text.match(/\s*\S+\s*$|\s*\S+|\s+/g) ?? []) {
    yield { type: 'delay', delayMs: pace }
    yield { type, text: word }
  }
}

function* endless(pace: number): Generator<ScriptStep> {
  for (let line = 1; ; line += 1) yield* spoken(`Line ${line} of a text without end.\n`, { pace, type: 'text' })
}

function* longText(pace: number): Generator<ScriptStep> {
  for (let section = 1; section <= 40; section += 1) {
    yield* spoken(
      `## Section ${section}\n\n- one *point*\n- another, with \`code\`\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n`,
      {
        pace,
        type: 'text',
      },
    )
  }
}

const codeSample = `\`\`\`ts
export const greet = (name: string): string => \`Hello, \${name}!\`
\`\`\`

`
