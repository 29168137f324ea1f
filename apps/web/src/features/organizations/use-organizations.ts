'use client'

import { OrganizationQuotas, OrganizationSummaryPage, type UpdateQuotas } from '@heliograph/protocol'
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { request } from '@/lib/api'

const PATH = '/api/v1/organizations'
const quotasPath = (slug: string) => `${PATH}/${encodeURIComponent(slug)}/quotas`
const quotasKey = (slug: string) => ['all-organizations', slug, 'quotas'] as const

/** All organizations of the platform by slug, a page at a time. */
export function useAllOrganizations() {
  return useInfiniteQuery({
    queryKey: ['all-organizations'],
    queryFn: ({ signal, pageParam }) =>
      request(PATH, { schema: OrganizationSummaryPage, query: { cursor: pageParam ?? undefined }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    select: ({ pages }) => pages.flatMap(({ items }) => items),
  })
}

export function useQuotas(slug: string) {
  return useQuery({
    queryKey: quotasKey(slug),
    queryFn: ({ signal }) => request(quotasPath(slug), { schema: OrganizationQuotas, signal }),
  })
}

export function useSaveQuotas(slug: string): (change: UpdateQuotas) => Promise<void> {
  const queryClient = useQueryClient()
  return async (body) => {
    const saved = await request(quotasPath(slug), { method: 'PATCH', body, schema: OrganizationQuotas })
    queryClient.setQueryData(quotasKey(slug), saved)
  }
}
