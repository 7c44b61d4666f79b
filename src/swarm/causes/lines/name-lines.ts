import type { LogLine } from './log-line.ts';

/** How programs say that a host name means nothing to them. The name is always told: without it nothing is claimed. */
export const NAME_LINES: readonly LogLine[] = [
  { program: 'Node.js', pattern: /getaddrinfo (?:ENOTFOUND|EAI_AGAIN) (?<host>[\w.-]+)/ },
  { program: 'Go', pattern: /\blookup (?<host>[\w.-]+)(?: on [\d.:[\]a-f]+)?: (?:no such host|server misbehaving)/ },
  { program: 'libpq', pattern: /could not translate host name "(?<host>[^"]+)" to address/ },
  { program: 'MySQL and MariaDB clients', pattern: /Unknown (?:MySQL |MariaDB )?server host '(?<host>[^']+)'/ },
  { program: 'nginx', pattern: /host not found in (?:upstream|resolver) "(?<host>[^":/]+)/ },
  // Begins where a name can begin: a line of nothing but names is not looked at from each letter to its end.
  { program: 'nginx', pattern: /(?:^|[^\w.-])(?<host>\w[\w.-]*) could not be resolved/, behind: /^ \(\d+: / },
  { program: 'curl', pattern: /Could not resolve host: (?<host>[\w.-]+)/ },
  { program: 'GNU wget', pattern: /unable to resolve host address [‘'`](?<host>[^’'`]+)/ },
  { program: 'BusyBox', pattern: /bad address '(?<host>[^':/]+)/ },
  { program: 'PHP', pattern: /php_network_getaddresses: getaddrinfo for (?<host>[\w.-]+) failed/ },
  { program: 'Java', pattern: /UnknownHostException: (?<host>[\w.-]+)/ },
  { program: 'redis-py', pattern: /Error -[235] connecting to (?<host>[^\s:]+):\d+/ },
  {
    program: 'redis-cli',
    pattern: /Could not connect to Redis at (?<host>[^\s:]+):\d+: (?:Name|Temporary failure|Try again|No address)/,
  },
  { program: 'urllib3', pattern: /Failed to resolve '(?<host>[^']+)'/ },
  { program: 'Postgrex and MyXQL', pattern: /tcp connect \((?<host>[^\s:)]+):\d+\): non-existing domain/ },
  { program: 'Ruby', pattern: /Failed to open TCP connection to (?<host>[^\s:]+):\d+ \(getaddrinfo/ },
];

/** Words for a name server that gave no answer, as opposed to one that knows no such name. */
export const NO_ANSWER = /EAI_AGAIN|server misbehaving|Temporary failure|Try again|Error -3 /;
