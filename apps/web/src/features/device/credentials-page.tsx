'use client'

import { later } from '@/lib/later'

export const CredentialsPage = later(() =>
  import('./credentials/credential-list').then((module) => module.CredentialList),
)
