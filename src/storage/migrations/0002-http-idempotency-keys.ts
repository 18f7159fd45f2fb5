import type { Dialect } from '../dialect.ts'

export const httpIdempotencyKeys = ({ text, bigint, tableEnd }: Dialect): readonly string[] => [
  `create table idempotency_keys (
    owner_id ${text} not null,
    key ${text} not null,
    fingerprint ${text} not null,
    reply ${text} not null,
    created_at ${bigint} not null,
    primary key (owner_id, key)
  ) ${tableEnd}`,
  'create index idempotency_keys_by_age on idempotency_keys (created_at)',
]
