'use client'

import { later, useLater } from '@/lib/later'

const page = later(() => import('./api-key-list').then((module) => module.ApiKeyList))

export function ApiKeysPage() {
  const ApiKeyList = useLater(page)
  return ApiKeyList && <ApiKeyList />
}
