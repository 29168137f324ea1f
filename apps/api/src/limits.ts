import { type StatedLimit, statedLimits } from '@heliograph/broker'
import { allLimits } from './all-limits.js'

// Prints the limits for docs/limits.md.
const areas = allLimits.map(({ area, title, stated }) => ({ area, title, variable: 'LIMITS', stated }))
const broker = {
  area: 'mqtt',
  title: 'MQTT',
  variable: 'MQTT_LIMITS',
  stated: Object.fromEntries(
    Object.entries<StatedLimit>(statedLimits).map(([name, limit]) => [name, ofPlatform(limit)]),
  ),
}
process.stdout.write(JSON.stringify([broker, ...areas]))

/** In the words of the platform, which names its organizations as groups, and has one broker. */
function ofPlatform(limit: StatedLimit) {
  const words: Record<string, string> = { group: 'organization', broker: 'platform' }
  return { ...limit, per: words[limit.per] ?? limit.per }
}
