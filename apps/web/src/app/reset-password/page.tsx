import type { Metadata } from 'next'
import { ResetPasswordView } from '@/app/views'

export const metadata: Metadata = { title: 'New password' }

export default ResetPasswordView
