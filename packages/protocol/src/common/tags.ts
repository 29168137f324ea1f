import { z } from 'zod'

export const Tag = z
  .string()
  .regex(/^[\p{L}\p{N}][\p{L}\p{N} _.:-]{0,47}$/u, 'use up to 48 letters, digits, spaces and _ . : -')
