'use client'

import { PlatformInfo } from '@heliograph/protocol'
import { useQuery } from '@tanstack/react-query'
import { request } from './api'

/** The addresses of the server, and whether only this computer can reach them. */
export function usePlatform() {
  return useQuery({
    queryKey: ['platform'],
    queryFn: ({ signal }) => request('/api/v1/platform', { schema: PlatformInfo, signal }),
    staleTime: Number.POSITIVE_INFINITY,
  })
}
