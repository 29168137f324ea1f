'use client'

import { PresencePage, presence } from '@heliograph/protocol'
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { Activity } from 'lucide-react'
import { Button } from '@/components/button'
import { EmptyState } from '@/components/empty-state'
import { ErrorState } from '@/components/error-state'
import { Skeleton } from '@/components/skeleton'
import { Table, Td, Th } from '@/components/table'
import { request } from '@/lib/api'
import { useNow } from '@/lib/clock'
import { cn } from '@/lib/cn'
import { deviceApi, deviceKey } from '@/lib/device-queries'
import { formatExact, formatMoment } from '@/lib/format-time'
import { useLiveMessages } from '@/lib/live/live-connection'
import { useOrganization } from '@/lib/organization'
import { useCurrentDevice } from '../device-context'
import { presenceReasons } from './presence-reasons'
import {
  foldedText,
  type PresenceSpan,
  presenceSpans,
  spanLength,
  suspiciousTakeOvers,
  takeOversText,
} from './presence-spans'

const REFRESH_MS = 5_000

export function PresenceHistory() {
  return (
    <section aria-labelledby="presence-title" className="max-w-5xl">
      <h2 id="presence-title" className="text-16 font-semibold">
        Presence
      </h2>
      <p className="mt-0.5 mb-4 max-w-2xl text-13 text-ink-soft">
        When the MQTT connection of the device began or ended, for how long, and why.
      </p>
      <Spans />
    </section>
  )
}

function Spans() {
  const { id } = useCurrentDevice()
  const history = usePresenceHistory()
  const now = useNow()
  if (history.isPending) return <Skeleton className="h-64 w-full rounded-outer" />
  if (!history.data) {
    return (
      <ErrorState
        title="The presence history could not be loaded"
        error={history.error}
        onRetry={() => history.refetch()}
      />
    )
  }
  const spans = presenceSpans(history.data.pages.flatMap((page) => page.items))
  if (spans.length === 0) {
    return (
      <EmptyState icon={<Activity aria-hidden />} title="Never connected">
        The MQTT connections of <code className="font-mono">{id}</code> appear here.
      </EmptyState>
    )
  }
  return (
    <>
      <Table>
        <thead>
          <tr>
            <Th>State</Th>
            <Th>Since</Th>
            <Th>Duration</Th>
            <Th className="max-md:hidden">Reason</Th>
          </tr>
        </thead>
        <tbody>
          {spans.map((span) => (
            <SpanRow key={`${span.ts}${span.online}`} span={span} now={now} />
          ))}
        </tbody>
      </Table>
      {history.hasNextPage && (
        <div className="flex justify-center py-4">
          <Button variant="ghost" busy={history.isFetchingNextPage} onClick={() => history.fetchNextPage()}>
            Load more
          </Button>
        </div>
      )}
    </>
  )
}

function SpanRow({ span, now }: { span: PresenceSpan; now: number }) {
  return (
    <tr>
      <Td className="md:whitespace-nowrap">
        <span
          className={cn(
            'inline-flex items-center gap-2',
            span.online ? 'text-online-text' : 'text-offline-text',
          )}
        >
          <span aria-hidden className={cn('size-2 rounded-full', span.online ? 'bg-online' : 'bg-offline')} />
          {span.online ? 'Connected' : 'Disconnected'}
        </span>
        <span className="mt-0.5 block text-12 text-ink-soft md:hidden">
          <Reason span={span} />
        </span>
      </Td>
      <Td className="whitespace-nowrap text-ink-soft tabular-nums">
        <time dateTime={new Date(span.ts).toISOString()} title={formatExact(span.ts)}>
          <span className="md:hidden">{formatMoment(span.ts)}</span>
          <span className="max-md:hidden">{formatExact(span.ts)}</span>
        </time>
      </Td>
      <Td className="whitespace-nowrap text-ink-soft tabular-nums">{spanLength(span, now)}</Td>
      <Td className="min-w-56 text-ink-soft max-md:hidden">
        <Reason span={span} />
      </Td>
    </tr>
  )
}

function Reason({ span }: { span: PresenceSpan }) {
  const takeOvers = takeOversText(span)
  const folded = foldedText(span)
  return (
    <>
      {presenceReasons[span.reason]}
      {folded !== '' && <span className="tabular-nums">{` · ${folded}`}</span>}
      {takeOvers !== '' && (
        <span className="tabular-nums">
          {' · '}
          <span className="font-medium text-ink">{takeOvers}</span> by a client with the same client id
          {span.takeOvers >= suspiciousTakeOvers && '; two clients probably use it at once'}
        </span>
      )}
    </>
  )
}

function usePresenceHistory() {
  const { slug } = useOrganization()
  const { id } = useCurrentDevice()
  const queryClient = useQueryClient()
  const queryKey = [...deviceKey(slug, id), 'presence']

  useLiveMessages(presence.filter({ org: slug, device: id }), ({ retained }) => {
    if (!retained) void queryClient.invalidateQueries({ queryKey })
  })
  return useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam, signal }) =>
      request(`${deviceApi(id)}/presence`, {
        schema: PresencePage,
        query: { cursor: pageParam ?? undefined, limit: 50 },
        org: slug,
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    // No message announces a take-over.
    refetchInterval: ({ state }) => (state.data?.pages.length === 1 ? REFRESH_MS : false),
  })
}
