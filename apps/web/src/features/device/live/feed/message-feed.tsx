'use client'

import { deviceFilter, telemetry } from '@heliograph/protocol'
import { useVirtualizer } from '@tanstack/react-virtual'
import { Pause, Play } from 'lucide-react'
import { useEffect, useRef, useState, useSyncExternalStore } from 'react'
import { Button } from '@/components/button'
import { Segmented } from '@/components/segmented'
import { cn } from '@/lib/cn'
import { formatCount } from '@/lib/format-number'
import { useLiveMessages } from '@/lib/live/live-connection'
import { useOrganization } from '@/lib/organization'
import { platformNow } from '@/lib/platform-clock'
import { useWhileSeen } from '../../../../lib/use-while-seen'
import type { DeviceTelemetry } from '../telemetry/use-telemetry'
import { earlierMessages } from './earlier-messages'
import { FeedRow } from './feed-row'
import { type FeedEntry, type FeedFilter, FeedStore, feedFilters, feedLength } from './feed-store'
import { RowSlots } from './row-slots'

const ROW_PX = 33
/** Scrolling this far from the newest message pauses the feed. */
const READING_PX = 12
/** So many messages from before the page was opened are shown. */
const EARLIER_SHOWN = 50

interface MessageFeedProps {
  device: string
  telemetry: DeviceTelemetry
}

/** Every message of the device as it came over the wire: telemetry, events, presence, notices. */
export function MessageFeed({ device, telemetry: deviceTelemetry }: MessageFeedProps) {
  const store = useFeedStore(device, deviceTelemetry)
  const [root, listen] = useWhileSeen(store.listen)
  const { entries, missed, filter, before } = useSyncExternalStore(listen, store.read, store.read)
  const scroller = useRef<HTMLDivElement>(null)
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set())

  const touched = useRef(new Set<number>())

  const toggle = (id: number) => {
    store.pause()
    touched.current.add(id)
    setOpen((known) =>
      known.has(id) ? new Set([...known].filter((other) => other !== id)) : new Set([...known, id]),
    )
  }
  const startAnew = (change: () => void) => {
    scroller.current?.scrollTo({ top: 0 })
    setOpen(new Set())
    change()
  }

  return (
    <section ref={root} aria-label="Messages" className="print:hidden rounded-outer border bg-surface">
      <FeedHeader
        shown={entries.length - before.shown}
        missed={missed}
        filter={filter}
        onFilter={(next) => startAnew(() => store.show(next))}
        onPause={() => store.pause()}
        onResume={() => startAnew(() => store.resume())}
      />
      <div
        ref={scroller}
        onScroll={({ currentTarget }) => currentTarget.scrollTop > READING_PX && store.pause()}
        className={cn(
          'overflow-y-auto overscroll-contain',
          (entries.length > 0 || filter !== 'all') && 'h-80',
        )}
      >
        {entries.length === 0 ? (
          <p className="px-4 py-10 text-center text-13 text-ink-soft">{NOTHING[filter]}</p>
        ) : (
          <Rows
            entries={entries}
            scroller={scroller}
            open={open}
            touched={touched.current}
            onToggle={toggle}
          />
        )}
      </div>
      {before.shown > 0 && <EarlierNote {...before} />}
    </section>
  )
}

interface FeedHeaderProps {
  shown: number
  /** How many messages came while the feed is paused; null while it is not. */
  missed: number | null
  filter: FeedFilter
  onFilter: (filter: FeedFilter) => void
  onPause: () => void
  onResume: () => void
}

function FeedHeader({ shown, missed, filter, onFilter, onPause, onResume }: FeedHeaderProps) {
  return (
    <div className="flex min-h-11 flex-wrap items-center gap-x-3 border-b py-1 pr-1.5 pl-4">
      <h2 className="text-13 font-medium">Messages</h2>
      <FeedState shown={shown} missed={missed} />
      <Segmented
        label="Which messages"
        value={filter}
        options={feedFilters.map((value) => ({ value, label: FILTER[value] }))}
        onChange={onFilter}
        className="max-sm:order-last max-sm:-ml-2 max-sm:w-full"
      />
      <Button size="sm" variant="ghost" onClick={missed === null ? onPause : onResume}>
        {missed === null ? <Pause aria-hidden /> : <Play aria-hidden />}
        {missed === null ? 'Pause' : 'Resume'}
      </Button>
    </div>
  )
}

/** The messages that arrive while the page is open, and the last stored ones from before. */
function useFeedStore(device: string, { store: telemetryStore, loaded }: DeviceTelemetry): FeedStore {
  const { slug: org } = useOrganization()
  const [store] = useState(() => new FeedStore())
  const [servedAt, setServedAt] = useState<number | null>(null)
  useLiveMessages(
    deviceFilter({ org, device }),
    (message) => store.add(message),
    () => setServedAt((known) => known ?? platformNow()),
  )
  useEffect(() => {
    if (!loaded || servedAt === null) return
    const earlier = earlierMessages(telemetryStore, { before: servedAt, atMost: EARLIER_SHOWN })
    store.addEarlier(telemetry.topic({ org, device }), earlier)
  }, [loaded, servedAt, store, telemetryStore, org, device])
  return store
}

function EarlierNote({ shown, total }: { shown: number; total: number }) {
  return (
    <p className="border-t px-4 py-1.5 text-12 text-ink-faint">
      {total === shown
        ? `The last ${countOf(total)} from before this page was opened `
        : `${countOf(total)} came in the 18 minutes before this page was opened; the last ${formatCount(shown)} `}
      {shown === 1 ? 'is' : 'are'} shown as stored. Charts go back further.
    </p>
  )
}

const countOf = (count: number) => `${formatCount(count)} telemetry ${count === 1 ? 'message' : 'messages'}`

const FILTER: Record<FeedFilter, string> = {
  all: 'All',
  telemetry: 'Telemetry',
  events: 'Events',
  platform: 'Platform',
}

const NOTHING: Record<FeedFilter, string> = {
  all: 'Every message of this device appears here as it arrives.',
  telemetry: 'Telemetry of this device appears here as it arrives.',
  events: 'Events of this device, such as an opened door, appear here as they arrive.',
  platform: 'Presence, notices, commands and state appear here as they arrive.',
}

function FeedState({ shown, missed }: { shown: number; missed: number | null }) {
  const text = missed === null ? '' : `Paused · ${formatCount(missed)} not shown`
  const full = shown === feedLength ? `the last ${formatCount(feedLength)}` : ''
  return <span className="mr-auto text-12 text-ink-faint tabular-nums">{text || full}</span>
}

interface RowsProps {
  entries: readonly FeedEntry[]
  scroller: React.RefObject<HTMLDivElement | null>
  open: ReadonlySet<number>
  /** Only these may have another height than a line; measuring all would lay out the page for each message. */
  touched: ReadonlySet<number>
  onToggle: (id: number) => void
}

function Rows({ entries, scroller, open, touched, onToggle }: RowsProps) {
  const rows = useVirtualizer({
    count: entries.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    getItemKey: (index) => entries[index]?.id ?? index,
    overscan: 8,
  })
  const [slots] = useState(() => new RowSlots())
  const shown = rows.getVirtualItems().flatMap(({ index, start }) => {
    const entry = entries[index]
    return entry === undefined ? [] : [{ entry, index, start }]
  })
  const slotOf = slots.assign(shown.map(({ entry }) => entry.id))
  return (
    <div className="relative" style={{ height: rows.getTotalSize() }}>
      {shown.map(({ entry, index, start }, at) => (
        <div
          key={slotOf[at]}
          ref={touched.has(entry.id) ? rows.measureElement : null}
          data-index={index}
          className="absolute inset-x-0 top-0"
          style={{ transform: `translateY(${start}px)` }}
        >
          <FeedRow entry={entry} open={open.has(entry.id)} onToggle={onToggle} />
        </div>
      ))}
    </div>
  )
}
