import type { FleetCounts } from './fleet.js'

export interface Screen {
  isTTY?: boolean
  columns?: number
  write(text: string): unknown
}

const lineEveryMs = 5_000
const redrawEveryMs = 250

/** Keeps one line of a terminal up to date; without a terminal it writes a line every 5 seconds. */
export function showStatus(screen: Screen, counts: () => FleetCounts): { end(): void } {
  const live = screen.isTTY === true
  let before = { acknowledged: 0, at: performance.now() }
  let perSecond = 0
  const draw = () => {
    const now = { ...counts(), at: performance.now() }
    const seconds = (now.at - before.at) / 1_000
    if (seconds >= 1) {
      perSecond = (now.acknowledged - before.acknowledged) / seconds
      before = now
    }
    const line = statusLine(now, perSecond)
    screen.write(live ? `\r${line.slice(0, (screen.columns ?? 80) - 1)}\x1b[K` : `${line}\n`)
  }
  const timer = setInterval(draw, live ? redrawEveryMs : lineEveryMs)
  if (live) draw()
  return {
    end() {
      clearInterval(timer)
      draw()
      if (live) screen.write('\n')
    },
  }
}

export function statusLine(counts: FleetCounts, perSecond: number): string {
  const parts = [
    `${text(counts.connected)}/${text(counts.registered)} connected`,
    `${text(counts.sent)} sent`,
    `${text(counts.acknowledged)} acknowledged`,
    `${text(counts.buffered)} buffered`,
    `${text(Math.round(perSecond))}/s`,
    `${text(counts.errors)} errors`,
  ]
  if (counts.refused > 0) parts.push(`${text(counts.refused)} refused`)
  if (counts.dropped > 0) parts.push(`${text(counts.dropped)} dropped`)
  if (counts.lastError !== null) parts.push(`last: ${counts.lastError}`)
  return parts.join(' · ')
}

const text = (value: number) => value.toLocaleString('en')
