import { type BrokerLimits, defaultLimits } from '@heliograph/broker'
import { z } from 'zod'
import type { GivenLimits } from '../limits/stated-limits.js'

/** Limits of the broker as text, `maxPacketBytes=65536,maxConnectsPerSecondPerAddress=100`; `Infinity` turns one off. */
export const MqttLimits = limitList((name) =>
  Object.hasOwn(defaultLimits, name)
    ? null
    : `${name} is not a limit; the limits are ${Object.keys(defaultLimits).join(', ')}`,
).transform((limits): Partial<BrokerLimits> => Object.fromEntries(limits))

/** Limits of the other parts as text, `http.connections=1000`. Whether they exist is checked where all parts are known. */
export const PlatformLimits = limitList((name) =>
  /^[a-zA-Z]+\.[a-zA-Z]+$/.test(name) ? null : `${name} is not a limit; one looks like http.connections`,
)

function limitList(problemOfName: (name: string) => string | null) {
  return z.string().transform((text, context): GivenLimits => {
    const limits = new Map<string, number>()
    for (const item of text.split(',')) {
      const [name = '', value = ''] = item.split('=').map((part) => part.trim())
      if (name === '' && value === '') continue
      const problem = problemOfName(name) ?? problemOfValue(name, value)
      if (problem !== null) context.addIssue({ code: 'custom', message: problem })
      else limits.set(name, Number(value))
    }
    return limits
  })
}

function problemOfValue(name: string, value: string): string | null {
  if (/^(\d{1,15}|\d{1,6}\.\d{1,6}|Infinity)$/.test(value) && Number(value) > 0) return null
  return `${name}: expected a number above 0, or Infinity`
}
