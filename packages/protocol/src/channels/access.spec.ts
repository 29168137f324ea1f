import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { filterMatches, filterProblem } from '../topics/topic.js'
import { canPublish, canRetain, canSubscribe, type MqttPrincipal } from './access.js'
import { channels, deviceChannels, organizationFilter } from './channels.js'

const pump: MqttPrincipal = { kind: 'device', org: 'acme', device: 'pump' }
const person = (subscribe: string[], publish: string[] = []): MqttPrincipal => ({
  kind: 'person',
  org: 'acme',
  subscribe,
  publish,
})
const application = (subscribe: string[], publish: string[] = []): MqttPrincipal => ({
  kind: 'application',
  org: 'acme',
  subscribe,
  publish,
})
const own = { org: 'acme', device: 'pump', command: 'c1' }

describe('canRetain', () => {
  it.each([
    ['acme/devices/pump/presence', true],
    ['acme/devices/pump/state/desired', true],
    ['acme/apps/homeassistant/sensor/pump/config', true],
    ['acme/devices/pump/telemetry', false],
    ['acme/devices/pump/state/reported', false],
    ['acme/devices/pump/commands/anything/reply', false],
    ['acme/fleet', false],
    ['acme/apps/chat', false],
    ['homeassistant/sensor/pump/config', false],
  ])('of %s is %s', (topic, allowed) => {
    expect(canRetain(topic)).toBe(allowed)
  })
})

describe('canPublish', () => {
  it('lets a device publish to its own channels that devices publish, and to no other', () => {
    for (const channel of Object.values(deviceChannels)) {
      const allowed = channel.publishedBy === 'device'
      expect([channel.address, canPublish(pump, channel.topic(own))]).toEqual([channel.address, allowed])
      expect(canPublish(pump, channel.topic({ ...own, device: 'other' }))).toBe(false)
      expect(canPublish(pump, channel.topic({ ...own, org: 'globex' }))).toBe(false)
    }
  })

  it.each([
    'acme/devices/pump',
    'acme/devices/pump/',
    'acme/devices/pump/telemetry/',
    'acme/devices/pump/telemetry/x',
    '/acme/devices/pump/telemetry',
    'acme/devices/pump/commands//reply',
    'acme/devices/pump/unknown',
    'acme/devices/+/telemetry',
    'acme/fleet',
    'acme/apps/chat/room',
    '$SYS/x',
    '',
  ])('lets no device publish to %j', (topic) => {
    expect(canPublish(pump, topic)).toBe(false)
  })

  it('lets a person publish below apps, to granted topics of the own organization', () => {
    const principal = person([], ['acme/apps/chat/#', 'acme/devices/#', 'globex/#', '#'])
    expect(canPublish(person([], ['acme/apps/chat/#']), 'acme/apps/chat/room')).toBe(true)
    expect(canPublish(person([], ['acme/apps/chat/#']), 'acme/apps/other/room')).toBe(false)
    expect(canPublish(principal, 'acme/apps/other/room')).toBe(true)
    expect(canPublish(principal, 'acme/devices/pump/telemetry')).toBe(false)
    expect(canPublish(principal, 'globex/apps/chat/room')).toBe(false)
    expect(canPublish(principal, 'acme/fleet')).toBe(false)
  })

  it('lets an application publish below apps and commands, to granted topics of the own organization', () => {
    const granted = application([], ['acme/apps/chat/#', 'acme/devices/pump/commands/+/request'])
    expect(canPublish(granted, 'acme/apps/chat/room')).toBe(true)
    expect(canPublish(granted, 'acme/apps/other/room')).toBe(false)
    expect(canPublish(granted, channels.command.topic(own))).toBe(true)
    expect(canPublish(granted, channels.command.topic({ ...own, device: 'valve' }))).toBe(false)
    const everything = application([], ['#'])
    for (const channel of Object.values(deviceChannels))
      expect([channel.address, canPublish(everything, channel.topic(own))]).toEqual([
        channel.address,
        channel === channels.command,
      ])
    expect(canPublish(everything, channels.command.topic({ ...own, org: 'globex' }))).toBe(false)
    expect(canPublish(everything, 'acme/fleet')).toBe(false)
  })

  it('lets the platform publish to every valid topic', () => {
    expect(canPublish({ kind: 'platform' }, 'anything/at/all')).toBe(true)
    expect(canPublish({ kind: 'platform' }, 'a/+')).toBe(false)
  })
})

describe('canSubscribe', () => {
  it('lets a device read below its own address', () => {
    for (const filter of [
      'acme/devices/pump/#',
      'acme/devices/pump/commands/+/request',
      '$share/g/acme/devices/pump/#',
    ])
      expect(canSubscribe(pump, filter)).toBe(true)
    for (const filter of [
      '#',
      '+/#',
      'acme/#',
      'acme/devices/#',
      'acme/devices/+/telemetry',
      'acme/devices/pump2/#',
      '$share/g/#',
      '$share/g',
      '$SYS/#',
      '',
    ])
      expect([filter, canSubscribe(pump, filter)]).toEqual([filter, false])
  })

  it('lets a device subscribe to no filter that none of its channels can match', () => {
    for (const channel of Object.values(deviceChannels)) {
      expect(canSubscribe(pump, channel.topic(own))).toBe(true)
      expect(canSubscribe(pump, channel.filter({ org: 'acme', device: 'pump' }))).toBe(true)
    }
    for (const below of ['+', '+/+', 'commands/#', 'commands/+/+', 'telemetry/#', '+/+/reply'])
      expect([below, canSubscribe(pump, `acme/devices/pump/${below}`)]).toEqual([below, true])
    const deep = Array.from({ length: 20 }, (_, level) => `l${level}`).join('/')
    for (const below of [
      deep,
      `${deep}/#`,
      'unknown',
      'unknown/#',
      '+/+/+/+',
      'telemetry/+',
      'commands/1/x',
      'state/+/+',
    ])
      expect([below, canSubscribe(pump, `acme/devices/pump/${below}`)]).toEqual([below, false])
  })

  it('lets a person read the granted topics, inside the own organization', () => {
    const all = person(['#'])
    expect(canSubscribe(all, 'acme/#')).toBe(true)
    expect(canSubscribe(all, '+/devices/#')).toBe(false)
    expect(canSubscribe(person(['acme/devices/+/presence']), 'acme/devices/pump/presence')).toBe(true)
    expect(canSubscribe(person(['acme/devices/+/presence']), 'acme/devices/pump/#')).toBe(false)
    expect(canSubscribe(person([]), 'acme/devices/pump/presence')).toBe(false)
  })

  it('never allows a filter that matches a topic of another organization or device', () => {
    const level = fc.constantFrom(
      'acme',
      'globex',
      'devices',
      'pump',
      'other',
      'telemetry',
      '',
      '$SYS',
      '$share',
      'g',
      '+',
    )
    const filter = fc
      .tuple(fc.array(level, { minLength: 1, maxLength: 5 }), fc.boolean())
      .map(([levels, rest]) => [...levels, ...(rest ? ['#'] : [])].join('/'))
    const near = fc
      .tuple(
        fc.constantFrom('', '$share/g/'),
        fc.constantFrom('acme', '+', 'globex'),
        fc.constantFrom('devices', '+'),
        fc.constantFrom('pump', '+', 'other', ''),
        fc.constantFrom('#', 'telemetry', '+', 'commands/+/request'),
      )
      .map(([share, ...rest]) => share + rest.join('/'))
    const foreign = [
      'globex/devices/pump/telemetry',
      'globex/fleet',
      '$SYS/broker/uptime',
      'acme2/devices/pump/telemetry',
      'devices/pump/telemetry',
      '/devices/pump/telemetry',
    ]
    const foreignDevice = [
      ...foreign,
      'acme/devices/other/telemetry',
      'acme/fleet',
      'acme/devices',
      'acme/devices//telemetry',
      'acme/apps/chat/x',
    ]
    fc.assert(
      fc.property(
        fc.oneof(filter, near),
        fc.array(fc.oneof(filter, near), { maxLength: 3 }),
        (asked, granted) => {
          const plain = asked.startsWith('$share/') ? asked.split('/').slice(2).join('/') : asked
          const matched = (topic: string) => filterProblem(plain) === null && filterMatches(plain, topic)
          if (canSubscribe(pump, asked)) expect(foreignDevice.filter(matched)).toEqual([])
          const grants = granted.filter((one) => filterProblem(one) === null)
          if (canSubscribe(person(grants), asked)) expect(foreign.filter(matched)).toEqual([])
          if (canSubscribe(person(['#']), asked)) expect(foreign.filter(matched)).toEqual([])
        },
      ),
      { numRuns: 5_000 },
    )
  })

  it('lets only the platform read $SYS', () => {
    for (const filter of ['$SYS/#', '$SYS/broker', '$share/g/$SYS/#', '+/broker', '#'])
      expect([canSubscribe(pump, filter), canSubscribe(person(['#', '$SYS/#']), filter)]).toEqual([
        false,
        false,
      ])
  })

  it('covers all channels of an organization by its filter', () => {
    for (const channel of Object.values(channels))
      expect(canSubscribe(person([organizationFilter('acme')]), channel.filter({ org: 'acme' }))).toBe(true)
  })
})
