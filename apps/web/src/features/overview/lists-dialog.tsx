import type { Overview } from '@heliograph/protocol'
import type { ReactNode } from 'react'
import { Dialog } from '@/components/dialog'
import { Loaded } from '@/components/loaded'
import { Skeleton } from '@/components/skeleton'
import { useOverviewLists } from './use-overview'

interface ListsDialogProps {
  title: string
  description: string
  onClose: () => void
  children: (overview: Overview) => ReactNode
}

/** A dialog with the list behind a number, updated while it is open. */
export function ListsDialog({ title, description, onClose, children }: ListsDialogProps) {
  return (
    <Dialog open size="lg" onOpenChange={onClose} title={title} description={description}>
      <Loaded
        query={useOverviewLists()}
        failure="The list could not be loaded"
        skeleton={<Skeleton className="h-40 w-full rounded-outer" />}
      >
        {children}
      </Loaded>
    </Dialog>
  )
}
