import { type Kysely, sql } from 'kysely';

/** The tables of the bridge, the queue and the reports. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const now = sql`now()`;
  await db.schema
    .createTable('repositories')
    .addColumn('forge', 'text', (column) => column.notNull())
    .addColumn('repository_id', 'bigint', (column) => column.notNull())
    .addColumn('recipe', 'text', (column) => column.notNull())
    .addColumn('owner', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('cursor', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('repositories_key', ['forge', 'repository_id'])
    .execute();
  await db.schema
    .createTable('comments')
    .addColumn('forge', 'text', (column) => column.notNull())
    .addColumn('repository_id', 'bigint', (column) => column.notNull())
    .addColumn('comment_id', 'bigint', (column) => column.notNull())
    .addColumn('decision', 'text', (column) => column.notNull())
    .addColumn('seen_at', 'timestamptz', (column) => column.notNull().defaultTo(now))
    .addPrimaryKeyConstraint('comments_key', ['forge', 'repository_id', 'comment_id'])
    .execute();
  await db.schema
    .createTable('workers')
    .addColumn('id', 'bigint', (column) => column.primaryKey().generatedAlwaysAsIdentity())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('slots', 'integer', (column) => column.notNull().check(sql`slots > 0`))
    .addColumn('domain_suffix', 'text', (column) => column.notNull())
    .addColumn('labels', 'jsonb', (column) => column.notNull())
    .addColumn('seen_at', 'timestamptz', (column) => column.notNull().defaultTo(now))
    .addColumn('dead_at', 'timestamptz')
    .execute();
  await db.schema
    .createTable('requests')
    .addColumn('id', 'bigint', (column) => column.primaryKey().generatedAlwaysAsIdentity())
    .addColumn('forge', 'text', (column) => column.notNull())
    .addColumn('repository_id', 'bigint', (column) => column.notNull())
    .addColumn('pull_request', 'integer', (column) => column.notNull())
    .addColumn('recipe', 'text', (column) => column.notNull())
    .addColumn('sha', 'text', (column) => column.notNull().check(sql`sha ~ '^[0-9a-f]{40}$'`))
    .addColumn('options', 'jsonb', (column) => column.notNull())
    .addColumn('asked_by', 'text', (column) => column.notNull())
    .addColumn('comment_id', 'bigint')
    .addColumn('domain', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) =>
      column.notNull().check(sql`state in ('queued', 'running', 'done', 'superseded', 'cancelled')`),
    )
    .addColumn('priority', 'integer', (column) => column.notNull().defaultTo(0))
    .addColumn('attempts', 'integer', (column) => column.notNull().defaultTo(0))
    .addColumn('worker_id', 'bigint', (column) => column.references('workers.id'))
    .addColumn('fence', 'bigint', (column) => column.notNull().defaultTo(0))
    .addColumn('lease_until', 'timestamptz')
    .addColumn('cancel_asked', 'boolean', (column) => column.notNull().defaultTo(false))
    .addColumn('run_id', 'text')
    .addColumn('verdict', 'text')
    .addColumn('level', 'integer')
    .addColumn('sentence', 'text')
    .addColumn('queued_at', 'timestamptz', (column) => column.notNull().defaultTo(now))
    .addColumn('started_at', 'timestamptz')
    .addColumn('ended_at', 'timestamptz')
    .addCheckConstraint(
      'requests_lease',
      sql`(state = 'running') = (worker_id is not null and lease_until is not null and ended_at is null)`,
    )
    .execute();
  // One comment is one request, and one domain at most one live run: the database itself holds both.
  await sql`create unique index requests_comment on requests (forge, repository_id, comment_id) where comment_id is not null`.execute(
    db,
  );
  await sql`create unique index requests_live_domain on requests (domain) where state = 'running'`.execute(db);
  await sql`create index requests_waiting on requests (priority desc, queued_at, id) where state = 'queued'`.execute(
    db,
  );
  await sql`create index requests_leases on requests (lease_until) where state = 'running'`.execute(db);
  await db.schema
    .createTable('approvals')
    .addColumn('forge', 'text', (column) => column.notNull())
    .addColumn('repository_id', 'bigint', (column) => column.notNull())
    .addColumn('pull_request', 'integer', (column) => column.notNull())
    .addColumn('sha', 'text', (column) => column.notNull())
    .addColumn('approved_by', 'text', (column) => column.notNull())
    .addColumn('approved_at', 'timestamptz', (column) => column.notNull().defaultTo(now))
    .addPrimaryKeyConstraint('approvals_key', ['forge', 'repository_id', 'pull_request', 'sha'])
    .execute();
  await db.schema
    .createTable('reports')
    .addColumn('id', 'bigint', (column) => column.primaryKey().generatedAlwaysAsIdentity())
    .addColumn('forge', 'text', (column) => column.notNull())
    .addColumn('repository_id', 'bigint', (column) => column.notNull())
    .addColumn('pull_request', 'integer', (column) => column.notNull())
    .addColumn('request_id', 'bigint', (column) => column.references('requests.id'))
    .addColumn('kind', 'text', (column) => column.notNull().check(sql`kind in ('report', 'reply', 'status')`))
    .addColumn('payload', 'jsonb', (column) => column.notNull())
    .addColumn('attempts', 'integer', (column) => column.notNull().defaultTo(0))
    .addColumn('next_at', 'timestamptz', (column) => column.notNull().defaultTo(now))
    .addColumn('sent_at', 'timestamptz')
    .addColumn('problem', 'text')
    .execute();
  await sql`create index reports_unsent on reports (next_at) where sent_at is null`.execute(db);
  await db.schema
    .createTable('report_comments')
    .addColumn('forge', 'text', (column) => column.notNull())
    .addColumn('repository_id', 'bigint', (column) => column.notNull())
    .addColumn('pull_request', 'integer', (column) => column.notNull())
    .addColumn('comment_id', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('report_comments_key', ['forge', 'repository_id', 'pull_request'])
    .execute();
  await db.schema
    .createTable('deliveries')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('received_at', 'timestamptz', (column) => column.notNull().defaultTo(now))
    .execute();
}
