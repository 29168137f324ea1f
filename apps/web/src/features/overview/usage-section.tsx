'use client'

import { type QuotaName, type QuotaUse, quotaNames } from '@heliograph/protocol'
import { CircleAlert, TriangleAlert } from 'lucide-react'
import { Loaded } from '@/components/loaded'
import { Notice } from '@/components/notice'
import { Skeleton } from '@/components/skeleton'
import { useNow } from '@/lib/clock'
import { cn } from '@/lib/cn'
import { forecastText, levelWords, percentText, quotaTitles, usedText } from './quota-texts'
import { useUsage } from './use-usage'

/** What the organization uses of each quota, and when that is used up. */
export function UsageSection() {
  const query = useUsage()
  return (
    <section aria-labelledby="usage-title" className="mt-8">
      <h2 id="usage-title" className="mb-3 text-16 font-semibold">
        Usage
      </h2>
      <Loaded
        query={query}
        failure="The usage could not be loaded"
        skeleton={<Skeleton className="h-72 w-full rounded-outer md:h-40" />}
      >
        {(usage) => (
          <ul className="grid overflow-hidden rounded-outer border bg-surface md:grid-cols-2">
            {quotaNames.map((name) => (
              <Quota key={name} name={name} use={usage[name]} />
            ))}
          </ul>
        )}
      </Loaded>
    </section>
  )
}

/** The quotas that are nearly used up, for the top of the page. */
export function QuotaWarnings() {
  const { data } = useUsage()
  const now = useNow()
  const warned = data === undefined ? [] : quotaNames.filter((name) => data[name].level !== 'ok')
  return warned.map((name) => {
    const use = (data as NonNullable<typeof data>)[name]
    return (
      <Notice
        key={name}
        tone={use.level === 'warning' ? 'quiet' : 'refused'}
        title={`${quotaTitles[name]}: quota ${levelWords[use.level].toLowerCase()}`}
        className="mb-4"
      >
        {usedText(name, use)}. {forecastText(name, use, now)}. A platform administrator may raise the quota.
      </Notice>
    )
  })
}

function Quota({ name, use }: { name: QuotaName; use: QuotaUse }) {
  const now = useNow()
  const { level } = use
  const Icon = level === 'warning' ? TriangleAlert : CircleAlert
  return (
    <li className="-mr-px -mb-px min-w-0 border-r border-b p-4 md:p-5">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-0.5">
        <h3 className="text-13 text-ink-soft">{quotaTitles[name]}</h3>
        <p className="text-13 font-medium tabular-nums">{usedText(name, use)}</p>
      </div>
      <div aria-hidden className="mt-2 h-1.5 overflow-hidden rounded-full bg-sunken">
        <div className={cn('h-full rounded-full', BAR[level])} style={{ width: widthOf(use) }} />
      </div>
      <p className="mt-2 flex flex-wrap items-baseline gap-x-3 gap-y-0.5 text-12 text-ink-soft">
        {level !== 'ok' && (
          <span className={cn('inline-flex items-center gap-1 font-medium', WORD[level])}>
            <Icon aria-hidden className="size-3.5 shrink-0" />
            {levelWords[level]}
          </span>
        )}
        <span className="tabular-nums">{percentText(use)}</span>
        <span className="min-w-0">{forecastText(name, use, now)}</span>
      </p>
    </li>
  )
}

/** The least that is seen of something that is not nothing. */
const leastPercent = 0.5

function widthOf({ used, limit }: QuotaUse): string {
  if (used === null || used === 0 || limit === null) return '0'
  return `${Math.min(100, Math.max(leastPercent, (100 * used) / limit))}%`
}

const BAR: Record<QuotaUse['level'], string> = {
  ok: 'bg-ink-faint',
  warning: 'bg-quiet',
  critical: 'bg-refused',
  full: 'bg-refused',
}

const WORD: Record<Exclude<QuotaUse['level'], 'ok'>, string> = {
  warning: 'text-quiet-text',
  critical: 'text-refused-text',
  full: 'text-refused-text',
}
