import { expect, it } from 'vitest'
import { createFrameParser, type Frame, readFrames } from './event-stream.ts'

const stream = [
  'retry: 1000\n\n',
  ': ping\n\n',
  'id: 1\nevent: text-delta\ndata: {"text":"å–🔥"}\n\n',
  'id: 2\r\nevent: text-delta\r\ndata: one\r\ndata: two\r\n\r\n',
  'data:no space\rid\r\r',
  'event: nothing\n\n',
  'id: 4\ndata\n\n',
].join('')

const frames: Frame[] = [
  { event: 'text-delta', text: '{"text":"å–🔥"}', id: '1' },
  { event: 'text-delta', text: 'one\ntwo', id: '2' },
  { event: 'message', text: 'no space', id: '' },
  { event: 'message', text: '', id: '4' },
]

const responseOf = (pieces: readonly Uint8Array[]): Response => {
  const waiting = [...pieces]
  return new Response(
    new ReadableStream({
      pull(controller) {
        const piece = waiting.shift()
        if (piece) controller.enqueue(piece)
        else controller.close()
      },
    }),
  )
}

const read = async (pieces: readonly Uint8Array[]): Promise<Frame[]> => {
  const found: Frame[] = []
  for await (const frame of readFrames(responseOf(pieces))) found.push(frame)
  return found
}

it('reads the same frames wherever the stream is cut, also inside a sign and between return and line feed', async () => {
  const bytes = new TextEncoder().encode(stream)
  for (let at = 0; at <= bytes.length; at += 1) {
    const pieces = [bytes.subarray(0, at), bytes.subarray(at)].filter((piece) => piece.length > 0)
    expect(await read(pieces), `cut at byte ${at}`).toEqual(frames)
  }
})

it('reads the same frames when every byte comes alone', async () => {
  const bytes = [...new TextEncoder().encode(stream)].map((byte) => Uint8Array.of(byte))
  expect(await read(bytes)).toEqual(frames)
})

it('skips a byte order mark at the very start only', () => {
  const parse = createFrameParser()
  expect(parse('\uFEFFdata: a\n\ndata: \uFEFFb\n\n').map((frame) => frame.text)).toEqual(['a', '\uFEFFb'])
})

it('keeps an unfinished frame to itself', () => {
  const parse = createFrameParser()
  expect(parse('data: half\n')).toEqual([])
  expect(parse('\n')).toEqual([{ event: 'message', text: 'half', id: '' }])
})
