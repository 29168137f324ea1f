import { z } from 'zod'

/** An id of the platform in a path. */
export const ResourceId = z.string().regex(/^[a-z0-9]{1,64}$/, 'is not an id')
