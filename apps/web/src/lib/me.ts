'use client'

import { Me } from '@heliograph/protocol'
import { useQuery } from '@tanstack/react-query'
import { request } from './api'
import { meKey } from './me-key'

/** The signed-in person and their organizations. */
export function useMe() {
  return useQuery({
    queryKey: meKey,
    queryFn: ({ signal }) => request('/api/v1/me', { schema: Me, signal }),
    staleTime: 60_000,
  })
}
