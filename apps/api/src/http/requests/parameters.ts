import { z } from 'zod'

/** An id that the platform made, in an address. */
export const ResourceId = z.string().regex(/^[a-z0-9]{1,64}$/, 'is no id')
