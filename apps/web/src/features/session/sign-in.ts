import { z } from 'zod'
import { request } from '@/lib/api'
import { ApiError } from '@/lib/api-error'

export const SignInInput = z.object({
  email: z.email('is not an e-mail address'),
  password: z.string().min(1, 'must not be empty'),
})

const Answer = z.object({ twoFactorRedirect: z.boolean().optional() })

/** Signs in by the password. Resolves with what is still to come. */
export async function signIn(email: string, password: string): Promise<'nothing' | 'code'> {
  const body = { email, password }
  const answer = await request('/api/auth/sign-in/email', { method: 'POST', body, schema: Answer }).catch(
    rephrase,
  )
  return answer.twoFactorRedirect === true ? 'code' : 'nothing'
}

/** Here 401 means a wrong password, not an ended session, and a limit says where else signing in works. */
function rephrase(error: unknown): never {
  if (error instanceof ApiError && error.code === 'rate_limited') {
    throw new ApiError(400, error.code, error.detail, [], null)
  }
  if (error instanceof ApiError && error.status === 401) {
    throw new ApiError(400, error.code, 'The e-mail or the password is wrong', [], null)
  }
  throw error
}
