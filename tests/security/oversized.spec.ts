import net from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createAdministrator } from '../support/accounts.js'
import { type Platform, startPlatform } from '../support/platform.js'
import { closed } from '../support/raw-socket.js'

let platform: Platform

beforeAll(async () => {
  platform = await startPlatform()
  await createAdministrator(platform)
})
afterAll(() => platform?.stop())

/**
 * Sends a head, then zeros for as long as they are taken. Returns the answer, which may be lost when the connection is closed
 * on what is still being sent, and how many bytes were written.
 */
async function flood(port: number, head: string): Promise<{ answer: string; bytes: number }> {
  const socket = net.connect(port, '127.0.0.1')
  socket.on('error', () => {})
  let answer = ''
  socket.on('data', (chunk) => {
    answer += chunk.toString('latin1')
  })
  socket.write(head)
  const zeros = Buffer.alloc(16_384, '0')
  const until = (...events: string[]) =>
    new Promise<void>((resolve) => {
      for (const event of events) socket.once(event, () => resolve())
    })
  while (answer === '' && socket.writable) {
    if (!socket.write(zeros)) await until('drain', 'close', 'data')
    await new Promise(setImmediate)
  }
  socket.destroy()
  return { answer, bytes: socket.bytesWritten }
}

describe('a body without an end', () => {
  const calls = [
    '/api/v1/setup',
    '/api/v1/devices',
    '/api/v1/devices/pump/telemetry',
    '/api/auth/sign-in/email',
  ]
  const most = 64 * 1024 * 1024
  it.each(calls)('is refused early: POST %s', async (path) => {
    const json = `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n`
    for (const framing of ['Content-Length: 99999999999', 'Transfer-Encoding: chunked']) {
      const chunk = framing.startsWith('Transfer') ? 'fffffff\r\n' : ''
      const { answer, bytes } = await flood(platform.port, `${json}${framing}\r\n\r\n${chunk}`)
      expect([framing, answer.split('\r\n', 1)[0]]).toEqual([
        framing,
        expect.stringMatching(/^$|^HTTP\/1\.1 (401|409|411|413) /),
      ])
      expect(bytes).toBeLessThan(most)
    }
  })
})

it('a packet of 256 MB is refused on the bytes that state its length, before anybody has signed in', async () => {
  const socket = net.connect(platform.mqttPort, '127.0.0.1')
  socket.on('error', () => {})
  const bytes: Buffer[] = []
  socket.on('data', (chunk) => bytes.push(chunk))
  socket.write(Buffer.of(0x10, 0xff, 0xff, 0xff, 0x7f))
  await closed(socket)
  expect(Buffer.concat(bytes)).toHaveLength(0)
})
