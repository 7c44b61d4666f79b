import type { LogLine } from './log-line.ts';

/** How clients say that nobody listens where they were sent, or not yet. */
export const CONNECTION_LINES: readonly LogLine[] = [
  { program: 'Node.js', pattern: /\bconnect ECONNREFUSED (?<host>[\w.-]+|[\da-f:]+):(?<port>\d+)/ },
  { program: 'Go', pattern: /\bdial tcp (?:\[?(?<host>[\w.:-]+?)\]?):(?<port>\d+): connect: connection refused/ },
  {
    program: 'libpq',
    pattern: /connection to server at "(?<host>[^"]+)"/,
    behind: /^(?: \([^()]*\))?, port (?<port>\d+) failed: Connection refused/,
  },
  {
    program: 'libpq before 14',
    pattern: /Is the server running on host "(?<host>[^"]+)"(?: \([^()"]*\))? and accepting/,
  },
  { program: 'PostgreSQL', pattern: /FATAL: +(?<name>the database system is starting up)/ },
  { program: 'pg_isready', pattern: /^(?<host>[\w.-]+):(?<port>5432) - (?:no response|rejecting connections)/ },
  {
    program: 'MySQL and MariaDB clients',
    pattern: /Can't connect to (?:MySQL |MariaDB )?server on '(?<host>[^':]+)(?::(?<port>\d+))?'/,
  },
  { program: 'PHP PDO for MySQL', pattern: /SQLSTATE\[HY000\] \[(?<name>2002)\] Connection refused/ },
  { program: 'redis-py', pattern: /Error 111 connecting to (?<host>[^\s:]+):(?<port>\d+)\. Connection refused/ },
  { program: 'redis-cli', pattern: /Could not connect to Redis at (?<host>[^\s:]+):(?<port>\d+): Connection refused/ },
  { program: 'PostgreSQL JDBC', pattern: /Connection to (?<host>[^\s:]+):(?<port>\d+) refused/ },
  { program: 'Postgrex and MyXQL', pattern: /tcp connect \((?<host>[^\s:)]+):(?<port>\d+)\): connection refused/ },
  { program: 'Prisma', pattern: /Can't reach database server at `(?<host>[^`:]+)`?:`?(?<port>\d+)/ },
  {
    program: 'curl',
    pattern: /Failed to connect to (?<host>\S+) port (?<port>\d+)\b/,
    behind: /: (?:Connection refused|Couldn't)/,
  },
  { program: 'wget', pattern: /can't connect to remote host(?: \((?<host>[^()]+)\))?: Connection refused/ },
  {
    program: 'nc',
    pattern: /^nc: (?:connect to )?(?<host>[\w.-]+)(?: \([^)]*\))?[: ](?:port )?(?<port>\d+)/,
    behind: /Connection refused/,
  },
];

/** Images of servers that a line without a name can only mean, by port. */
export const SERVERS_BY_PORT: Readonly<Record<number, RegExp>> = {
  3306: /mysql|mariadb|percona/,
  5432: /postgres|postgis|pgvector|timescale/,
  5672: /rabbitmq/,
  6379: /redis|valkey|keydb|dragonfly/,
  8123: /clickhouse/,
  9200: /elasticsearch|opensearch/,
  11211: /memcached/,
  27017: /mongo/,
};

/** Words of clients of one kind of server, that name neither host nor port. */
export const PORT_OF_WORDS: Readonly<Record<string, number>> = {
  'the database system is starting up': 5432,
  '2002': 3306,
};
