import type { QuotaName, QuotaUse } from '@heliograph/protocol'
import { formatBytes, formatCount } from '../../lib/format-number'
import { formatClock, formatDay } from '../../lib/format-time'

export const quotaTitles: Record<QuotaName, string> = {
  devices: 'Devices',
  messagesPerDay: 'Messages today',
  storedBytes: 'Telemetry stored',
  connections: 'Connections',
}

/** What it means for a quota to come near its limit, beside its colour and icon. */
export const levelWords: Record<QuotaUse['level'], string> = {
  ok: 'Enough left',
  warning: 'Nearly used up',
  critical: 'Almost used up',
  full: 'Used up',
}

/** `1,204 of 100,000`, `318 MB of 1.1 TB`; `…` for what is not known yet. */
export function usedText(name: QuotaName, { used, limit }: QuotaUse): string {
  const text = name === 'storedBytes' ? bytesText : formatCount
  const figure = used === null ? '…' : text(used)
  return limit === null ? `${figure}, no limit` : `${figure} of ${text(limit)}`
}

/** The share that is used, rounded down, so that 100 % is used up: `96 %`, `below 1 %`; empty where it is not known. */
export function percentText({ used, limit }: QuotaUse): string {
  if (used === null || limit === null) return ''
  const percent = Math.floor((100 * used) / limit)
  return used > 0 && percent === 0 ? 'below 1 %' : `${percent} %`
}

/** When the quota is used up at the present rate, or what is refused now. */
export function forecastText(name: QuotaName, { level, limit, fullAt }: QuotaUse, now: number): string {
  if (limit === null) return ''
  if (level === 'full') return refusedNow[name](now)
  if (fullAt === null) return notSoon[name]
  return fullText[name](Date.parse(fullAt))
}

const notSoon: Record<QuotaName, string> = {
  devices: 'Enough for more than 5 years at the rate of the last 7 days',
  messagesPerDay: 'Enough for today at its rate so far',
  storedBytes: 'Enough for more than 5 years at the rate of the last 24 hours',
  connections: 'Devices and scripts that are connected now',
}

const fullText: Record<QuotaName, (at: number) => string> = {
  devices: (at) => `At the rate of the last 7 days, used up on ${formatDay(at)}`,
  messagesPerDay: (at) => `At the rate of today, used up at ${formatClock(at)}`,
  storedBytes: (at) => `At the rate of the last 24 hours, used up on ${formatDay(at)}`,
  connections: (at) => `Used up on ${formatDay(at)}`,
}

const dayMs = 86_400_000

const refusedNow: Record<QuotaName, (now: number) => string> = {
  devices: () => 'No further device can be registered',
  messagesPerDay: (now) => `Telemetry is refused until ${formatClock((Math.floor(now / dayMs) + 1) * dayMs)}`,
  storedBytes: () => 'Telemetry is refused until less is stored',
  connections: () => 'Further connections are refused',
}

function bytesText(bytes: number): string {
  const { figure, unit } = formatBytes(bytes)
  return `${figure} ${unit}`
}
