'use client'

import type { FleetCounts, Overview } from '@heliograph/protocol'
import dynamic from 'next/dynamic'
import { useState } from 'react'
import { formatBytes, formatCount } from '@/lib/format-number'
import { formatClock } from '@/lib/format-time'
import { refusalTitle } from '@/lib/refusal-texts'
import { Tile } from './tile'

const RefusalsDialog = dynamic(() => import('./refusals-dialog').then((m) => m.RefusalsDialog))
const SlowConsumersDialog = dynamic(() =>
  import('./slow-consumers-dialog').then((m) => m.SlowConsumersDialog),
)

const reasonsShown = 2
const third = 'col-span-6 md:col-span-4'

interface TileProps {
  fleet: Overview['fleet'] | undefined
  /** How much of the row it takes. */
  width?: string
}

export function RefusalsTile({ fleet, width = third }: TileProps) {
  const [open, setOpen] = useState(false)
  const refusals = fleet?.refusals ?? []
  const lastMinute = refusals.reduce((sum, refusal) => sum + refusal.lastMinute, 0)
  const lastHour = refusals.reduce((sum, refusal) => sum + refusal.lastHour, 0)
  return (
    <>
      <Tile
        className={width}
        label="Refused"
        to={{ onPress: () => setOpen(true), title: 'What was refused, and why' }}
        value={fleet ? formatCount(lastMinute) : null}
        unit="in the last minute"
        tone={lastMinute > 0 ? 'refused' : 'calm'}
        hint={lastHour === 0 ? 'Nothing in the last hour' : `${formatCount(lastHour)} in the last hour`}
      >
        <ul className="mt-2 min-h-10 text-12 text-ink-soft in-data-wall:min-h-0 in-data-wall:text-[2.3vh] in-data-wall:leading-snug">
          {refusals.slice(0, reasonsShown).map(({ code, lastHour }) => (
            <li key={code} className="flex justify-between gap-3">
              <span className="truncate">{refusalTitle(code)}</span>
              <span className="tabular-nums">{formatCount(lastHour)}</span>
            </li>
          ))}
        </ul>
      </Tile>
      {open && <RefusalsDialog onClose={() => setOpen(false)} />}
    </>
  )
}

export function SlowConsumersTile({ fleet, width = third }: TileProps) {
  const [open, setOpen] = useState(false)
  const { connections = 0, droppedMessages = 0 } = fleet?.slowConsumers ?? {}
  return (
    <>
      <Tile
        className={width}
        label="Slow consumers"
        to={{ onPress: () => setOpen(true), title: 'Clients that do not keep up with their subscriptions' }}
        value={fleet ? formatCount(connections) : null}
        tone={connections > 0 ? 'quiet' : 'calm'}
        hint={
          connections === 0
            ? 'All clients keep up'
            : `${formatCount(droppedMessages)} messages dropped in ten minutes`
        }
      />
      {open && <SlowConsumersDialog onClose={() => setOpen(false)} />}
    </>
  )
}

export function StorageTile({ fleet, width = third }: TileProps) {
  const storage = fleet?.storage ?? null
  const used = formatBytes(storage?.bytes ?? 0)
  const daily = formatBytes(storage?.bytesPerDay ?? 0)
  return (
    <Tile
      className={width}
      label="Telemetry stored"
      value={storage && used.figure}
      unit={used.unit}
      hint={storage && `about ${daily.figure} ${daily.unit} of it in the last 24 hours`}
    >
      <p className="mt-2 text-12 text-ink-faint in-data-wall:text-[2vh] in-data-wall:leading-tight">
        {fleet ? STORING[fleet.store.state](formatClock(fleet.store.since)) : ' '}
      </p>
    </Tile>
  )
}

const STORING: Record<FleetCounts['store']['state'], (since: string) => string> = {
  ok: () => 'Estimated once a minute from a sample',
  behind: (since) => `Behind since ${since}`,
  away: (since) => `Not stored since ${since}`,
}
