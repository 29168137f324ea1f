import type { Device } from '@heliograph/protocol'
import { formatCount } from './format-number'
import { formatSpan } from './format-time'

/** A clock that is this far off puts samples beside those of others. */
const tolerableSkewMs = 10_000

export interface DeviceTrouble {
  /** For a list: `12 dropped`. */
  short: string
  what: string
  /** What the person can do. */
  todo: string
}

/** What is wrong with the telemetry of a device although it arrives. */
export function deviceTroubles({ droppedMessages, clockSkewMs }: Device['telemetry']): DeviceTrouble[] {
  const troubles: DeviceTrouble[] = []
  if (clockSkewMs !== null && Math.abs(clockSkewMs) >= tolerableSkewMs)
    troubles.push(clockSkewMs > 0 ? ahead(clockSkewMs) : late(-clockSkewMs))
  if (droppedMessages > 0) {
    const messages = droppedMessages === 1 ? 'message was' : 'messages were'
    troubles.push({
      short: `${formatCount(droppedMessages)} dropped`,
      what: `${formatCount(droppedMessages)} ${messages} dropped so far, because the database could not keep up.`,
      todo: 'Send with QoS 1: the device then learns of it, and sends again.',
    })
  }
  return troubles
}

function ahead(skewMs: number): DeviceTrouble {
  const off = `${formatSpan(skewMs)} ahead`
  return {
    short: `clock ${off}`,
    what: `Its clock is ${off}, so its samples stand at the wrong time.`,
    todo: 'Set it by NTP, or leave ts out of what it sends: the platform then stamps the samples.',
  }
}

/** A device that was offline sends what it kept: only of the future it is certain that the clock is wrong. */
function late(ageMs: number): DeviceTrouble {
  const age = formatSpan(ageMs)
  return {
    short: `samples ${age} late`,
    what: `The newest sample of its last message was ${age} old: it sends what it kept, or its clock is behind.`,
    todo: 'If this stays so, set its clock by NTP, or leave ts out of what it sends: the platform then stamps the samples.',
  }
}
