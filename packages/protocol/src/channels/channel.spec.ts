import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { PayloadError } from '../payloads/payload-error.js'
import { filterMatches } from '../topics/topic.js'
import { channel } from './channel.js'
import {
  app,
  channels,
  deviceFilter,
  deviceOf,
  events,
  presence,
  reply,
  reported,
  telemetry,
} from './channels.js'

const bytes = (text: string) => new TextEncoder().encode(text)

describe('a channel', () => {
  it('builds its topic and its filters', () => {
    expect(telemetry.topic({ org: 'acme', device: 'pump-7' })).toBe('acme/devices/pump-7/telemetry')
    expect(telemetry.filter({ org: 'acme' })).toBe('acme/devices/+/telemetry')
    expect(telemetry.filter()).toBe('+/devices/+/telemetry')
    expect(app.filter({ org: 'acme' })).toBe('acme/apps/+/#')
    expect(deviceFilter({ org: 'acme', device: 'pump-7' })).toBe('acme/devices/pump-7/#')
  })

  it.each(['', 'a/b', '+', '#', 'a+', 'a\0'])('refuses the parameter %j', (device) => {
    expect(() => telemetry.topic({ org: 'acme', device })).toThrow(TypeError)
    expect(() => telemetry.filter({ org: 'acme', device })).toThrow(TypeError)
  })

  it('finds the parameters of its own topics, and null for others', () => {
    expect(reply.match('acme/devices/pump/commands/c1/reply')).toEqual({
      org: 'acme',
      device: 'pump',
      command: 'c1',
    })
    expect(app.match('acme/apps/chat/rooms/1')).toEqual({ org: 'acme', app: 'chat', path: 'rooms/1' })
    for (const other of [
      'acme/devices/pump/telemetry/x',
      'acme/devices/pump',
      '/devices/pump/telemetry',
      'acme/devices//telemetry',
      '',
    ])
      expect([other, telemetry.match(other)]).toEqual([other, null])
    for (const other of ['acme/apps/chat', 'acme/apps/chat/', 'acme/apps//x'])
      expect([other, app.match(other)]).toEqual([other, null])
  })

  it('names the device of any topic below it, and null for others', () => {
    const device = { org: 'acme', device: 'pump' }
    for (const rest of ['telemetry', 'commands/c1/reply', 'anything'])
      expect(deviceOf(`acme/devices/pump/${rest}`)).toEqual(device)
    for (const other of ['acme/devices/pump', 'acme/devices//telemetry', 'acme/apps/devices/x', 'acme/fleet'])
      expect([other, deviceOf(other)]).toEqual([other, null])
  })

  it('goes from parameters to a topic and back, for any parameters', () => {
    const level = fc.string({ minLength: 1 }).filter((text) => !/[/+#\0]/.test(text))
    fc.assert(
      fc.property(level, level, fc.array(level, { minLength: 1 }), (org, name, path) => {
        const device = { org, device: name }
        expect(telemetry.match(telemetry.topic(device))).toEqual(device)
        const place = { org, app: name, path: path.join('/') }
        expect(app.match(app.topic(place))).toEqual(place)
        expect(filterMatches(app.filter({ org, app: name }), app.topic(place))).toBe(true)
      }),
    )
  })

  it('matches a topic exactly when it can build it', () => {
    const level = fc.constantFrom('acme', 'apps', 'devices', 'telemetry', '', 'x')
    fc.assert(
      fc.property(fc.array(level, { minLength: 1, maxLength: 6 }), (levels) => {
        const topic = levels.join('/')
        for (const one of [telemetry, app]) {
          const params = one.match(topic) as never
          if (params !== null) expect(one.topic(params)).toBe(topic)
        }
      }),
    )
  })

  it('matches each topic by one channel only', () => {
    const params = { org: 'acme', device: 'd', command: 'c', app: 'a', path: 'p' }
    for (const one of Object.values(channels)) {
      const matching = Object.values(channels).filter((other) => other.match(one.topic(params)) !== null)
      expect(matching).toEqual([one])
    }
  })

  it('decodes what it encodes', () => {
    const payload = {
      ts: 1_767_225_600_000.25,
      values: { temperature: 21.5, ü: null, on: true, list: [1, { a: 'b' }] },
    }
    expect(telemetry.decode(telemetry.encode(payload))).toEqual(payload)
  })

  it('refuses bytes that are not JSON in UTF-8', () => {
    const refusal = (text: string | Uint8Array) => () =>
      telemetry.decode(typeof text === 'string' ? bytes(text) : text)
    expect(refusal('{"temperature":21.5}')()).toEqual({ temperature: 21.5 })
    expect(refusal('')).toThrow(/^the payload is not valid JSON/)
    expect(refusal('{"temperature":21.5')).toThrow(/^the payload is not valid JSON/)
    expect(refusal(new Uint8Array([0x22, 0xc3, 0x28, 0x22]))).toThrow('the payload is not valid UTF-8')
    expect(refusal('['.repeat(100_000))).toThrow(PayloadError)
    expect(refusal(`{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`)).toThrow(
      'the payload is nested too deeply',
    )
  })

  it('keeps every key, whatever its name', () => {
    const text =
      '{"__proto__":5,"constructor":1,"toString":{"__proto__":{"hasOwnProperty":[{"__proto__":2}]}}}'
    expect(JSON.stringify(telemetry.decode(bytes(text)))).toBe(text)
    expect(JSON.stringify(reported.decode(bytes(text)))).toBe(text)
    expect(() => telemetry.decode(bytes('{"values":{"a":1},"__proto__":1}'))).toThrow(
      'must not have the field "__proto__"',
    )
    expect(() => telemetry.decode(bytes('{"__proto__":1e999}'))).toThrow('__proto__ must be a finite number')
  })

  it('encodes a time as it was given, though it reads it', () => {
    const seconds = { ts: 1_767_225_600, values: { a: 1 } }
    expect(new TextDecoder().decode(telemetry.encode(seconds))).toBe(JSON.stringify(seconds))
    expect(telemetry.decode(telemetry.encode(seconds))).toEqual({ ts: 1_767_225_600_000, values: { a: 1 } })
    const event = bytes('{"level":"info","message":"m","ts":"2026-01-01T00:00:00.5Z"}')
    expect(events.decode(event)).toMatchObject({ ts: 1_767_225_600_500 })
  })

  it('checks what it encodes', () => {
    expect(() => presence.encode({ online: true, since: -1, reason: 'connected' })).toThrow(PayloadError)
  })

  it('compares literal levels as they are', () => {
    const odd = channel('a/{x}/b.c', {
      title: 'Odd',
      description: '',
      payload: z.number(),
      publishedBy: 'granted',
      qos: 0,
    })
    expect(odd.match('a/1/b.c')).toEqual({ x: '1' })
    expect(odd.match('a/1/bxc')).toBeNull()
  })
})
