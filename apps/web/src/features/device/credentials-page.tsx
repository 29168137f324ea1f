'use client'

import { later, useLater } from '@/lib/later'

const page = later(() => import('./credentials/credential-list').then((module) => module.CredentialList))

export function CredentialsPage() {
  const CredentialList = useLater(page)
  return CredentialList && <CredentialList />
}
