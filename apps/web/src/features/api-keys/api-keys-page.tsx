'use client'

import { later } from '@/lib/later'

const ApiKeyList = later(() => import('./api-key-list').then((module) => module.ApiKeyList))

export function ApiKeysPage() {
  return <ApiKeyList />
}
