import { once } from 'node:events'
import { expect, it } from 'vitest'
import { type LineFormat, streamedFile } from './streamed-file.js'

const numbers: LineFormat<number> = { contentType: 'text/plain', head: '', line: (n) => `number ${n}\n` }

/** Chunks without end; tells how many were made, and when nobody wants more. */
function endless() {
  const state = { made: 0, ended: false }
  const chunk = Array.from({ length: 1_000 }, (_, n) => 1_000_000_000_000 + n)
  async function* chunks() {
    try {
      for (;;) {
        state.made++
        yield chunk
      }
    } finally {
      state.ended = true
    }
  }
  return { state, chunks: chunks() }
}

it('makes no more than the client takes, and stops when it is gone', async () => {
  const { state, chunks } = endless()
  const stream = streamedFile(chunks, numbers, 'd.txt').getStream()
  await once(stream, 'readable')
  // A stream that nobody reads fills its buffer; each turn of the loop could make one more chunk.
  for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate)
  expect(state.made).toBeLessThan(10)
  const before = state.made
  for (let taken = 0; taken < 300_000; ) {
    const chunk: Buffer | null = stream.read()
    if (chunk === null) await once(stream, 'readable')
    else taken += chunk.length
  }
  expect(state.made).toBeGreaterThan(before)
  stream.destroy()
  await once(stream, 'close')
  await expect.poll(() => state.ended).toBe(true)
})

it('fails when its source does, instead of ending as if it were whole', async () => {
  async function* failing() {
    yield [1]
    throw new Error('the database is gone')
  }
  const stream = streamedFile(failing(), numbers, 'd.txt').getStream()
  const lines: string[] = []
  stream.on('data', (chunk) => lines.push(String(chunk)))
  await expect(once(stream, 'end')).rejects.toThrow('the database is gone')
  expect(lines).toEqual(['number 1\n'])
})
