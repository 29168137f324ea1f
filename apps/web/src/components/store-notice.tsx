import type { StoreState } from '@heliograph/protocol'
import { Notice } from '@/components/notice'
import { formatClock } from '@/lib/format-time'

/** Says that values on the page are not stored yet, and what that means for devices. */
export function StoreNotice({ store, className }: { store: StoreState | undefined; className?: string }) {
  if (store === undefined || store.state === 'ok') return null
  const since = formatClock(store.since)
  if (store.state === 'behind') {
    return (
      <Notice tone="quiet" title={`The database has been behind since ${since}`} className={className}>
        Live values are shown before they are stored. Devices wait a little longer for each acknowledgement;
        acknowledged messages are not lost.
      </Notice>
    )
  }
  return (
    <Notice tone="refused" title={`The database has not answered since ${since}`} className={className}>
      Live values are shown but not stored yet. Devices get no acknowledgement and send again once the
      database is back. Check that PostgreSQL runs; <code className="font-mono text-12">/readyz</code> says
      why it does not answer.
    </Notice>
  )
}
