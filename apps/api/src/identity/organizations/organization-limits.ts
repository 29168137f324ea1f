import { LimitSet } from '../../foundation/limits/stated-limits.js'

/** How many organizations there may be, and what each may have. */
export const organizationLimits = new LimitSet('organization', 'Organizations', {
  perPerson: {
    default: 1_000,
    unit: 'count',
    per: 'owner',
    text: 'organizations of which a person is a member, when they create another',
    past: '409 `quota_exceeded`',
  },
  devices: {
    default: 250_000,
    unit: 'count',
    per: 'organization',
    text: 'devices; a platform administrator may set another number, as of the next three',
    past: '409 `quota_exceeded`',
  },
  messagesPerDay: {
    default: 1_000_000_000,
    unit: 'count',
    per: 'organization',
    text: 'messages of telemetry of a day in UTC',
    past: 'they are refused for good with the notice `quota`; at QoS 0 they count as dropped',
  },
  storedBytes: {
    default: 1024 ** 4,
    unit: 'bytes',
    per: 'organization',
    text: 'stored telemetry, as it is estimated',
    past: 'telemetry is refused for good with the notice `quota`, until less is stored',
  },
  connections: {
    default: 40_000,
    unit: 'count',
    per: 'organization',
    text: 'MQTT connections of devices, applications and scripts',
    past: 'CONNACK with return code 3, reason `quota`; a client that takes over its own connection is let in',
  },
})
