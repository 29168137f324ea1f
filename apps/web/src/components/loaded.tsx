import type { ReactNode } from 'react'
import { ErrorState } from '@/components/error-state'

interface LoadedProps<Data> {
  query: { data: Data | undefined; error: unknown; isPending: boolean; refetch: () => unknown }
  /** The title of the error, such as "The devices could not be loaded". */
  failure: string
  /** Shown while the data loads. */
  skeleton: ReactNode
  children: (data: Data) => ReactNode
}

/** Shows the data of a query, its skeleton while it loads, or its error. Loaded data stays when a later request fails. */
export function Loaded<Data>({ query, failure, skeleton, children }: LoadedProps<Data>) {
  if (query.data !== undefined) return children(query.data)
  if (query.isPending) return skeleton
  return <ErrorState title={failure} error={query.error} onRetry={() => query.refetch()} />
}
