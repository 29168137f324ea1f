import type { Overview } from '@heliograph/protocol'
import type { ReactNode } from 'react'
import { Dialog } from '@/components/dialog'
import { ErrorState } from '@/components/error-state'
import { Skeleton } from '@/components/skeleton'
import { useOverviewLists } from './use-overview'

interface ListsDialogProps {
  title: string
  description: string
  onClose: () => void
  children: (overview: Overview) => ReactNode
}

/** The list behind a number, kept up to date while it is open. */
export function ListsDialog({ title, description, onClose, children }: ListsDialogProps) {
  const { data, error, refetch } = useOverviewLists()
  return (
    <Dialog open size="lg" onOpenChange={onClose} title={title} description={description}>
      {data ? (
        children(data)
      ) : error ? (
        <ErrorState title="The list could not be loaded" error={error} onRetry={() => refetch()} />
      ) : (
        <Skeleton className="h-40 w-full rounded-outer" />
      )}
    </Dialog>
  )
}
