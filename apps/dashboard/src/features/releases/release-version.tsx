import { Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { releaseQuery } from '../../api/releases.js'
import { TextLink } from '../../components/links.js'
import classes from './release-version.module.css'

interface ReleaseVersionProps {
  id: string
  /** Known already in most answers; looked up where it is not. */
  version?: string
}

/** The version of a release as a link to it. */
export function ReleaseVersion({ id, version }: ReleaseVersionProps) {
  const known = version !== undefined
  const { data, isError } = useQuery({ ...releaseQuery(id), enabled: !known, staleTime: Infinity })
  const text = version ?? data?.version ?? (isError ? id.slice(0, 8) : undefined)
  if (text === undefined) return <Skeleton height={16} width={72} display="inline-block" />
  return (
    <TextLink to="/releases/$releaseId" params={{ releaseId: id }} className={classes.version} inherit>
      {text}
    </TextLink>
  )
}
