import { expect, it } from 'vitest'
import { ApiError } from './api-error'
import { refusedField } from './refused-field'

const refusal = (code: string) => new ApiError(409, code, 'The id pump is taken.', [], null)

it('puts a refusal at the field that it is about', async () => {
  const thrown = Promise.reject(refusal('device_id_taken')).catch(refusedField('device_id_taken', 'id'))
  await expect(thrown).rejects.toMatchObject({
    code: 'device_id_taken',
    fields: [{ path: 'id', message: 'The id pump is taken.' }],
  })
})

it('leaves other errors as they are', async () => {
  const other = refusal('quota')
  await expect(Promise.reject(other).catch(refusedField('device_id_taken', 'id'))).rejects.toBe(other)
})
