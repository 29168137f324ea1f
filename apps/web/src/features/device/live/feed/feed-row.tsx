import { ChevronRight } from 'lucide-react'
import { memo } from 'react'
import { Code } from '@/components/code'
import { CopyButton } from '@/components/copy-button'
import { cn } from '@/lib/cn'
import { formatClockMillis } from '@/lib/format-time'
import type { FeedEntry, FeedKind } from './feed-store'

interface FeedRowProps {
  entry: FeedEntry
  open: boolean
  onToggle: (id: number) => void
}

/** A message on one line; all of it when opened. */
export const FeedRow = memo(function FeedRow({ entry, open, onToggle }: FeedRowProps) {
  return (
    <div className={cn('border-b', open && 'bg-sunken')}>
      <button
        type="button"
        aria-expanded={open}
        onClick={() => onToggle(entry.id)}
        className="flex h-8 w-full items-center gap-3 px-4 text-left text-12 hover:bg-hover/60 focus-visible:-outline-offset-2"
      >
        <ChevronRight
          aria-hidden
          className={cn('size-3.5 shrink-0 text-ink-faint transition-transform', open && 'rotate-90')}
        />
        <ReceivedAt entry={entry} />
        <span className={cn('w-19 shrink-0 truncate font-medium', toneOf(entry))}>{KIND[entry.kind]}</span>
        <span className="min-w-0 flex-1 truncate font-mono text-ink">{entry.text}</span>
        {(entry.retained || entry.earlier) && (
          <span className="shrink-0 text-ink-faint">{entry.retained ? 'retained' : 'stored'}</span>
        )}
      </button>
      {open && <Details entry={entry} />}
    </div>
  )
})

/** A retained message came before the page was opened; when, nobody knows. */
function ReceivedAt({ entry: { receivedAt, retained } }: { entry: FeedEntry }) {
  if (retained) {
    return (
      <span
        title="Published before this page received it, and kept by the platform"
        className="min-w-21 shrink-0 font-mono text-ink-faint"
      >
        earlier
      </span>
    )
  }
  return (
    <time
      dateTime={new Date(receivedAt).toISOString()}
      className="min-w-21 shrink-0 font-mono text-ink-faint tabular-nums"
    >
      {formatClockMillis(receivedAt)}
    </time>
  )
}

function Details({ entry }: { entry: FeedEntry }) {
  return (
    <div className="relative px-4 pb-3 pl-10.5">
      <p className="mb-1.5 font-mono text-12 break-all text-ink-faint">{entry.topic}</p>
      <pre className="max-h-72 overflow-auto pr-10 font-mono text-12 leading-5 break-words whitespace-pre-wrap">
        <Code code={pretty(entry.text)} language="json" />
      </pre>
      <CopyButton value={entry.text} label="payload" className="absolute top-0 right-3" />
    </div>
  )
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}

const KIND: Record<FeedKind, string> = {
  telemetry: 'Telemetry',
  events: 'Event',
  reported: 'Reported',
  desired: 'Desired',
  command: 'Command',
  reply: 'Reply',
  presence: 'Presence',
  notices: 'Notice',
  other: 'Other',
}

function toneOf({ kind, level }: FeedEntry): string {
  if (kind === 'notices' || level === 'error' || level === 'critical') return 'text-refused-text'
  if (level === 'warning') return 'text-quiet-text'
  return kind === 'telemetry' ? 'text-ink-soft' : 'text-ink'
}
