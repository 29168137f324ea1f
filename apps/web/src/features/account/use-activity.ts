'use client'

import { AuditPage } from '@heliograph/protocol'
import { useInfiniteQuery } from '@tanstack/react-query'
import { request } from '@/lib/api'

export const activityKey = ['me', 'activity'] as const

/** What happened to the person's account, newest first. */
export function useActivity() {
  return useInfiniteQuery({
    queryKey: activityKey,
    queryFn: ({ signal, pageParam }) =>
      request('/api/v1/me/activity', {
        schema: AuditPage,
        query: { limit: 10, cursor: pageParam ?? undefined },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    select: ({ pages }) => pages.flatMap(({ items }) => items),
    refetchInterval: 30_000,
  })
}
