import mqttPacket, { type IConnectPacket } from 'mqtt-packet'
import { describe, expect, it } from 'vitest'
import { prefixProblem } from './connect-prefix.js'

const whole: IConnectPacket = {
  cmd: 'connect',
  protocolId: 'MQTT',
  protocolVersion: 4,
  clientId: 'pump',
  clean: true,
  keepalive: 60,
  username: 'user',
  password: Buffer.from('secret'),
  will: { topic: 'a/b', payload: Buffer.from('gone'), qos: 1, retain: false },
}

const headerBytes = 2
const problem = (bytes: Buffer, end = bytes.length) =>
  prefixProblem(
    bytes.length < headerBytes
      ? { head: bytes, body: 0, totalBytes: 0 }
      : { head: bytes, body: headerBytes, totalBytes: end },
  )

describe('prefixProblem', () => {
  it.each([
    ['3.1.1', whole],
    ['3.1', { ...whole, protocolId: 'MQIsdp', protocolVersion: 3 }],
    ['5', { ...whole, protocolVersion: 5 }],
    ['a bridge', { ...whole, bridgeMode: true }],
    ['a bridge of 3.1', { ...whole, protocolId: 'MQIsdp', protocolVersion: 3, bridgeMode: true }],
    [
      'no more than a client id',
      { cmd: 'connect', protocolId: 'MQTT', clientId: '', clean: true, keepalive: 0 },
    ],
  ] as [string, IConnectPacket][])(
    'finds nothing wrong with any beginning of a good one: %s',
    (_name, packet) => {
      const bytes = mqttPacket.generate(packet)
      for (let have = 1; have <= bytes.length; have++)
        expect(problem(bytes.subarray(0, have), bytes.length), `${have} bytes`).toBeNull()
    },
  )

  it('finds each end that cuts a field, as soon as the lengths have come', () => {
    const bytes = mqttPacket.generate(whole)
    for (let end = headerBytes; end < bytes.length; end++)
      expect(problem(bytes.subarray(0, end), end), `cut at ${end}`).toMatch(/cut short|protocol name/)
  })

  it('does not wait for a client id that cannot come', () => {
    const upToKeepAlive = mqttPacket.generate(whole).subarray(0, headerBytes + 10)
    expect(problem(upToKeepAlive, headerBytes + 10)).toBe('CONNECT: cut short')
    expect(problem(upToKeepAlive, headerBytes + 11)).toBe('CONNECT: cut short')
    const tooLong = Buffer.concat([upToKeepAlive, Buffer.from([0, 99])])
    expect(problem(tooLong, headerBytes + 30)).toBe('CONNECT: cut short')
  })

  it('knows other protocols by their first byte, and by the name', () => {
    expect(problem(Buffer.from('G'))).toBe('the first packet is no CONNECT')
    expect(problem(Buffer.from([0x10, 100, 0, 5]), 102)).toBe('CONNECT: protocol name')
  })
})
