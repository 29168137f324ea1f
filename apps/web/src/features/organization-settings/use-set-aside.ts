'use client'

import { SetAsidePage } from '@heliograph/protocol'
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { request } from '@/lib/api'
import { useOrganization } from '@/lib/organization'

const PATH = '/api/v1/telemetry/set-aside'

const setAsideKey = (org: string) => ['organizations', org, 'set-aside'] as const

/** Telemetry that could not be stored, newest first, a page at a time. */
export function useSetAside() {
  const { slug } = useOrganization()
  return useInfiniteQuery({
    queryKey: setAsideKey(slug),
    queryFn: ({ signal, pageParam }) =>
      request(PATH, { schema: SetAsidePage, query: { cursor: pageParam ?? undefined }, org: slug, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    select: ({ pages }) => pages.flatMap(({ items }) => items),
  })
}

/** Deletes one of them, and loads the list anew. */
export function useDeleteSetAside(): (id: string) => Promise<void> {
  const { slug } = useOrganization()
  const queryClient = useQueryClient()
  return async (id) => {
    await request(`${PATH}/${encodeURIComponent(id)}`, { method: 'DELETE', org: slug })
    void queryClient.invalidateQueries({ queryKey: setAsideKey(slug) })
  }
}
