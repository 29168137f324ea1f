import { redirect } from 'next/navigation'
import { paths } from '@/lib/paths'

export default async function OrganizationPage({ params }: { params: Promise<{ org: string }> }) {
  redirect(paths.devices((await params).org))
}
