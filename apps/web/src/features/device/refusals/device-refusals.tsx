'use client'

import type { Refusal } from '@heliograph/protocol'
import Link from 'next/link'
import { useState } from 'react'
import { Button } from '@/components/button'
import { Notice } from '@/components/notice'
import { useNow } from '@/lib/clock'
import { formatCount } from '@/lib/format-number'
import { formatClockSeconds, formatExact } from '@/lib/format-time'
import { useOrganization } from '@/lib/organization'
import { refusalHelp, refusalTitle, refusalTodo } from '@/lib/refusal-texts'
import { sentence } from '@/lib/sentence'
import { useDeviceRefusals } from './use-device-refusals'

/** Those that are shown before all are asked for. */
const SHOWN_FIRST = 2
/** Without a take-over for so long, the two clients have stopped. */
const DUPLICATE_ENDS_MS = 60_000

/** What the device was refused in the last hour, and what to do about it. */
export function DeviceRefusals({ device }: { device: string }) {
  const refusals = useDeviceRefusals(device)
  const now = useNow()
  const [all, setAll] = useState(false)
  const duplicate = refusals.find((refusal) => isDuplicateNow(refusal, now))
  const others = refusals.filter((refusal) => refusal !== duplicate)
  const shown = all ? others : others.slice(0, SHOWN_FIRST)
  return (
    <>
      {duplicate !== undefined && <DuplicateClientId device={device} refusal={duplicate} />}
      {others.length > 0 && (
        <section
          aria-labelledby="refusals-title"
          className="mt-3 rounded-outer bg-refused-wash px-3 py-2.5 text-13 print:hidden"
        >
          <h2 id="refusals-title" className="font-medium text-refused-text">
            Refused in the last hour
          </h2>
          <ul>
            {shown.map((refusal) => (
              <Item key={`${refusal.code} ${refusal.topic}`} device={device} refusal={refusal} />
            ))}
          </ul>
          {others.length > SHOWN_FIRST && (
            <Button size="sm" variant="ghost" className="mt-1 -ml-2.5" onClick={() => setAll(!all)}>
              {all ? 'Show fewer' : `Show ${others.length - SHOWN_FIRST} more`}
            </Button>
          )}
        </section>
      )}
    </>
  )
}

function isDuplicateNow({ code, ts }: Refusal, now: number): boolean {
  return code === 'duplicate_client_id' && now - Date.parse(ts) < DUPLICATE_ENDS_MS
}

interface RefusalProps {
  device: string
  refusal: Refusal
}

function DuplicateClientId({ device, refusal: { code, detail, count } }: RefusalProps) {
  return (
    <Notice tone="refused" title="Duplicate client id" className="mt-3">
      {detail !== null && sentence(detail)}{' '}
      <span aria-live="off" className="tabular-nums">
        {formatCount(count)} take-overs in the last hour.
      </span>{' '}
      <Todo code={code} device={device} />
    </Notice>
  )
}

function Item({ device, refusal: { code, topic, detail, remoteAddress, count, ts } }: RefusalProps) {
  const lastAt = Date.parse(ts)
  return (
    <li className="mt-1.5 text-ink-soft">
      <p className="tabular-nums">
        <span className="font-medium text-ink">
          {formatCount(count)} × {refusalTitle(code)}
        </span>
        , last{' '}
        <time dateTime={ts} title={formatExact(lastAt)}>
          {formatClockSeconds(lastAt)}
        </time>
        {remoteAddress !== null && ` from ${remoteAddress}`}
      </p>
      {topic !== null && <code className="block font-mono text-12 break-all">{topic}</code>}
      {detail !== null && <p className="break-words">{sentence(detail)}</p>}
      <p>
        <Todo code={code} device={device} />
      </p>
    </li>
  )
}

function Todo({ code, device }: { code: string; device: string }) {
  const { slug } = useOrganization()
  const help = refusalHelp(code, slug, device)
  return (
    <>
      {refusalTodo(code, device)}{' '}
      {help !== null && (
        <Link href={help.href} className="rounded-inner text-ink underline underline-offset-2">
          {help.label}
        </Link>
      )}
    </>
  )
}
