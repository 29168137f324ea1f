'use client'

import { AuditPage } from '@heliograph/protocol'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { fileAddress, request } from '@/lib/api'
import { downloadFrom } from '@/lib/download'
import { type AuditQuery, toRestQuery } from './audit-query'
import type { AuditSource } from './audit-source'

/** The audit, newest first, a page at a time. The rows before stay while a changed filter is being answered. */
export function useAudit({ path, queryKey, ...inOrganization }: AuditSource, query: AuditQuery) {
  return useInfiniteQuery({
    queryKey: [...queryKey, query],
    queryFn: ({ signal, pageParam }) =>
      request(path, {
        schema: AuditPage,
        query: { ...toRestQuery(query), cursor: pageParam ?? undefined },
        ...inOrganization,
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    select: ({ pages }) => pages.flatMap(({ items }) => items),
    placeholderData: keepPreviousData,
  })
}

/** Downloads what the filters let through. */
export async function exportAudit(
  { path, org }: AuditSource,
  query: AuditQuery,
  format: 'csv' | 'ndjson',
): Promise<void> {
  const options = { query: { ...toRestQuery(query), format }, ...(org === undefined ? {} : { org }) }
  downloadFrom(await fileAddress(`${path}/export`, options))
}
