import { z } from 'zod'
import { CommandReply, CommandRequest, DesiredState, DeviceEvent, ReportedState } from '../payloads/device.js'
import { FleetCounts, Notice, Presence } from '../payloads/platform.js'
import { storedProperties } from '../payloads/stored-time.js'
import { Telemetry } from '../payloads/telemetry.js'
import { channel } from './channel.js'

export const telemetry = channel('{org}/devices/{device}/telemetry', {
  title: 'Telemetry',
  description:
    'Measured values of a device. PUBACK or PUBREC means that they are stored, or refused with a notice.',
  userProperties: {
    [storedProperties.time]:
      'The time at which the first sample without ts is stored: epoch milliseconds with microseconds, as in 1732990000000.123; each that follows is a microsecond later. Absent or empty: every sample has its own',
    [storedProperties.stored]: 'false: the message has QoS 0 and is not stored',
  },
  payload: Telemetry,
  publishedBy: 'device',
  qos: 1,
})

export const events = channel('{org}/devices/{device}/events', {
  title: 'Event',
  description: 'An event on a device, in words.',
  payload: DeviceEvent,
  publishedBy: 'device',
  qos: 1,
})

export const reported = channel('{org}/devices/{device}/state/reported', {
  title: 'Reported state',
  description: 'A JSON merge patch (RFC 7396) of the state that the device reports.',
  payload: ReportedState,
  publishedBy: 'device',
  qos: 1,
})

export const desired = channel('{org}/devices/{device}/state/desired', {
  title: 'Desired state',
  description: 'The state that the platform asks of the device.',
  payload: DesiredState,
  publishedBy: 'platform',
  qos: 1,
  retained: 'always',
})

export const command = channel('{org}/devices/{device}/commands/{command}/request', {
  title: 'Command',
  description:
    'A call to the device, to be answered on the reply channel before it expires. Applications may be granted it too.',
  payload: CommandRequest,
  publishedBy: 'platform',
  qos: 1,
})

export const reply = channel('{org}/devices/{device}/commands/{command}/reply', {
  title: 'Reply',
  description: 'The result of a command.',
  payload: CommandReply,
  publishedBy: 'device',
  qos: 1,
})

export const presence = channel('{org}/devices/{device}/presence', {
  title: 'Presence',
  description: 'Whether the connection of a device is up, since when, and why.',
  payload: Presence,
  publishedBy: 'platform',
  qos: 1,
  retained: 'always',
})

export const notices = channel('{org}/devices/{device}/notices', {
  title: 'Notice',
  description: 'Tells the device which of its messages was refused, and why.',
  payload: Notice,
  publishedBy: 'platform',
  qos: 0,
})

export const fleet = channel('{org}/fleet', {
  title: 'Fleet',
  description: 'Counts and rates of the organization, each second.',
  payload: FleetCounts,
  publishedBy: 'platform',
  qos: 0,
})

export const app = channel('{org}/apps/{app}/{path*}', {
  title: 'App',
  description:
    'Free for applications: chat, tickers, shared editing. A client may publish to the topics that its token or its application grants.',
  payload: z.unknown(),
  publishedBy: 'granted',
  qos: 1,
  retained: 'allowed',
})

/** Every channel, by the name that the contract gives it. */
export const channels = {
  telemetry,
  event: events,
  reported,
  desired,
  command,
  reply,
  presence,
  notice: notices,
  fleet,
  app,
} as const

/** The channels that belong to one device, by the short names that a credential is issued with. */
export const deviceChannels = {
  telemetry,
  events,
  reported,
  desired,
  command,
  reply,
  presence,
  notices,
} as const

const anything = {
  title: 'Anything',
  description: 'All channels below an address.',
  payload: z.unknown(),
  publishedBy: 'granted',
  qos: 1,
} as const
const belowDevice = channel('{org}/devices/{device}/{rest*}', anything)
const belowOrganization = channel('{org}/{rest*}', anything)

/** The filter that matches all topics of a device and of no other. */
export function deviceFilter(parameters: { org: string; device: string }): string {
  return belowDevice.filter({ org: parameters.org, device: parameters.device })
}

/** The device that a topic belongs to, whatever comes below it; null for a topic of no device. */
export function deviceOf(topic: string): { org: string; device: string } | null {
  const parameters = belowDevice.match(topic)
  return parameters === null ? null : { org: parameters.org, device: parameters.device }
}

/** The device that all topics of a filter belong to; null for a filter that reaches beyond one device. */
export function deviceOfFilter(filter: string): { org: string; device: string } | null {
  const parameters = deviceOf(filter)
  if (parameters === null) return null
  return Object.values(parameters).some((level) => level === '+' || level === '#') ? null : parameters
}

/** The filter that matches all topics of an organization and of no other. */
export function organizationFilter(org: string): string {
  return belowOrganization.filter({ org })
}
