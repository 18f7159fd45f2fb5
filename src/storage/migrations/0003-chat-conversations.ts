import type { Dialect } from '../dialect.ts'

const conversations = ({ text, bigint, tableEnd }: Dialect): readonly string[] => [
  `create table conversations (
    id ${text} not null primary key,
    owner_id ${text} not null,
    brain_id ${text} not null,
    kind ${text} not null,
    title ${text} not null,
    system_prompt ${text},
    model ${text},
    head_message_id ${text},
    created_at ${bigint} not null,
    updated_at ${bigint} not null
  ) ${tableEnd}`,
  'create index conversations_by_change on conversations (owner_id, updated_at, id)',
  `create unique index conversations_one_home on conversations (owner_id, brain_id) where kind = 'home'`,
]

const messages = ({ text, bigint, tableEnd }: Dialect): readonly string[] => [
  `create table messages (
    id ${text} not null primary key,
    owner_id ${text} not null,
    brain_id ${text} not null,
    conversation_id ${text} not null references conversations (id) on delete cascade,
    parent_message_id ${text},
    turn_id ${text},
    role ${text} not null,
    source ${text} not null,
    channel ${text} not null,
    text ${text} not null,
    reasoning ${text} not null,
    citations ${text} not null,
    payload ${text},
    model ${text},
    quality ${text},
    input_tokens integer,
    output_tokens integer,
    usage_estimated integer,
    status ${text} not null,
    problem_code ${text},
    token_estimate integer not null,
    depth integer not null,
    tokens_above ${bigint} not null,
    created_at ${bigint} not null
  ) ${tableEnd}`,
  'create index messages_by_conversation on messages (conversation_id, id)',
  'create index messages_by_owner on messages (owner_id, created_at, id)',
  'create index messages_by_parent on messages (parent_message_id)',
  'create index messages_by_turn on messages (turn_id)',
]

const turns = ({ text, bigint, tableEnd }: Dialect): readonly string[] => [
  `create table turns (
    id ${text} not null primary key,
    owner_id ${text} not null,
    brain_id ${text} not null,
    conversation_id ${text} not null references conversations (id) on delete cascade,
    user_message_id ${text},
    assistant_message_id ${text} not null,
    kind ${text} not null,
    status ${text} not null,
    model ${text},
    quality ${text},
    parameters ${text} not null,
    problem_code ${text},
    created_at ${bigint} not null,
    ended_at ${bigint}
  ) ${tableEnd}`,
  'create index turns_by_conversation on turns (conversation_id)',
  `create index turns_running on turns (id) where status = 'running'`,
  `create table turn_events (
    turn_id ${text} not null references turns (id) on delete cascade,
    first_number integer not null,
    last_number integer not null,
    owner_id ${text} not null,
    events ${text} not null,
    created_at ${bigint} not null,
    primary key (turn_id, first_number)
  ) ${tableEnd}`,
  'create index turn_events_by_age on turn_events (created_at)',
]

const contextRecords = ({ text, bigint, tableEnd }: Dialect): readonly string[] => [
  `create table context_records (
    id ${text} not null primary key,
    owner_id ${text} not null,
    turn_id ${text} not null references turns (id) on delete cascade,
    message_id ${text} not null,
    model ${text} not null,
    request_hash ${text} not null,
    record ${text} not null,
    created_at ${bigint} not null
  ) ${tableEnd}`,
  'create index context_records_by_turn on context_records (turn_id)',
  'create index context_records_by_message on context_records (message_id)',
]

export const chatConversations = (dialect: Dialect): readonly string[] =>
  [conversations, messages, turns, contextRecords].flatMap((tables) => tables(dialect))
