/** Fields are the key-value pairs of a log line. Never put a Secret's data, a token or a key in one. */
export type Fields = Record<string, unknown>;

/** Logger writes structured lines. Verbosity v follows klog: 0 always, 2 steady state, 4 debug, 6+ trace. */
export interface Logger {
  info(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  error(message: string, error?: unknown, fields?: Fields): void;
  /** v writes at info level if the logger's verbosity is at least `level`. */
  v(level: number, message: string, fields?: Fields): void;
  /** with returns a logger that adds these fields to each line. */
  with(fields: Fields): Logger;
}

export interface LoggerOptions {
  readonly component: string;
  readonly verbosity?: number;
  readonly format?: 'text' | 'json';
  readonly write?: (line: string) => void;
}

/** createLogger writes to stderr: klog's text form (`I1121 09:24:00.123456 component] "message" key="value"`) or JSON. */
export function createLogger(options: LoggerOptions, bound: Fields = {}): Logger {
  const { component, verbosity = 0, format = 'text', write = line => process.stderr.write(line) } = options;
  const emit = (severity: 'I' | 'W' | 'E', message: string, fields?: Fields) => {
    const all = { ...bound, ...fields };
    write(
      format === 'json' ? jsonLine(severity, component, message, all) : textLine(severity, component, message, all),
    );
  };
  return {
    info: (message, fields) => emit('I', message, fields),
    warn: (message, fields) => emit('W', message, fields),
    error: (message, error, fields) =>
      emit('E', message, error === undefined ? fields : { err: describe(error), ...fields }),
    v: (level, message, fields) => {
      if (level <= verbosity) emit('I', message, fields);
    },
    with: fields => createLogger(options, { ...bound, ...fields }),
  };
}

/** silentLogger drops everything; for tests. */
export const silentLogger: Logger = { info() {}, warn() {}, error() {}, v() {}, with: () => silentLogger };

function textLine(severity: string, component: string, message: string, fields: Fields): string {
  const iso = new Date().toISOString();
  const head = `${severity}${iso.slice(5, 7)}${iso.slice(8, 10)} ${iso.slice(11, 23)}000 ${component}]`;
  const pairs = Object.entries(fields).map(([key, value]) => ` ${key}=${JSON.stringify(value) ?? 'undefined'}`);
  return `${head} ${JSON.stringify(message)}${pairs.join('')}\n`;
}

function jsonLine(severity: string, component: string, message: string, fields: Fields): string {
  return `${JSON.stringify({ ts: Date.now(), severity, component, msg: message, ...fields })}\n`;
}

/** describe is an error's message, with its cause's where there is one. */
export function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${describe(error.cause)}`;
}
