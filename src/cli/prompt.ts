import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { ProblemError } from '../core/index.ts'

/** Asks the person at the terminal; `hidden` shows nothing of what is typed. */
export type Prompt = (question: string, options?: { readonly hidden?: boolean }) => Promise<string>

export const promptTerminal: Prompt = async (question, { hidden = false } = {}) => {
  if (!process.stdin.isTTY) {
    throw new ProblemError('not-authenticated', { detail: 'Sign-in is needed, and there is no terminal to ask on.' })
  }
  process.stderr.write(question)
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: process.stdin, output: hidden ? nowhere : process.stderr, terminal: true })
  const answer = await lines.question('').finally(() => lines.close())
  if (hidden) process.stderr.write('\n')
  return answer
}

/** All of standard input, without its last line break: for passwords that a script hands over. */
export async function readStandardInput(): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
    .toString('utf8')
    .replace(/\r?\n$/, '')
}
