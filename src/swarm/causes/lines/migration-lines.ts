import type { LogLine } from './log-line.ts';

/** How migration tools say that they could not bring a database to the program's version. */
export const MIGRATION_LINES: readonly LogLine[] = [
  { program: 'Django', pattern: /django\.db\.migrations\.exceptions\.(?<name>\w+)/ },
  { program: 'Django', pattern: /^ {2}Applying (?<name>[\w.]+)\.\.\.(?! ?(?:OK|FAKED))/ },
  { program: 'Django', pattern: /CommandError: Conflicting migrations detected/ },
  { program: 'Rails', pattern: /An error has occurred, (?:this and )?all later migrations canceled/ },
  {
    program: 'Rails',
    pattern: /ActiveRecord::(?<name>PendingMigration|IrreversibleMigration|ConcurrentMigrationError)/,
  },
  {
    program: 'Alembic',
    pattern: /alembic\.util\.exc\.CommandError|Can't locate revision identified by '(?<name>\w+)'/,
  },
  { program: 'Flyway', pattern: /Migration (?<name>V\S+)/, behind: /^(?: - .*)? failed/ },
  { program: 'Flyway', pattern: /Flyway(?:Migrate|Validate)Exception/ },
  {
    program: 'Liquibase',
    pattern: /Migration failed for change ?set (?<name>\S+)|liquibase\.exception\.\w*Migration/i,
  },
  { program: 'Prisma', pattern: /\b(?<name>P30(?:05|06|09|18))\b/ },
  { program: 'Knex', pattern: /migration file "(?<name>[^"]+)" failed|migration failed with error:|MigrationLocked/ },
  { program: 'TypeORM', pattern: /Migration "(?<name>[^"]+)" failed, error:|Error during migration run:/ },
  { program: 'Umzug (Sequelize)', pattern: /MigrationError: Migration (?<name>\S+) \((?:up|down)\) failed/ },
  { program: 'Laravel', pattern: /^\s*(?<name>\d{4}_\d{2}_\d{2}_\d{6}_\w+) /, behind: /\bFAIL\s*$/ },
  { program: 'goose', pattern: /goose(?: run)?: (?:ERROR|failed to) ?(?<name>\S+\.(?:sql|go))?/ },
  { program: 'golang-migrate', pattern: /Dirty database version (?<name>\d+)|migration failed(?: in line \d+)?: / },
  { program: 'Ecto', pattern: /\(Ecto\.MigrationError\)/ },
  { program: 'Doctrine', pattern: /Migration (?<name>\S+) failed during/ },
  { program: 'Diesel', pattern: /Failed to run (?<name>\d\S+) with: / },
  { program: 'SQLx', pattern: /migration (?<name>\d+) was previously applied but (?:is missing|has been modified)/ },
];
