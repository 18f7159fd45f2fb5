import type { Dialect } from '../dialect.ts'

const fullText: Readonly<Record<Dialect['name'], readonly string[]>> = {
  // The ascii tokenizer keeps every code point from U+0080 on as it is; `terms.ts` makes the rest of a term such.
  sqlite: [
    `create virtual table timeline_terms using fts5 (terms, content = '', contentless_delete = 1, tokenize = 'ascii')`,
  ],
  postgres: [
    `create table timeline_terms (
      row_id bigint not null primary key,
      owner_id text collate "C" not null,
      terms tsvector not null
    )`,
    'create index timeline_terms_index on timeline_terms using gin (terms)',
  ],
}

export const timelineEntries = ({ name, text, bigint, identity, tableEnd }: Dialect): readonly string[] => [
  `create table timeline (
    row_id ${identity},
    id ${text} not null unique,
    owner_id ${text} not null,
    brain_id ${text} not null,
    at ${bigint} not null,
    kind ${text} not null,
    ref_id ${text} not null,
    conversation_id ${text},
    source ${text} not null,
    channel ${text} not null,
    role ${text} not null,
    text ${text} not null
  ) ${tableEnd}`,
  'create index timeline_by_instant on timeline (owner_id, at, row_id)',
  'create index timeline_by_ref on timeline (ref_id)',
  'create index timeline_by_conversation on timeline (conversation_id)',
  ...fullText[name],
]
