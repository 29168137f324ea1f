import { type BrokerLimits, defaultLimits } from '@heliograph/broker'
import { z } from 'zod'

/** Limits of the broker as text, `maxPacketBytes=65536,maxConnectsPerSecondPerAddress=100`; `Infinity` turns one off. */
export const MqttLimits = z.string().transform((text, context): Partial<BrokerLimits> => {
  const limits: Partial<BrokerLimits> = {}
  for (const item of text.split(',')) {
    const [name = '', value = ''] = item.split('=').map((part) => part.trim())
    if (name === '' && value === '') continue
    const problem = problemOf(name, value)
    if (problem !== null) context.addIssue({ code: 'custom', message: problem })
    else limits[name as keyof BrokerLimits] = Number(value)
  }
  return limits
})

function problemOf(name: string, value: string): string | null {
  if (!Object.hasOwn(defaultLimits, name))
    return `${name} is not a limit; the limits are ${Object.keys(defaultLimits).join(', ')}`
  if (!/^(\d{1,15}|Infinity)$/.test(value) || Number(value) === 0)
    return `${name}: expected a whole number above 0, or Infinity`
  return null
}
