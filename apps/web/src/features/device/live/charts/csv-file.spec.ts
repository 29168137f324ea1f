import { csvDialects } from '@heliograph/protocol'
import { expect, it } from 'vitest'
import { csvFileOf } from './csv-file'

/** The text in pieces of a few bytes, so that they cut lines and characters. */
function streamOf(text: string): ReadableStream<Uint8Array<ArrayBuffer>> {
  const bytes = new TextEncoder().encode(text)
  return new ReadableStream({
    start(controller) {
      for (let at = 0; at < bytes.length; at += 7) controller.enqueue(bytes.slice(at, at + 7))
      controller.close()
    },
  })
}
const bytesOf = async (file: Blob) =>
  new TextDecoder('utf-8', { ignoreBOM: true }).decode(await file.arrayBuffer())

it('writes what Excel opens in German', async () => {
  const lines = '{"key":"Höhe","ts":0.25,"value":1.5}\n{"key":"mode","ts":1000,"value":"a;b"}\n'
  const file = await csvFileOf(streamOf(lines), { dialect: csvDialects.semicolon, ofDevices: false })
  expect(await bytesOf(file)).toBe(
    '\uFEFFtime;ts;key;value\r\n' +
      '1970-01-01T00:00:00.000250Z;0,25;Höhe;1,5\r\n' +
      '1970-01-01T00:00:01.000Z;1000;mode;"a;b"\r\n',
  )
})

it('names devices, and loses no line of a long file', async () => {
  const line = (ts: number) => JSON.stringify({ device: 'pump', key: 't', ts, value: ts })
  const lines = Array.from({ length: 40_000 }, (_, index) => line(index)).join('\n')
  const file = await csvFileOf(new Blob([lines]).stream(), { dialect: csvDialects.comma, ofDevices: true })
  const rows = (await bytesOf(file)).trimEnd().split('\r\n')
  expect(rows).toHaveLength(40_001)
  expect(rows.at(-1)).toBe('1970-01-01T00:00:39.999Z,39999,pump,t,39999')
})
