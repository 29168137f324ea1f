'use client'

import { AuditPage } from '@heliograph/protocol'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { fileAddress, request } from '@/lib/api'
import { downloadFrom } from '@/lib/download'
import { useOrganization } from '@/lib/organization'
import { type AuditQuery, toRestQuery } from './audit-query'

const PATH = '/api/v1/audit'

/** The audit, newest first, a page at a time. The rows before stay while a changed filter is being answered. */
export function useAudit(query: AuditQuery) {
  const { slug } = useOrganization()
  return useInfiniteQuery({
    queryKey: ['organizations', slug, 'audit', query],
    queryFn: ({ signal, pageParam }) =>
      request(PATH, {
        schema: AuditPage,
        query: { ...toRestQuery(query), cursor: pageParam ?? undefined },
        org: slug,
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    select: ({ pages }) => pages.flatMap(({ items }) => items),
    placeholderData: keepPreviousData,
  })
}

/** Downloads what the filters let through. */
export function useExportAudit(query: AuditQuery): (format: 'csv' | 'ndjson') => Promise<void> {
  const { slug } = useOrganization()
  return async (format) => {
    downloadFrom(await fileAddress(`${PATH}/export`, { query: { ...toRestQuery(query), format }, org: slug }))
  }
}
