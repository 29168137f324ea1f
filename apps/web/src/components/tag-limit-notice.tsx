import { Notice } from '@/components/notice'
import { useTagLimit } from '@/lib/organization'

/** Says which devices somebody sees who does not see all of them. */
export function TagLimitNotice({ className = '' }: { className?: string }) {
  const tags = useTagLimit()
  if (tags === null) return null
  return (
    <Notice className={className}>
      You see the devices tagged <TagList tags={tags} />. Others are not shown to you.
    </Notice>
  )
}

/** Tags of which a device has at least one, in a sentence. */
function TagList({ tags }: { tags: readonly string[] }) {
  return tags.map((tag, index) => (
    <span key={tag}>
      {index > 0 && (index === tags.length - 1 ? ' or ' : ', ')}
      <span className="font-medium text-ink">{tag}</span>
    </span>
  ))
}
