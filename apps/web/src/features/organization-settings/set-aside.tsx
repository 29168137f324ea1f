'use client'

import type { SetAsideMessage } from '@heliograph/protocol'
import dynamic from 'next/dynamic'
import Link from 'next/link'
import { useState } from 'react'
import { Button } from '@/components/button'
import { Loaded } from '@/components/loaded'
import { Skeleton } from '@/components/skeleton'
import { Table, Td, Th, ThActions } from '@/components/table'
import { TimeAgo } from '@/components/time-ago'
import { useOrganization } from '@/lib/organization'
import { paths } from '@/lib/paths'
import { useSetAside } from './use-set-aside'

const SetAsideDialog = dynamic(() => import('./set-aside-dialog').then((m) => m.SetAsideDialog))

/** Telemetry that could not be stored: what, when, of which device and why. */
export function SetAside() {
  const query = useSetAside()
  const [shown, setShown] = useState<SetAsideMessage | null>(null)
  return (
    <section aria-labelledby="set-aside-title">
      <h2 id="set-aside-title" className="text-16 font-semibold">
        Messages set aside
      </h2>
      <p className="mt-0.5 mb-4 text-13 text-ink-soft">
        Telemetry that the platform could not store. Devices do not send it again. It is deleted after 30
        days, unless the platform sets another time.
      </p>
      <Loaded
        query={query}
        failure="The messages could not be loaded"
        skeleton={<Skeleton className="h-24 w-full rounded-outer" />}
      >
        {(messages) =>
          messages.length === 0 ? (
            <p className="text-13 text-ink-soft">No messages: all telemetry could be stored.</p>
          ) : (
            <>
              <Table>
                <thead>
                  <tr>
                    <Th>Received</Th>
                    <Th>Device</Th>
                    <Th className="max-sm:hidden">Reason</Th>
                    <ThActions />
                  </tr>
                </thead>
                <tbody>
                  {messages.map((message) => (
                    <Row key={message.id} message={message} onShow={setShown} />
                  ))}
                </tbody>
              </Table>
              {query.hasNextPage && (
                <Button
                  className="mt-3"
                  busy={query.isFetchingNextPage}
                  onClick={() => void query.fetchNextPage()}
                >
                  Show more
                </Button>
              )}
            </>
          )
        }
      </Loaded>
      {shown && <SetAsideDialog message={shown} onClose={() => setShown(null)} />}
    </section>
  )
}

interface RowProps {
  message: SetAsideMessage
  onShow: (message: SetAsideMessage) => void
}

function Row({ message, onShow }: RowProps) {
  const { slug } = useOrganization()
  return (
    <tr>
      <Td className="whitespace-nowrap text-ink-soft">
        <TimeAgo ts={Date.parse(message.receivedAt)} />
      </Td>
      <Td>
        <Link
          href={paths.device(slug, message.device)}
          className="font-mono text-12 underline-offset-2 hover:underline"
        >
          {message.device}
        </Link>
      </Td>
      <Td className="text-ink-soft max-sm:hidden">{message.reason}</Td>
      <Td className="w-20 text-right max-sm:px-1">
        <Button
          size="sm"
          variant="ghost"
          aria-label={`Show the message of ${message.device}`}
          onClick={() => onShow(message)}
        >
          Show
        </Button>
      </Td>
    </tr>
  )
}
