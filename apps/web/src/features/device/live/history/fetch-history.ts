import { Sample } from '@heliograph/protocol'
import { z } from 'zod'
import { request } from '@/lib/api'
import { deviceApi } from '@/lib/device-queries'
import type { HistoryAnswer, HistoryRequest } from './chart-history'

const Origin = z.object({ resolution: z.enum(['raw', 'minute', 'hour']), thinned: z.boolean() })
const OneDevice = Origin.extend({ items: z.array(Sample) })
const ManyDevices = Origin.extend({ items: z.array(Sample.extend({ device: z.string() })) })

/** Asks the platform for so many points of each key: it picks samples, minutes or hours, and leaves out no spike. */
export async function fetchHistory(
  org: string,
  { devices, keys, from, to, points }: HistoryRequest,
  signal: AbortSignal,
): Promise<HistoryAnswer> {
  const query = { key: keys, from, to, points }
  const [device, ...others] = devices
  if (device !== undefined && others.length === 0) {
    const path = `${deviceApi(device)}/telemetry`
    const answer = await request(path, { schema: OneDevice, query, org, signal })
    return { ...answer, items: answer.items.map((item) => ({ ...item, device })) }
  }
  return request('/api/v1/telemetry', {
    schema: ManyDevices,
    query: { ...query, devices: devices.join(',') },
    org,
    signal,
  })
}
