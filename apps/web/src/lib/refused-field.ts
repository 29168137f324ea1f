import { ApiError } from './api-error'

/**
 * For `catch`: a refusal with this code is thrown anew as that of a field, so that a form shows it there, in its own words or
 * with another message.
 */
export function refusedField(code: string, path: string, message?: string): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof ApiError) || error.code !== code) throw error
    throw new ApiError(error.status, code, error.detail, [{ path, message: message ?? error.detail }], null)
  }
}
