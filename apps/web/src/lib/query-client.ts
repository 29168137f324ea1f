import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query'
import { ApiError } from './api-error'
import { meKey } from './me-key'

const RETRIES = 2
const outdatedRoleCodes = ['not_a_member', 'role_required', 'two_factor_required']

export function createQueryClient(): QueryClient {
  // The signed-in person is loaded again after such a refusal: they may be signed out, have left or have another role. If
  // there is none, the frame leads to sign-in.
  const onError = (error: Error) => {
    if (error instanceof ApiError && (error.status === 401 || outdatedRoleCodes.includes(error.code)))
      void client.invalidateQueries({ queryKey: meKey })
  }
  const client = new QueryClient({
    queryCache: new QueryCache({
      onError: (error, query) => query.queryKey[0] !== meKey[0] && onError(error),
    }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        // A refusal would only repeat; a missing answer or a server error may not.
        retry: (failures, error) => failures < RETRIES && !(error instanceof ApiError && error.status < 500),
      },
    },
  })
  return client
}
