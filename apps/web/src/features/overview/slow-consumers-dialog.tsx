'use client'

import type { SlowConsumer } from '@heliograph/protocol'
import Link from 'next/link'
import { TimeAgo } from '@/components/time-ago'
import { formatBytes, formatCount } from '@/lib/format-number'
import { useOrganization } from '@/lib/organization'
import { paths } from '@/lib/paths'
import { ListsDialog } from './lists-dialog'

export function SlowConsumersDialog({ onClose }: { onClose: () => void }) {
  return (
    <ListsDialog
      title="Slow consumers of the last ten minutes"
      description="Clients with a backlog come first. QoS 0 messages to a client that does not keep up are dropped, and in the end it is disconnected. Subscribe with narrower filters, or improve its network."
      onClose={onClose}
    >
      {({ slowConsumers }) =>
        slowConsumers.length === 0 ? (
          <p className="py-6 text-center text-13 text-ink-soft">All clients keep up.</p>
        ) : (
          <ul className="border-t">
            {slowConsumers.map((consumer) => (
              <Item key={consumer.clientId} consumer={consumer} />
            ))}
          </ul>
        )
      }
    </ListsDialog>
  )
}

function Item({ consumer }: { consumer: SlowConsumer }) {
  const { slug } = useOrganization()
  const { clientId, device, waitingMessages, waitingBytes, droppedMessages, cutOffs, topic, ts } = consumer
  const waiting = formatBytes(waitingBytes)
  return (
    <li className="border-b py-3 text-13">
      <div className="flex flex-wrap items-baseline gap-x-2">
        {device === null ? (
          <>
            <span className="font-medium">A page or a script</span>
            <code className="font-mono text-12 break-all text-ink-soft">{clientId}</code>
          </>
        ) : (
          <Link
            href={paths.device(slug, device)}
            className="rounded-inner font-mono text-12 text-ink underline underline-offset-2"
          >
            {clientId}
          </Link>
        )}
        <span className="ml-auto text-12 text-ink-soft">
          <TimeAgo ts={Date.parse(ts)} />
        </span>
      </div>
      <p className="text-ink-soft tabular-nums">
        {waitingBytes > 0 && (
          <span className="font-medium text-quiet-text">
            {waiting.figure} {waiting.unit} of backlog
            {waitingMessages > 0 && `, ${formatCount(waitingMessages)} messages`}
            {' · '}
          </span>
        )}
        {formatCount(droppedMessages)} messages dropped
        {cutOffs > 0 && `, disconnected ${formatCount(cutOffs)} times`}
      </p>
      {topic !== null && <code className="block font-mono text-12 break-all text-ink-soft">{topic}</code>}
    </li>
  )
}
