import { sql } from 'kysely'
import type { Scope } from '../../core/index.ts'
import type { Database } from '../../storage/index.ts'
import type { MessageId } from '../schema.ts'
import type { MessageRow } from '../tables.ts'

type Place = Pick<MessageRow, 'id' | 'parentMessageId'>

/** Walks up a branch, from a message to what it answers, inside the database. */
export function createBranchQueries({ read }: Pick<Database, 'read'>) {
  /** The branch that ends in this message, newest first, at most `limit` rows, the message itself first. */
  const pathUp = async (scope: Scope, leaf: MessageId, limit: number): Promise<MessageRow[]> => {
    const { rows } = await sql<MessageRow>`
      with recursive path(id, parent_message_id, step) as (
        select id, parent_message_id, 1 from messages
          where id = ${leaf} and owner_id = ${scope.userId} and brain_id = ${scope.brainId}
        union all
        select above.id, above.parent_message_id, path.step + 1
          from messages above join path on above.id = path.parent_message_id
          where above.owner_id = ${scope.userId} and above.brain_id = ${scope.brainId} and path.step < ${limit}
      )
      select messages.* from path join messages on messages.id = path.id order by path.step`.execute(read)
    return rows
  }

  /** Only the ids of a branch, from its leaf up to the depth given, newest first: cheap for long branches. */
  const idsUp = async (
    scope: Scope,
    walk: { readonly leaf: MessageId; readonly depthOver: number; readonly limit: number },
  ): Promise<readonly Place[]> => {
    const { rows } = await sql<Place>`
      with recursive path(id, parent_message_id, depth, step) as (
        select id, parent_message_id, depth, 1 from messages
          where id = ${walk.leaf} and owner_id = ${scope.userId} and brain_id = ${scope.brainId}
        union all
        select above.id, above.parent_message_id, above.depth, path.step + 1
          from messages above join path on above.id = path.parent_message_id
          where above.owner_id = ${scope.userId} and above.brain_id = ${scope.brainId}
            and above.depth > ${walk.depthOver} and path.step < ${walk.limit}
      )
      select id, parent_message_id from path where depth > ${walk.depthOver} order by step`.execute(read)
    return rows
  }

  return { pathUp, idsUp }
}
