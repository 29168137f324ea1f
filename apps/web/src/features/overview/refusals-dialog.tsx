'use client'

import type { FurtherRefusals, Refusal } from '@heliograph/protocol'
import Link from 'next/link'
import { TimeAgo } from '@/components/time-ago'
import { formatCount } from '@/lib/format-number'
import { useOrganization } from '@/lib/organization'
import { paths } from '@/lib/paths'
import { refusalHelp, refusalTitle, refusalTodo } from '@/lib/refusal-texts'
import { sentence } from '@/lib/sentence'
import { ListsDialog } from './lists-dialog'

export function RefusalsDialog({ onClose }: { onClose: () => void }) {
  return (
    <ListsDialog
      title="Refusals of the last hour"
      description="Newest first. A refusal that repeats is listed once, with its count."
      onClose={onClose}
    >
      {({ refusals, furtherRefusals }) =>
        refusals.length === 0 && furtherRefusals.counts.length === 0 ? (
          <p className="py-6 text-center text-13 text-ink-soft">Nothing was refused.</p>
        ) : (
          <ul className="border-t">
            {refusals.map((refusal) => (
              <Item key={`${refusal.code} ${refusal.device} ${refusal.topic}`} refusal={refusal} />
            ))}
            <Further {...furtherRefusals} />
          </ul>
        )
      }
    </ListsDialog>
  )
}

function Item({ refusal: { code, device, topic, detail, remoteAddress, count, ts } }: { refusal: Refusal }) {
  const { slug } = useOrganization()
  const help = device === null ? null : refusalHelp(code, slug, device)
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
          {remoteAddress !== null && ` · from ${remoteAddress}`}
        </span>
      </div>
      {topic !== null && <code className="block font-mono text-12 break-all text-ink-soft">{topic}</code>}
      {detail !== null && <p className="break-words text-ink-soft">{sentence(detail)}</p>}
      <p className="text-ink-soft">
        {refusalTodo(code, device)}{' '}
        {help !== null && (
          <Link href={help.href} className="rounded-inner text-ink underline underline-offset-2">
            {help.label}
          </Link>
        )}
      </p>
    </li>
  )
}

/** The refusals that are not listed, so that the counts add up to the number of the tile. */
function Further({ devices, counts }: FurtherRefusals) {
  const sum = counts.reduce((total, { count }) => total + count, 0)
  if (sum === 0) return null
  const of = devices === 0 ? '' : ` of ${formatCount(devices)} ${devices === 1 ? 'device' : 'devices'}`
  return (
    <li className="border-b py-3 text-13">
      <p className="font-medium">
        And {formatCount(sum)} more{of}
      </p>
      <p className="text-ink-soft tabular-nums">
        {counts.map(({ code, count }) => `${formatCount(count)} × ${refusalTitle(code)}`).join(', ')}
      </p>
    </li>
  )
}
