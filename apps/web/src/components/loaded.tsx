import type { ReactNode } from 'react'
import { ErrorState } from '@/components/error-state'

interface LoadedProps<Data> {
  query: { data: Data | undefined; error: unknown; isPending: boolean; refetch: () => unknown }
  /** What could not be done, as in "The devices could not be loaded". */
  failure: string
  /** Holds the place meanwhile. */
  skeleton: ReactNode
  children: (data: Data) => ReactNode
}

/** What was asked for, or that it is on its way, or why it is not. What is there once stays when a later try fails. */
export function Loaded<Data>({ query, failure, skeleton, children }: LoadedProps<Data>) {
  if (query.data !== undefined) return children(query.data)
  if (query.isPending) return skeleton
  return <ErrorState title={failure} error={query.error} onRetry={() => query.refetch()} />
}
