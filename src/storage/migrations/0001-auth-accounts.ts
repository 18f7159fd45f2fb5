import type { Dialect } from '../dialect.ts'

export const authAccounts = ({ text, bigint, tableEnd }: Dialect): readonly string[] => [
  `create table users (
    id ${text} not null primary key,
    name ${text} not null unique,
    display_name ${text} not null,
    role ${text} not null,
    locale ${text} not null,
    time_zone ${text} not null,
    created_at ${bigint} not null,
    disabled_at ${bigint}
  ) ${tableEnd}`,
  `create table credentials (
    user_id ${text} not null primary key references users (id),
    password_hash ${text} not null,
    updated_at ${bigint} not null
  ) ${tableEnd}`,
  `create table sessions (
    id ${text} not null primary key,
    owner_id ${text} not null,
    token_hash ${text} not null unique,
    user_agent ${text} not null,
    created_at ${bigint} not null,
    last_used_at ${bigint} not null,
    expires_at ${bigint} not null
  ) ${tableEnd}`,
  'create index sessions_by_owner on sessions (owner_id)',
  `create table brains (
    id ${text} not null primary key,
    owner_id ${text} not null,
    name ${text} not null,
    is_default integer not null,
    created_at ${bigint} not null,
    archived_at ${bigint},
    unique (owner_id, name)
  ) ${tableEnd}`,
]
