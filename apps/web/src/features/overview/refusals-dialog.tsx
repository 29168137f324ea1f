'use client'

import type { Refusal } from '@heliograph/protocol'
import Link from 'next/link'
import { TimeAgo } from '@/components/time-ago'
import { formatCount } from '@/lib/format-number'
import { useOrganization } from '@/lib/organization'
import { paths } from '@/lib/paths'
import { ListsDialog } from './lists-dialog'
import { refusalTitle, refusalTodo } from './refusal-texts'

export function RefusalsDialog({ onClose }: { onClose: () => void }) {
  return (
    <ListsDialog
      title="Refusals of the last hour"
      description="Newest first. A refusal that repeats is listed once, with its count."
      onClose={onClose}
    >
      {({ refusals }) =>
        refusals.length === 0 ? (
          <p className="py-6 text-center text-13 text-ink-soft">Nothing was refused.</p>
        ) : (
          <ul className="border-t">
            {refusals.map((refusal) => (
              <Item key={`${refusal.code} ${refusal.device} ${refusal.topic}`} refusal={refusal} />
            ))}
          </ul>
        )
      }
    </ListsDialog>
  )
}

function Item({ refusal: { code, device, topic, detail, count, ts } }: { refusal: Refusal }) {
  const { slug } = useOrganization()
  return (
    <li className="border-b py-3 text-13">
      <div className="flex flex-wrap items-baseline gap-x-2">
        <span className="font-medium text-refused-text">{refusalTitle(code)}</span>
        {device !== null && (
          <Link
            href={paths.device(slug, device)}
            className="rounded-inner font-mono text-12 text-ink underline underline-offset-2"
          >
            {device}
          </Link>
        )}
        <span className="ml-auto text-12 text-ink-soft tabular-nums">
          {count > 1 && `${formatCount(count)} times · `}
          <TimeAgo ts={Date.parse(ts)} />
        </span>
      </div>
      {topic !== null && <code className="block font-mono text-12 break-all text-ink-soft">{topic}</code>}
      {detail !== null && <p className="break-words text-ink-soft">{detail}</p>}
      <p className="text-ink-soft">{refusalTodo(code)}</p>
    </li>
  )
}
