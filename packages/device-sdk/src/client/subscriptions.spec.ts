import { command, desired, telemetry } from '@heliograph/protocol'
import { describe, expect, it } from 'vitest'
import type { Qos } from '../connection/link.js'
import { channelListener, type Listener, type Received, Subscriptions } from './subscriptions.js'

const bytes = (text: string) => new TextEncoder().encode(text)
const message = (topic: string, text = '', retained = false) => ({
  topic,
  payload: bytes(text),
  retained,
  userProperties: {},
})

function listener(filter: string, qos: Qos = 0): Listener & { got: string[] } {
  const got: string[] = []
  return { filter, qos, got, deliver: ({ topic }) => got.push(topic) }
}

describe('Subscriptions', () => {
  it('has each filter once, with the highest QoS of its listeners', () => {
    const subscriptions = new Subscriptions()
    for (const one of [listener('a', 0), listener('a', 1), listener('a', 0), listener('b', 0)])
      subscriptions.add(one)
    expect([...subscriptions.filters()]).toEqual([
      ['a', 1],
      ['b', 0],
    ])
  })

  it('lowers the QoS when the listener that asked for it is removed', () => {
    const subscriptions = new Subscriptions()
    const precise = listener('a', 1)
    for (const one of [listener('a', 0), precise]) subscriptions.add(one)
    expect(subscriptions.remove(precise)).toBe(false)
    expect([...subscriptions.filters()]).toEqual([['a', 0]])
  })

  it('tells that a filter has no listener any more, once', () => {
    const subscriptions = new Subscriptions()
    const only = listener('a')
    subscriptions.add(only)
    expect(subscriptions.remove(only)).toBe(true)
    expect(subscriptions.remove(only)).toBe(false)
    expect(subscriptions.filters().size).toBe(0)
  })

  it('delivers to every listener whose filter matches, and to no other', () => {
    const subscriptions = new Subscriptions()
    const listeners = ['a/b', 'a/+', '#', 'a', 'b/#'].map((filter) => listener(filter))
    for (const one of listeners) subscriptions.add(one)
    subscriptions.dispatch(message('a/b'))
    expect(listeners.map(({ got }) => got.length)).toEqual([1, 1, 1, 0, 0])
  })

  it('delivers also when listeners remove themselves meanwhile', () => {
    const subscriptions = new Subscriptions()
    const got: string[] = []
    for (const name of ['first', 'second']) {
      const once: Listener = {
        filter: 'a',
        qos: 0,
        deliver: () => {
          got.push(name)
          subscriptions.remove(once)
        },
      }
      subscriptions.add(once)
    }
    subscriptions.dispatch(message('a'))
    subscriptions.dispatch(message('a'))
    expect(got).toEqual(['first', 'second'])
  })
})

describe('channelListener', () => {
  it('decodes payload and parameters', () => {
    const got: Received<object, unknown>[] = []
    const { deliver } = channelListener(
      command,
      '#',
      1,
      (received) => got.push(received),
      (error) => expect.fail(error.message),
    )
    const request = { name: 'reboot', args: null, expiresAt: 1 }
    deliver(message('acme/devices/pump/commands/c1/request', JSON.stringify(request)), 5)
    expect(got).toEqual([
      {
        topic: 'acme/devices/pump/commands/c1/request',
        params: { org: 'acme', device: 'pump', command: 'c1' },
        payload: request,
        time: null,
        userProperties: {},
        retained: false,
        receivedAt: 5,
      },
    ])
  })

  it('knows the time at which the platform stores telemetry', () => {
    const got: (number | null)[] = []
    const { deliver } = channelListener(
      telemetry,
      '#',
      1,
      ({ time }) => got.push(time),
      (error) => expect.fail(error.message),
    )
    const sent = message('acme/devices/pump/telemetry', '{"a":1}')
    deliver({ ...sent, userProperties: { time: ['1.000', '1767225600000.007'] } }, 5)
    expect(got).toEqual([1_767_225_600_000.007])
  })

  it('ignores topics of other channels, and the clearing of a retained message', () => {
    const unexpected = () => expect.fail('it must not be called')
    const { deliver } = channelListener(desired, '#', 1, unexpected, unexpected)
    deliver(message('acme/devices/pump/presence', '{}'), 0)
    deliver(message('acme/devices/pump/state/desired', '', true), 0)
  })

  it('reports an empty payload that was not retained, and an error of the handler', () => {
    const reports: string[] = []
    const failing = () => {
      throw new Error('handler')
    }
    const { deliver } = channelListener(desired, '#', 1, failing, (error, topic) =>
      reports.push(`${error.name} ${topic}`),
    )
    const topic = 'acme/devices/pump/state/desired'
    deliver(message(topic, ''), 0)
    deliver(message(topic, '{"version":1,"state":{}}'), 0)
    expect(reports).toEqual([`PayloadError ${topic}`, `Error ${topic}`])
  })
})
