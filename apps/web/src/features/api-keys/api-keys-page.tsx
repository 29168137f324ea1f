'use client'

import { later } from '@/lib/later'

export const ApiKeysPage = later(() => import('./api-key-list').then((module) => module.ApiKeyList))
