import { describe, expectTypeOf, it } from 'vitest'
import type { CommandReply } from '../payloads/device.js'
import type { Presence } from '../payloads/platform.js'
import type { Telemetry } from '../payloads/telemetry.js'
import { type Channel, type ChannelParameters, channel } from './channel.js'
import { app, command, fleet, presence, reply, telemetry } from './channels.js'

// Compiled by `npm run check` and never run: each @ts-expect-error is an error itself when nothing is wrong there.
describe('parameters come from the address', () => {
  it('by name, all of them', () => {
    expectTypeOf<ChannelParameters<'{org}/devices/{device}/telemetry'>>().toEqualTypeOf<{
      org: string
      device: string
    }>()
    expectTypeOf<ChannelParameters<'{org}/apps/{app}/{path*}'>>().toEqualTypeOf<{
      org: string
      app: string
      path: string
    }>()
    expectTypeOf<keyof ChannelParameters<'a/b'>>().toEqualTypeOf<never>()
    expectTypeOf(telemetry.address).toEqualTypeOf<'{org}/devices/{device}/telemetry'>()
  })

  it('and a topic needs each of them, as text, and no other', () => {
    telemetry.topic({ org: 'acme', device: 'pump' })
    // @ts-expect-error device is missing
    telemetry.topic({ org: 'acme' })
    // @ts-expect-error devcie is misspelled
    telemetry.topic({ org: 'acme', devcie: 'pump' })
    // @ts-expect-error command is not in this address
    telemetry.topic({ org: 'acme', device: 'pump', command: 'c1' })
    // @ts-expect-error a number is no topic level
    telemetry.topic({ org: 'acme', device: 7 })
    // @ts-expect-error path is missing
    app.topic({ org: 'acme', app: 'chat' })
  })

  it('while a filter takes any of them, and still no other', () => {
    command.filter()
    command.filter({ device: 'pump' })
    // @ts-expect-error app is not in this address
    command.filter({ app: 'chat' })
    // @ts-expect-error fleet has no device
    fleet.filter({ device: 'pump' })
  })

  it('and a match gives them, or null', () => {
    expectTypeOf(reply.match('x')).toEqualTypeOf<{ org: string; device: string; command: string } | null>()
    // @ts-expect-error may be null
    reply.match('x').device
  })
})

describe('payloads come from the schema', () => {
  it('when decoded', () => {
    expectTypeOf(telemetry.decode(new Uint8Array())).toEqualTypeOf<Telemetry>()
    expectTypeOf(presence.decode(new Uint8Array())).toEqualTypeOf<Presence>()
    expectTypeOf(reply.decode(new Uint8Array())).toEqualTypeOf<CommandReply>()
    expectTypeOf(app.decode(new Uint8Array())).toBeUnknown()
    // @ts-expect-error text is not bytes
    telemetry.decode('{"a":1}')
  })

  it('when encoded', () => {
    presence.encode({ online: true, since: 0, reason: 'connected' })
    // @ts-expect-error since is missing
    presence.encode({ online: true, reason: 'connected' })
    // @ts-expect-error no such reason
    presence.encode({ online: true, since: 0, reason: 'bored' })
    // @ts-expect-error a number is no telemetry
    telemetry.encode(21.5)
    // @ts-expect-error no such status
    reply.encode({ status: 'perhaps' })
  })
})

describe('a declared channel', () => {
  it('keeps its address and payload apart from those of others', () => {
    expectTypeOf(telemetry).not.toEqualTypeOf(presence)
    expectTypeOf(telemetry).toExtend<Channel<'{org}/devices/{device}/telemetry', Telemetry>>()
    // @ts-expect-error who publishes must be said
    channel('{org}/x', { title: 'X', description: '', payload: telemetry.payload, qos: 0 })
  })
})
