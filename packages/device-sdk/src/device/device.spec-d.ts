import { app, command, type TelemetryValues, telemetry } from '@heliograph/protocol'
import { describe, expectTypeOf, it } from 'vitest'
import { connectDevice } from './device.js'

// Compiled by `npm run check` and never run.
describe('a device', () => {
  const device = connectDevice({ url: 'ws://x', org: 'acme', device: 'pump', username: 'u', password: 'p' })

  it('publishes what a channel carries, and nothing else', () => {
    device.telemetry({ temperature: 21.5, on: true })
    // @ts-expect-error a number is no set of values
    device.telemetry(21.5)
    // @ts-expect-error a function is no value
    device.telemetry({ temperature: () => 21.5 })
    // @ts-expect-error no such level
    device.event({ level: 'loud', message: 'x' })
    device.publish(telemetry, {}, { temperature: 21.5 })
    // @ts-expect-error QoS 2 is not offered
    device.publish(telemetry, {}, { temperature: 21.5 }, { qos: 2 })
  })

  it('asks for the parameters of a channel that are not its own', () => {
    device.publish(app, { app: 'chat', path: 'room' }, 'hello')
    // @ts-expect-error path is missing
    device.publish(app, { app: 'chat' }, 'hello')
    // @ts-expect-error app is not in this address
    device.subscribe(command, { app: 'chat' }, () => {})
  })

  it('hands over what arrives with its type', () => {
    device.subscribe(command, {}, ({ params, payload, retained }) => {
      expectTypeOf(params).toEqualTypeOf<{ org: string; device: string; command: string }>()
      expectTypeOf(payload.expiresAt).toEqualTypeOf<number>()
      expectTypeOf(retained).toEqualTypeOf<boolean>()
    })
    expectTypeOf(device.telemetry).parameter(0).toEqualTypeOf<TelemetryValues>()
  })
})
