import { command, telemetry } from '@heliograph/protocol'
import { describe, expect, it } from 'vitest'
import { eventually, onBroker, pump } from '../testing/on-broker.js'
import type { Script } from '../testing/scripted-broker.js'
import { connectDevice, type Device } from './device.js'

const state = (device: Device) => device.client.state.state

async function startDevice(scripts: Script[]) {
  const { broker, client } = await onBroker(scripts, (url) => connectDevice({ ...pump, url }))
  return { broker, device: client }
}

describe('subscribe', () => {
  const request = { name: 'reboot', args: {}, expiresAt: 1 }
  const publish = (payload: unknown) => ({
    cmd: 'publish' as const,
    topic: 'acme/devices/pump-7/commands/c1/request',
    payload: JSON.stringify(payload),
    qos: 0 as const,
    dup: false,
    retain: false,
  })

  it('hands over decoded payloads with the parameters of their topic, also after a reconnect', async () => {
    const { broker, device } = await startDevice([{}])
    const got: unknown[] = []
    device.subscribe(command, {}, ({ params, payload }) => got.push([params.command, payload.name]))
    await eventually(() => expect(broker.subscribed).toEqual([['acme/devices/pump-7/commands/+/request']]))
    broker.connections[0]?.send(publish(request))
    await eventually(() => expect(got).toEqual([['c1', 'reboot']]))
    broker.connections[0]?.destroy()
    await eventually(() => expect(broker.subscribed).toHaveLength(2))
    broker.connections[1]?.send(publish(request))
    await eventually(() => expect(got).toHaveLength(2))
  })

  it('reports a payload that does not fit its channel, and continues', async () => {
    const { broker, device } = await startDevice([{}])
    const problems: string[] = []
    let handled = 0
    device.client.on('problem', ({ error }) => problems.push(error.name))
    device.subscribe(command, {}, () => {
      handled += 1
    })
    await eventually(() => expect(broker.subscribed).toHaveLength(1))
    broker.connections[0]?.send(publish('nonsense'))
    broker.connections[0]?.send(publish(request))
    await eventually(() => expect(handled).toBe(1))
    expect(problems).toEqual(['PayloadError'])
  })

  it('reports a filter that the broker denies', async () => {
    const denied = 'acme/devices/+/telemetry'
    const { device } = await startDevice([{ deny: [denied] }])
    const problem = new Promise((resolve) => device.client.on('problem', resolve))
    device.client.subscribe(telemetry, { org: 'acme' }, () => {})
    expect(await problem).toMatchObject({ topic: denied, error: { name: 'SubscriptionDeniedError' } })
  })

  it('tells when a filter is granted, again after a reconnect', async () => {
    const { broker, device } = await startDevice([{}])
    const served: string[][] = []
    device.client.on('subscribed', ({ filters }) => served.push(filters))
    device.subscribe(command, {}, () => {})
    const filters = ['acme/devices/pump-7/commands/+/request']
    await eventually(() => expect(served).toEqual([filters]))
    broker.connections[0]?.destroy()
    await eventually(() => expect(served).toEqual([filters, filters]))
  })

  it('unsubscribes with the last listener', async () => {
    const { broker, device } = await startDevice([{}])
    await eventually(() => expect(state(device)).toBe('live'))
    const stops = [1, 2].map(() => device.subscribe(command, {}, () => {}))
    await eventually(() => expect(broker.subscribed).toHaveLength(2))
    stops[0]?.()
    expect(device.client.filters).toHaveLength(1)
    stops[1]?.()
    await eventually(() => expect(broker.unsubscribed).toHaveLength(1))
    await eventually(() => expect(device.client.filters).toEqual([]))
  })
})
