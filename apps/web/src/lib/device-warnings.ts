import type { Device } from '@heliograph/protocol'
import { formatCount } from './format-number'
import { formatSpan } from './format-time'

/** A smaller clock error is not worth a warning. */
const tolerableSkewMs = 10_000

export interface DeviceWarning {
  /** For a list: `12 dropped`. */
  short: string
  what: string
  /** What the person can do. */
  todo: string
}

/** Warnings about the telemetry of a device that arrives, but late, early or in part. */
export function deviceWarnings({
  droppedMessages,
  clockSkewMs,
  clockNotSet,
}: Device['telemetry']): DeviceWarning[] {
  const warnings: DeviceWarning[] = []
  if (clockNotSet) warnings.push(notSet)
  else if (clockSkewMs !== null && Math.abs(clockSkewMs) >= tolerableSkewMs)
    warnings.push(clockSkewMs > 0 ? ahead(clockSkewMs) : late(-clockSkewMs))
  if (droppedMessages > 0) {
    const messages = droppedMessages === 1 ? 'message was' : 'messages were'
    warnings.push({
      short: `${formatCount(droppedMessages)} dropped`,
      what: `${formatCount(droppedMessages)} ${messages} dropped, because the database could not keep up.`,
      todo: 'Send with QoS 1, so that the device sends again what was not stored.',
    })
  }
  return warnings
}

const notSet: DeviceWarning = {
  short: 'clock not set',
  what: 'The clock of the device is not set: it sends times before 2010, so its samples have the time of their arrival.',
  todo: 'Set the clock by NTP before the device measures, or send samples without ts.',
}

function ahead(skewMs: number): DeviceWarning {
  const off = `${formatSpan(skewMs)} ahead`
  return {
    short: `clock ${off}`,
    what: `By the last time that it sent, the clock of the device is ${off}.`,
    todo: 'Set the clock by NTP, or send samples without ts: the platform then assigns their time, and this note says nothing about them.',
  }
}

/** Late samples need not mean a wrong clock: a device that was offline sends buffered samples. */
function late(ageMs: number): DeviceWarning {
  const age = formatSpan(ageMs)
  return {
    short: `samples ${age} late`,
    what: `The newest sample of the last message was ${age} old: the device sends buffered samples, or its clock is behind.`,
    todo: 'If this continues, set the clock by NTP, or send samples without ts: the platform then assigns their time.',
  }
}
