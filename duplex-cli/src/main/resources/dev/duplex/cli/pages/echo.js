// One WebSocket to any address, and everything that goes over it: the page of the echo playground, and the console of
// duplex serve. All foreign text goes through textContent.

import {
  applyStrings, backoff, byId, coalesced, copyText, explainClose, formatBytes, formatNumber, languageButton, make, onLanguage, say, store, t,
  utf8Length,
} from './common.js';

const KEPT_ROWS = 2000;
const KEPT_BYTES = 64 * 1024 * 1024;
const PREVIEW_CHARS = 240;
const PREVIEW_BYTES = 48;
const SHOWN_TEXT = 256 * 1024;
const SHOWN_HEX = 64 * 1024;
const SAID_ENTRIES = 100;
const SAID_CHARS = 10_000;
const STORED_INPUT_CHARS = 200_000;
const BUFFER_CEILING = 16 * 1024 * 1024;
const STABLE_MS = 5_000;
const READY_STATES = ['CONNECTING', 'OPEN', 'CLOSING', 'CLOSED'];

const ui = Object.fromEntries([
  'announcer', 'auto', 'binary-type', 'buffered', 'clear', 'close-code', 'close-problem', 'close-reason', 'connect', 'connect-form', 'copy-all',
  'detail', 'detail-body', 'detail-close', 'detail-copy', 'detail-note', 'detail-title', 'direction', 'disconnect', 'endpoints', 'export',
  'extensions', 'file', 'file-chip', 'file-name', 'file-remove', 'file-size', 'filter', 'format', 'input', 'input-problem', 'input-size', 'jump',
  'language', 'log', 'log-empty', 'options', 'pause', 'prettify', 'protocol', 'protocols', 'ready-state', 'received', 'recent-urls', 'repeat',
  'repeat-ms', 'retry', 'send', 'send-form', 'send-keys', 'sent', 'shown', 'state', 'title', 'trouble', 'trouble-ask', 'trouble-causes', 'trouble-close',
  'trouble-title', 'type', 'url', 'url-problem',
].map((id) => [id.replace(/-(\w)/g, (_, letter) => letter.toUpperCase()), byId(id)]));

const ownHost = `${location.protocol === 'https:' ? 'wss:' : 'ws:'}//${location.host}`;

// What the server says about itself, where this is its console: {here, endpoints}. The playground says nothing.
const consoleOf = JSON.parse(byId('console')?.textContent ?? 'null');
const TITLE = consoleOf ? 'console.title' : 'echo.title';
const FORM = consoleOf ? 'console.form' : 'echo.form';

const ENDPOINTS = consoleOf ? consoleOf.endpoints.map((path) => [path, null]) : [
  ['/echo', 'echo.ep.echo'],
  ['/reverse', 'echo.ep.reverse'],
  ['/broadcast', 'echo.ep.broadcast'],
  ['/room/garden', 'echo.ep.room'],
  ['/time?every=1s', 'echo.ep.time'],
  ['/close?code=4001&reason=bye&after=2', 'echo.ep.close'],
  ['/delay?ms=500', 'echo.ep.delay'],
  ['/flood?n=100&size=64', 'echo.ep.flood'],
  ['/drop', 'echo.ep.drop'],
  ['/reject?status=403', 'echo.ep.reject'],
  ['/headers', 'echo.ep.headers'],
  ['/slow', 'echo.ep.slow'],
  ['/count', 'echo.ep.count'],
];
const BAD_FRAMES = consoleOf ? [] : ['rsv1', 'opcode', 'masked', 'unfinished-close', 'utf8', 'length', 'fragmented-ping', 'continuation'];

// -------------------------------------------------------------------------------------------------------------- connection

let socket = null;
let connectedAt = 0;
let opened = false;
let openedAt = 0;
let closingByUs = false;
let attempt = 0;
let retryAt = 0;
let retryTimer = 0;
let lastSentAt = null;
const totals = { in: { count: 0, bytes: 0 }, out: { count: 0, bytes: 0 } };

function parsedProtocols() {
  return ui.protocols.value.split(',').map((name) => name.trim()).filter(Boolean);
}

/** The address as a URL, or null where it is none that a WebSocket can have. */
function parsedUrl(text) {
  let url;
  try {
    url = new URL(text.trim(), ownHost);
  } catch {
    return null;
  }
  // The standard takes http: and https: as ws: and wss:; older browsers do not.
  if (url.protocol === 'http:' || url.protocol === 'https:') {
    url = new URL(url.href.replace(/^http/, 'ws'));
  }
  return (url.protocol === 'ws:' || url.protocol === 'wss:') && url.host && !url.hash ? url : null;
}

function problemWith(field, problem, words) {
  say(problem, words ?? (() => ''));
  if (words) {
    field.setAttribute('aria-invalid', 'true');
  } else {
    field.removeAttribute('aria-invalid');
  }
}

function connect() {
  stopRetrying();
  hideTrouble();
  const text = ui.url.value.trim();
  const url = text ? parsedUrl(text) : null;
  problemWith(ui.url, ui.urlProblem, url ? null : () => t('echo.url-bad'));
  if (!url) {
    ui.url.focus();
    return;
  }
  release();
  const protocols = parsedProtocols();
  let current;
  try {
    current = new WebSocket(url.href, protocols);
  } catch (error) {
    problemWith(ui.url, ui.urlProblem, () => t('echo.refused-here', { why: error.message }));
    if (error.name === 'SecurityError') {
      showTrouble(url, protocols, false);
    }
    return;
  }
  socket = current;
  opened = false;
  closingByUs = false;
  lastSentAt = null;
  connectedAt = performance.now();
  current.binaryType = ui.binaryType.value;
  event('info', () => (protocols.length > 0
    ? t('echo.info.offering', { url: url.href, protocols: protocols.join(', ') })
    : t('echo.info.connecting', { url: url.href })), { url: url.href, protocols });
  rememberUrl(url);

  current.addEventListener('open', () => {
    if (current === socket) {
      opened = true;
      openedAt = performance.now();
      const ms = performance.now() - connectedAt;
      const { protocol, extensions } = current;
      event('open', () => [
        t('echo.info.open', { ms: formatNumber(ms, 1) }),
        protocol && t('echo.info.open-protocol', { protocol }),
        extensions && t('echo.info.open-extensions', { extensions }),
      ].filter(Boolean).join(' · '), { protocol, extensions });
      showConnection();
    }
  });
  current.addEventListener('message', ({ data }) => {
    if (current === socket) {
      record('in', data);
    }
  });
  current.addEventListener('error', () => {
    if (current === socket) {
      event('error', () => t('echo.info.error'));
    }
  });
  current.addEventListener('close', ({ code, reason, wasClean }) => {
    if (current !== socket) {
      return;
    }
    event('close', () => [
      closeWords(code),
      reason && t('echo.info.reason', { reason }),
      t(wasClean ? 'echo.info.clean' : 'echo.info.unclean'),
    ].filter(Boolean).join(' · '), { code, reason, wasClean });
    ui.announcer.textContent = closeWords(code);
    stopRepeating();
    if (!opened || (code === 1006 && !closingByUs)) {
      showTrouble(url, protocols, opened);
    }
    if (ui.auto.checked && !closingByUs && code !== 1000) {
      retryLater();
    }
    showConnection();
  });
  showConnection();
}

function closeWords(code) {
  const { name, meaning } = explainClose(code);
  return t('echo.info.closed', { code: name ? `${code} ${name}` : String(code), meaning });
}

/** Lets go of the connection that a new one replaces. What it still receives belongs to nobody. */
function release() {
  const old = socket;
  if (old && old.readyState <= WebSocket.OPEN) {
    event('info', () => t('echo.info.replaced'));
    stopRepeating();
    old.close(1000);
  }
  socket = null;
}

function disconnect() {
  if (retryTimer) {
    stopRetrying();
    showConnection();
    return;
  }
  if (!socket) {
    return;
  }
  // WebSockets Standard, close(code, reason): 1000 or 3000 to 4999, and a reason that fits a control frame.
  const codeText = ui.closeCode.value.trim();
  const reason = ui.closeReason.value;
  const code = codeText === '' ? (reason === '' ? undefined : 1000) : Number(codeText);
  const bytes = utf8Length(reason);
  const codeBad = code !== undefined && !(code === 1000 || (Number.isInteger(code) && code >= 3000 && code <= 4999));
  ui.closeCode.setAttribute('aria-invalid', String(codeBad));
  ui.closeReason.setAttribute('aria-invalid', String(bytes > 123));
  say(ui.closeProblem, () => (codeBad ? t('echo.close-code-bad') : bytes > 123 ? t('echo.close-reason-bad', { n: bytes }) : ''));
  if (codeBad || bytes > 123) {
    ui.options.open = true;
    (codeBad ? ui.closeCode : ui.closeReason).focus();
    return;
  }
  closingByUs = true;
  stopRepeating();
  if (code === undefined) {
    event('info', () => t('echo.info.closing'));
    socket.close();
  } else {
    event('info', () => [t('echo.info.closing-code', { code: String(code) }), reason && t('echo.info.reason', { reason })].filter(Boolean).join(' · '),
      { code, reason });
    socket.close(code, reason);
  }
  showConnection();
}

function retryLater() {
  if (opened && performance.now() - openedAt > STABLE_MS) {
    attempt = 0;
  }
  const delay = backoff(attempt);
  attempt += 1;
  const number = attempt;
  retryAt = Date.now() + delay;
  event('info', () => t('echo.info.retry', { n: number, ms: delay }));
  countDown();
}

function countDown() {
  clearTimeout(retryTimer);
  const remaining = retryAt - Date.now();
  if (remaining <= 0) {
    connect();
    return;
  }
  ui.retry.hidden = false;
  ui.retry.textContent = t('echo.retry', { n: Math.ceil(remaining / 1000) });
  retryTimer = setTimeout(countDown, remaining % 1000 || 1000);
}

function stopRetrying() {
  clearTimeout(retryTimer);
  retryTimer = 0;
  ui.retry.hidden = true;
}

// ------------------------------------------------------------------------------------------------ what the connection is now

let shownBuffered = null;

function showConnection() {
  const readyState = socket ? socket.readyState : null;
  const open = readyState === WebSocket.OPEN;
  ui.readyState.textContent = readyState === null ? t('echo.no-socket') : `${READY_STATES[readyState]} (${readyState})`;
  ui.state.dataset.state = readyState === null ? 'none' : READY_STATES[readyState].toLowerCase();
  ui.connect.textContent = t(retryTimer ? 'echo.reconnect-now' : 'echo.connect');
  ui.connect.classList.toggle('primary', !open);
  ui.disconnect.disabled = !(retryTimer || (readyState !== null && readyState <= WebSocket.OPEN));
  ui.send.classList.toggle('waiting', !open);
  ui.protocol.textContent = socket?.protocol || t('echo.none');
  ui.extensions.textContent = socket?.extensions || t('echo.none');
  showBuffered();
  markEndpoint();
}

function showBuffered() {
  const amount = socket ? socket.bufferedAmount : 0;
  if (amount !== shownBuffered) {
    shownBuffered = amount;
    ui.buffered.textContent = formatBytes(amount);
  }
}

setInterval(() => {
  if (!document.hidden) {
    showBuffered();
    const readyState = socket ? READY_STATES[socket.readyState].toLowerCase() : 'none';
    if (readyState !== ui.state.dataset.state) {
      showConnection();
    }
  }
}, 100);

function showTotals() {
  ui.sent.textContent = t('echo.total', { n: totals.out.count, size: formatBytes(totals.out.bytes) });
  ui.received.textContent = t('echo.total', { n: totals.in.count, size: formatBytes(totals.in.bytes) });
}

// ------------------------------------------------------------------------------------------------------------------ trouble

function isLoopback(host) {
  return host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || /^127\./.test(host);
}

function hideTrouble() {
  ui.trouble.hidden = true;
}

/** What a page can know about a failure, which is little by design: the likely causes, the likeliest first. */
function showTrouble(url, protocols, wasOpen) {
  const causes = [];
  const cause = (key, parameters) => causes.push(() => t(key, parameters));
  const own = url.host === location.host;
  const httpUrl = new URL(url.href.replace(/^ws/, 'http'));
  if (wasOpen) {
    cause('echo.trouble.cut');
    cause('echo.trouble.frame');
  } else if (location.protocol === 'https:' && url.protocol === 'ws:' && !isLoopback(url.hostname)) {
    cause('echo.trouble.mixed');
  } else {
    if (own && consoleOf) {
      cause('console.trouble');
    } else if (own && url.pathname === '/reject') {
      cause('echo.trouble.reject');
    } else if (!own) {
      cause('echo.trouble.host', { host: url.host });
      cause('echo.trouble.origin', { origin: location.origin });
      cause('echo.trouble.status');
      cause('echo.trouble.tls');
      if (url.protocol === 'wss:') {
        cause('echo.trouble.certificate', { url: httpUrl.origin });
      }
    }
    if (protocols.length > 0) {
      cause('echo.trouble.protocol', { protocols: protocols.join(', ') });
    }
  }
  const show = () => {
    ui.troubleCauses.replaceChildren(...causes.map((words) => say(make('li'), words)));
  };
  say(ui.troubleTitle, () => t(wasOpen ? 'echo.trouble.broken' : 'echo.trouble.title'));
  show();
  ui.trouble.hidden = false;
  ui.troubleAsk.hidden = wasOpen || own;
  ui.troubleAsk.onclick = async () => {
    ui.troubleAsk.hidden = true;
    const answered = await asks(httpUrl, { mode: 'no-cors' });
    causes.unshift(() => t(answered ? 'echo.trouble.answered' : 'echo.trouble.silent', { host: url.host }));
    show();
  };
  if (own && !wasOpen && url.pathname !== '/reject') {
    // Our own server may be asked: over plain HTTP it says what it thinks of the path.
    asks(httpUrl, {}).then((answer) => {
      causes.unshift(answer === null ? () => t('echo.trouble.down', { host: url.host })
        : answer.status === 426 ? () => t('echo.trouble.alive-426')
          : () => t('echo.trouble.alive', { status: String(answer.status) }));
      show();
    });
  }
}

async function asks(url, options) {
  try {
    return await fetch(url, { ...options, cache: 'no-store', credentials: 'omit', signal: AbortSignal.timeout?.(4_000) });
  } catch {
    return null;
  }
}

// ---------------------------------------------------------------------------------------------------------------- the record

let entries = [];
let keptBytes = 0;
let nextNumber = 1;
let waiting = [];
let waitingBytes = 0;
let paused = false;
let selected = null;
let pinned = true;
let scrolledTo = 0;
const flushSoon = coalesced(flush);

/** An event of the connection, with words that follow the language and facts for the export. */
function event(type, render, facts = {}) {
  add({ dir: 'info', type, render, facts, size: null, latency: null });
}

/** A message that went over the connection. */
function record(dir, data) {
  const binary = typeof data !== 'string';
  const size = binary ? data.byteLength ?? data.size : utf8Length(data);
  const now = performance.now();
  totals[dir].count += 1;
  totals[dir].bytes += size;
  const entry = {
    dir, type: binary ? 'binary' : 'text', data, size, latency: dir === 'in' && lastSentAt !== null ? now - lastSentAt : null,
  };
  if (dir === 'out') {
    lastSentAt = now;
  }
  add(entry);
}

function add(entry) {
  entry.number = nextNumber;
  nextNumber += 1;
  entry.time = Date.now();
  waiting.push(entry);
  waitingBytes += entry.size ?? 0;
  if (waiting.length > 2 * KEPT_ROWS) {
    waiting = waiting.slice(-KEPT_ROWS);
    waitingBytes = bytesHeld(waiting);
  }
  if (waitingBytes > KEPT_BYTES) {
    waitingBytes = forgetOldest(waiting, waitingBytes, KEPT_BYTES / 2);
  }
  flushSoon();
}

function bytesHeld(list) {
  return list.reduce((sum, entry) => sum + (entry.data === undefined ? 0 : entry.size), 0);
}

/** Rows stay, payloads go: 2,000 rows of a megabyte each would be too much. Answers how many bytes are still held. */
function forgetOldest(list, held, wanted) {
  let rest = held;
  for (let i = 0; rest > wanted && i < list.length - 1; i += 1) {
    if (list[i].data !== undefined && list[i].size > 0) {
      rest -= list[i].size;
      list[i].data = undefined;
    }
  }
  return rest;
}

function flush() {
  showTotals();
  showBuffered();
  if (paused) {
    showPause();
    return;
  }
  const fresh = waiting.slice(-KEPT_ROWS);
  waiting = [];
  waitingBytes = 0;
  if (fresh.length > 0) {
    const fragment = document.createDocumentFragment();
    for (const entry of fresh) {
      entry.row = rowOf(entry);
      entry.row.hidden = !matches(entry);
      fragment.append(entry.row);
      keptBytes += entry.data === undefined ? 0 : entry.size;
    }
    entries = entries.concat(fresh);
    const surplus = entries.splice(0, Math.max(0, entries.length - KEPT_ROWS));
    for (const entry of surplus) {
      entry.row.remove();
      keptBytes -= entry.data === undefined ? 0 : entry.size;
      if (entry === selected) {
        // Its row has scrolled out of the record; whoever reads it may read on.
        ui.log.removeAttribute('aria-activedescendant');
      }
    }
    keptBytes = forgetOldest(entries, keptBytes, KEPT_BYTES);
    ui.log.append(fragment);
    if (pinned) {
      toLatest();
    }
  }
  showCounts();
}

const ARROWS = { in: '↓', out: '↑', info: '·' };
const rowEntries = new WeakMap();

function rowOf(entry) {
  const row = make('div', 'row');
  row.id = `row-${entry.number}`;
  row.dataset.dir = entry.dir;
  row.dataset.type = entry.type;
  row.setAttribute('role', 'option');
  row.setAttribute('aria-selected', 'false');
  rowEntries.set(row, entry);
  const arrow = make('span', 'arrow', ARROWS[entry.dir]);
  arrow.setAttribute('role', 'img');
  arrow.setAttribute('aria-label', t(`echo.dir.${entry.dir}`));
  const payload = make('span', 'payload');
  showPayload(entry, payload);
  const latency = make('span', 'latency', entry.latency === null ? '' : `+${duration(entry.latency)}`);
  if (entry.latency !== null) {
    latency.title = t('echo.latency');
  }
  row.append(
    arrow,
    make('span', 'at', clock(entry.time)),
    say(make('span', 'type'), () => t(`echo.kind.${entry.type}`)),
    payload,
    make('span', 'size', entry.size === null ? '' : formatBytes(entry.size)),
    latency,
  );
  return row;
}

function showPayload(entry, element) {
  if (entry.render) {
    say(element, entry.render);
  } else if (typeof entry.data === 'string') {
    if (entry.data === '') {
      say(element, () => t('echo.empty-text'));
    } else {
      const preview = entry.data.slice(0, PREVIEW_CHARS).replace(/\s*[\r\n]+\s*/g, ' ⏎ ');
      element.textContent = entry.data.length > PREVIEW_CHARS ? `${preview}…` : preview;
    }
  } else if (entry.data === undefined) {
    say(element, () => t('echo.forgotten', { n: formatBytes(KEPT_BYTES) }));
  } else if (entry.size === 0) {
    say(element, () => t('echo.empty-text'));
  } else if (entry.data instanceof Blob) {
    // Reading a Blob takes a while; the row keeps its place meanwhile.
    element.textContent = '…';
    entry.data.slice(0, PREVIEW_BYTES).arrayBuffer().then((buffer) => {
      entry.hex = hexPreview(buffer, entry.size);
      element.textContent = entry.hex;
    }, () => {
      element.textContent = '?';
    });
  } else {
    entry.hex = hexPreview(entry.data, entry.size);
    element.textContent = entry.hex;
  }
}

function hexPreview(buffer, size) {
  const bytes = new Uint8Array(buffer, 0, Math.min(buffer.byteLength, PREVIEW_BYTES));
  return hexOf(bytes, ' ') + (size > PREVIEW_BYTES ? ' …' : '');
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

function hexOf(bytes, separator = '') {
  return Array.from(bytes, (byte) => HEX[byte]).join(separator);
}

function clock(time) {
  const date = new Date(time);
  const two = (value) => String(value).padStart(2, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}

function duration(ms) {
  return ms < 100 ? `${formatNumber(ms, 1)} ms` : ms < 10_000 ? `${formatNumber(Math.round(ms))} ms` : `${formatNumber(ms / 1000, 1)} s`;
}

// ------------------------------------------------------------------------------------------------------- filter and counts

let needle = null;

function matches(entry) {
  if (ui.direction.value !== 'all' && entry.dir !== ui.direction.value) {
    return false;
  }
  if (ui.type.value !== 'all' && entry.type !== ui.type.value) {
    return false;
  }
  return needle === null || needle.test(entry.render ? entry.render() : typeof entry.data === 'string' ? entry.data : entry.hex ?? '');
}

function filterChanged() {
  const text = ui.filter.value.trim();
  needle = text === '' ? null : new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'iu');
  for (const entry of entries) {
    entry.row.hidden = !matches(entry);
  }
  showCounts();
  if (pinned) {
    toLatest();
  }
}

function showCounts() {
  const filtered = needle !== null || ui.direction.value !== 'all' || ui.type.value !== 'all';
  const visible = filtered ? entries.reduce((count, entry) => count + (entry.row.hidden ? 0 : 1), 0) : entries.length;
  ui.shown.textContent = entries.length === 0 ? '' : filtered ? t('echo.shown-of', { shown: visible, n: entries.length })
    : t('echo.shown', { n: entries.length });
  ui.logEmpty.textContent = entries.length === 0 ? t('echo.log-empty') : visible === 0 ? t('echo.log-none') : '';
}

function showPause() {
  ui.pause.setAttribute('aria-pressed', String(paused));
  ui.pause.textContent = !paused ? t('echo.pause')
    : waiting.length > 0 ? t('echo.resume-n', { n: Math.min(waiting.length, KEPT_ROWS) }) : t('echo.resume');
}

const filterSoon = coalesced(filterChanged);
ui.filter.addEventListener('input', filterSoon);
ui.direction.addEventListener('change', filterChanged);
ui.type.addEventListener('change', filterChanged);

ui.pause.addEventListener('click', () => {
  paused = !paused;
  showPause();
  flushSoon();
});

ui.clear.addEventListener('click', () => {
  entries = [];
  waiting = [];
  waitingBytes = 0;
  keptBytes = 0;
  for (const side of Object.values(totals)) {
    side.count = 0;
    side.bytes = 0;
  }
  select(null);
  ui.log.replaceChildren();
  pinned = true;
  ui.jump.hidden = true;
  showTotals();
  showCounts();
  showPause();
});

// Scrolling: at the end one stays at the end, further up one is left in peace.

function toLatest() {
  pinned = true;
  ui.log.scrollTop = ui.log.scrollHeight;
  ui.jump.hidden = true;
}

ui.log.addEventListener('scroll', () => {
  const { scrollTop, scrollHeight, clientHeight } = ui.log;
  if (scrollHeight - scrollTop - clientHeight < 30) {
    pinned = true;
  } else if (scrollTop < scrolledTo) {
    pinned = false;
  }
  scrolledTo = scrollTop;
  ui.jump.hidden = pinned;
}, { passive: true });
ui.jump.addEventListener('click', toLatest);
new ResizeObserver(() => {
  if (pinned) {
    toLatest();
  }
}).observe(ui.log);

// --------------------------------------------------------------------------------------------------------- one entry in full

let view = 'text';
let viewChosen = null;

function select(entry, { reveal = false } = {}) {
  selected?.row.setAttribute('aria-selected', 'false');
  selected = entry;
  ui.detail.hidden = entry === null;
  if (entry === null) {
    ui.log.removeAttribute('aria-activedescendant');
    return;
  }
  entry.row.setAttribute('aria-selected', 'true');
  ui.log.setAttribute('aria-activedescendant', entry.row.id);
  if (reveal) {
    entry.row.scrollIntoView({ block: 'nearest' });
  }
  const json = jsonOf(entry);
  byId('view-json').disabled = json === null;
  byId('view-hex').disabled = entry.dir === 'info';
  const wanted = viewChosen ?? (entry.type === 'binary' ? 'hex' : json !== null ? 'json' : 'text');
  view = byId(`view-${wanted}`).disabled ? (entry.type === 'binary' ? 'hex' : 'text') : wanted;
  showDetail();
}

function jsonOf(entry) {
  const data = entry.dir === 'info' ? JSON.stringify(entry.facts) : entry.data;
  if (typeof data !== 'string' || data.length > 8 * SHOWN_TEXT || !/^\s*[[{]/.test(data) || data === '{}') {
    return null;
  }
  try {
    return prettyJson(data);
  } catch {
    return null;
  }
}

/**
 * JSON with line breaks and indents, token by token: parsing and writing it again would change what a double cannot hold,
 * such as 12345678901234567890, and drop repeated names. Throws a SyntaxError where it is no JSON.
 */
function prettyJson(text) {
  JSON.parse(text);
  let result = '';
  let depth = 0;
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g);
  const line = () => `\n${'  '.repeat(depth)}`;
  tokens.forEach((token, i) => {
    const closesEmpty = (token === '}' && tokens[i - 1] === '{') || (token === ']' && tokens[i - 1] === '[');
    const staysEmpty = (token === '{' && tokens[i + 1] === '}') || (token === '[' && tokens[i + 1] === ']');
    if (token === '}' || token === ']') {
      depth -= 1;
      result += closesEmpty ? token : line() + token;
    } else if (token === '{' || token === '[') {
      depth += 1;
      result += staysEmpty ? token : token + line();
    } else {
      result += token === ',' ? token + line() : token === ':' ? ': ' : token;
    }
  });
  return result;
}

async function bytesOf(entry, limit = Infinity) {
  if (typeof entry.data === 'string') {
    // One character is at least one byte: no need to encode more characters than bytes are shown.
    return new TextEncoder().encode(entry.data.slice(0, limit)).subarray(0, limit);
  }
  const buffer = entry.data instanceof Blob ? await entry.data.slice(0, limit).arrayBuffer() : entry.data;
  return new Uint8Array(buffer, 0, Math.min(buffer.byteLength, limit));
}

/** The whole payload in the chosen view. */
async function fullText(entry, as, limit = Infinity) {
  if (entry.render && as !== 'json') {
    return entry.render();
  }
  if (as === 'json') {
    return jsonOf(entry) ?? '';
  }
  if (as === 'hex') {
    return hexDump(await bytesOf(entry, limit));
  }
  return typeof entry.data === 'string' ? entry.data : new TextDecoder().decode(await bytesOf(entry, limit));
}

/** Offset, sixteen bytes (eight on a narrow screen), and what of them is printable ASCII. */
function hexDump(bytes) {
  const width = matchMedia('(max-width: 40rem)').matches ? 8 : 16;
  const lines = [];
  for (let offset = 0; offset < bytes.length; offset += width) {
    const part = bytes.subarray(offset, offset + width);
    const left = hexOf(part.subarray(0, 8), ' ');
    const right = width > 8 ? `  ${hexOf(part.subarray(8), ' ')}` : '';
    const ascii = Array.from(part, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
    lines.push(`${offset.toString(16).padStart(8, '0')}  ${(left.padEnd(23) + right).padEnd(width > 8 ? 48 : 23)}  ${ascii}`);
  }
  return lines.join('\n');
}

async function showDetail() {
  const entry = selected;
  for (const tab of ui.detail.querySelectorAll('[role="tab"]')) {
    const current = tab.dataset.view === view;
    tab.setAttribute('aria-selected', String(current));
    tab.tabIndex = current ? 0 : -1;
  }
  ui.detailBody.setAttribute('aria-labelledby', `view-${view}`);
  ui.detailBody.dataset.view = view;
  say(ui.detailTitle, () => [
    `${ARROWS[entry.dir]} ${t(`echo.kind.${entry.type}`)}`,
    clock(entry.time),
    entry.size === null ? '' : formatBytes(entry.size),
    entry.latency === null ? '' : `+${duration(entry.latency)}`,
  ].filter(Boolean).join(' · '));
  say(ui.detailNote, () => '');
  if (!entry.render && entry.data === undefined) {
    ui.detailBody.textContent = '';
    say(ui.detailNote, () => t('echo.forgotten', { n: formatBytes(KEPT_BYTES) }));
    return;
  }
  const limit = view === 'hex' ? SHOWN_HEX : SHOWN_TEXT;
  ui.detailBody.textContent = t('echo.reading');
  const shownView = view;
  const text = await fullText(entry, view, limit);
  if (entry !== selected || view !== shownView) {
    return;
  }
  const cut = view === 'hex' ? entry.size > limit : text.length > limit || (entry.type === 'binary' && entry.size > limit);
  ui.detailBody.textContent = view === 'hex' || text.length <= limit ? text : text.slice(0, limit);
  ui.detailBody.scrollTop = 0;
  if (cut) {
    say(ui.detailNote, () => t('echo.cut', { n: formatBytes(limit) }));
  }
}

ui.log.addEventListener('click', ({ target }) => {
  const row = target.closest('.row');
  const entry = row && rowEntries.get(row);
  if (entry && String(getSelection()) === '') {
    select(entry === selected ? null : entry);
  }
});

ui.log.addEventListener('keydown', (key) => {
  const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity };
  if (key.key === 'Escape' && selected) {
    select(null);
    key.stopPropagation();
  } else if (key.key === 'Enter' && selected) {
    ui.detailBody.focus();
  } else if (key.key in steps && !key.ctrlKey && !key.metaKey && !key.altKey) {
    const visible = entries.filter((entry) => !entry.row.hidden);
    if (visible.length > 0) {
      key.preventDefault();
      const step = steps[key.key];
      const from = selected ? visible.indexOf(selected) : step > 0 ? -1 : visible.length;
      select(visible[Math.min(visible.length - 1, Math.max(0, from + step))], { reveal: true });
    }
  }
});

for (const tab of ui.detail.querySelectorAll('[role="tab"]')) {
  tab.addEventListener('click', () => {
    view = tab.dataset.view;
    viewChosen = view;
    showDetail();
  });
  tab.addEventListener('keydown', (key) => {
    if (key.key === 'ArrowRight' || key.key === 'ArrowLeft') {
      const tabs = [...ui.detail.querySelectorAll('[role="tab"]:not(:disabled)')];
      const next = tabs[(tabs.indexOf(tab) + (key.key === 'ArrowRight' ? 1 : tabs.length - 1)) % tabs.length];
      next.click();
      next.focus();
    }
  });
}

ui.detailClose.addEventListener('click', () => {
  select(null);
  ui.log.focus();
});

ui.detail.addEventListener('keydown', (key) => {
  if (key.key === 'Escape') {
    select(null);
    ui.log.focus();
  }
});

ui.detailCopy.addEventListener('click', async () => {
  if (selected && (selected.render || selected.data !== undefined)) {
    confirmCopy(ui.detailCopy, 'common.copy', await copyText(await fullText(selected, view)));
  }
});

function confirmCopy(button, key, done) {
  button.textContent = t(done ? 'common.copied' : 'common.copy-failed');
  ui.announcer.textContent = button.textContent;
  setTimeout(() => {
    button.textContent = t(key);
  }, 1_600);
}

// -------------------------------------------------------------------------------------------------------------------- export

async function exported() {
  const list = [];
  for (const entry of entries) {
    const item = { n: entry.number, time: new Date(entry.time).toISOString(), direction: entry.dir, type: entry.type };
    if (entry.dir === 'info') {
      Object.assign(item, { text: entry.render() }, entry.facts);
    } else {
      item.size = entry.size;
      if (entry.latency !== null) {
        item.sinceLastSendMs = Math.round(entry.latency * 1000) / 1000;
      }
      if (entry.data === undefined) {
        item.forgotten = true;
      } else if (entry.type === 'text') {
        item.text = entry.data;
      } else {
        item.hex = hexOf(await bytesOf(entry));
      }
    }
    list.push(item);
  }
  return JSON.stringify(list, null, 2);
}

ui.export.addEventListener('click', async () => {
  const url = URL.createObjectURL(new Blob([await exported()], { type: 'application/json' }));
  const link = make('a');
  link.href = url;
  link.download = `websocket-${new Date().toISOString().replace(/[:.]/g, '-')}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
});

ui.copyAll.addEventListener('click', async () => confirmCopy(ui.copyAll, 'echo.copy-all', await copyText(await exported())));

// ------------------------------------------------------------------------------------------------------------------- sending

let file = null;
let repeatTimer = 0;
let said = store.get('echo.said', []);
let saidIndex = -1;

/** Bytes from hex: white space, commas, colons, dashes and 0x between them do not matter. */
function parseHex(text) {
  const digits = [];
  const pattern = /0x|[\s,:;_-]+|[0-9a-f]|[^]/giu;
  for (const match of text.matchAll(pattern)) {
    if (/^[0-9a-f]$/i.test(match[0])) {
      digits.push(match[0]);
    } else if (!/^(0x|[\s,:;_-]+)$/i.test(match[0])) {
      return { problem: () => t('echo.hex-bad', { what: match[0], n: match.index + 1 }) };
    }
  }
  if (digits.length % 2 !== 0) {
    return { problem: () => t('echo.hex-odd') };
  }
  const bytes = new Uint8Array(digits.length / 2);
  for (let i = 0; i < bytes.length; i += 1) {
    bytes[i] = parseInt(digits[2 * i] + digits[2 * i + 1], 16);
  }
  return { data: bytes.buffer };
}

/** What the form would send: {data}, or {problem} in words. */
function payload() {
  if (file) {
    return { data: file };
  }
  const text = ui.input.value;
  if (ui.format.value === 'hex') {
    return parseHex(text);
  }
  if (ui.format.value === 'json') {
    try {
      JSON.parse(text);
    } catch (error) {
      return { problem: () => t('echo.json-bad', { why: error.message }) };
    }
  }
  return { data: text };
}

function sendOnce() {
  const { data, problem } = payload();
  const notOpen = socket?.readyState !== WebSocket.OPEN;
  problemWith(ui.input, ui.inputProblem, problem ?? (notOpen ? () => t('echo.not-open') : null));
  if (problem || notOpen) {
    return false;
  }
  if (repeatTimer && socket.bufferedAmount > BUFFER_CEILING) {
    return true;
  }
  socket.send(data);
  record('out', data);
  showBuffered();
  return true;
}

function submit() {
  if (repeatTimer) {
    stopRepeating();
    return;
  }
  const interval = Number(ui.repeatMs.value.trim());
  const intervalBad = ui.repeat.checked && !(Number.isInteger(interval) && interval >= 10 && interval <= 3_600_000);
  ui.repeatMs.setAttribute('aria-invalid', String(intervalBad));
  if (intervalBad) {
    say(ui.inputProblem, () => t('echo.repeat-bad'));
    ui.repeatMs.focus();
    return;
  }
  if (!sendOnce()) {
    return;
  }
  if (!file) {
    rememberSaid();
  }
  if (ui.repeat.checked) {
    repeatTimer = setInterval(() => {
      if (!sendOnce()) {
        stopRepeating();
      }
    }, interval);
    showSend();
  } else if (file) {
    setFile(null);
  }
}

function stopRepeating() {
  clearInterval(repeatTimer);
  repeatTimer = 0;
  showSend();
}

function showSend() {
  ui.send.textContent = t(repeatTimer ? 'echo.stop' : 'echo.send');
}

function rememberSaid() {
  const entry = { format: ui.format.value, text: ui.input.value };
  saidIndex = -1;
  if (entry.text === '' || entry.text.length > SAID_CHARS) {
    return;
  }
  said = [...said.filter((other) => other.text !== entry.text || other.format !== entry.format), entry].slice(-SAID_ENTRIES);
  store.set('echo.said', said);
}

function recall(index) {
  const entry = said[index];
  saidIndex = entry ? index : -1;
  if (entry) {
    ui.format.value = entry.format;
  }
  ui.input.value = entry ? entry.text : '';
  ui.input.setSelectionRange(ui.input.value.length, ui.input.value.length);
  inputChanged();
}

function inputChanged() {
  problemWith(ui.input, ui.inputProblem, null);
  ui.prettify.hidden = ui.format.value !== 'json' || file !== null;
  const { data } = ui.format.value === 'hex' ? payload() : { data: ui.input.value };
  ui.inputSize.textContent = file || data === undefined ? '' : formatBytes(typeof data === 'string' ? utf8Length(data) : data.byteLength ?? data.size);
  saveForm();
}

ui.sendForm.addEventListener('submit', (submitted) => {
  submitted.preventDefault();
  submit();
});

ui.input.addEventListener('keydown', (key) => {
  if (key.isComposing || key.keyCode === 229) {
    return;
  }
  if (key.key === 'Enter' && (key.ctrlKey || key.metaKey)) {
    key.preventDefault();
    submit();
    return;
  }
  if (key.shiftKey || key.altKey || key.ctrlKey || key.metaKey || ui.input.selectionStart !== ui.input.selectionEnd) {
    return;
  }
  const before = ui.input.value.slice(0, ui.input.selectionStart);
  const after = ui.input.value.slice(ui.input.selectionStart);
  if (key.key === 'ArrowUp' && !before.includes('\n') && said.length > 0) {
    const current = saidIndex < 0 && said[said.length - 1].text === ui.input.value ? said.length - 1 : saidIndex;
    if (current !== 0) {
      key.preventDefault();
      recall(current < 0 ? said.length - 1 : current - 1);
    }
  } else if (key.key === 'ArrowDown' && !after.includes('\n') && saidIndex >= 0) {
    key.preventDefault();
    recall(saidIndex + 1);
  }
});

ui.input.addEventListener('input', () => {
  saidIndex = -1;
  inputChanged();
});
ui.format.addEventListener('change', inputChanged);

ui.prettify.addEventListener('click', () => {
  try {
    ui.input.value = prettyJson(ui.input.value);
    inputChanged();
  } catch (error) {
    problemWith(ui.input, ui.inputProblem, () => t('echo.json-bad', { why: error.message }));
  }
  ui.input.focus();
});

function setFile(chosen) {
  file = chosen;
  ui.fileChip.hidden = chosen === null;
  ui.input.hidden = chosen !== null;
  if (chosen) {
    ui.fileName.textContent = chosen.name;
    ui.fileSize.textContent = formatBytes(chosen.size);
    ui.send.focus();
  } else {
    ui.file.value = '';
  }
  inputChanged();
}

ui.file.addEventListener('change', () => {
  if (ui.file.files.length > 0) {
    setFile(ui.file.files[0]);
  }
});
ui.fileRemove.addEventListener('click', () => {
  setFile(null);
  ui.input.focus();
});

for (const type of ['dragover', 'dragleave', 'drop']) {
  ui.sendForm.addEventListener(type, (drag) => {
    if (!drag.dataTransfer?.types.includes('Files')) {
      return;
    }
    drag.preventDefault();
    ui.sendForm.classList.toggle('dropping', type === 'dragover');
    if (type === 'drop' && drag.dataTransfer.files.length > 0) {
      setFile(drag.dataTransfer.files[0]);
    }
  });
}

// ------------------------------------------------------------------------------------------------------------- the endpoints

function buildEndpoints() {
  const items = ENDPOINTS.map(([path, key]) => {
    const button = make('button', 'endpoint', [make('code', '', path), ...(key ? [say(make('span'), () => t(key))] : [])]);
    button.type = 'button';
    button.dataset.path = path;
    return make('li', '', [button]);
  });
  const kinds = BAD_FRAMES.map((kind) => {
    const button = make('button', 'kind', kind);
    button.type = 'button';
    button.dataset.path = `/badframe?kind=${kind}`;
    button.dataset.kind = kind;
    return button;
  });
  if (kinds.length === 0) {
    ui.endpoints.replaceChildren(...items);
    return;
  }
  const head = make('button', 'endpoint', [make('code', '', `/badframe?kind=${BAD_FRAMES[0]}`), say(make('span'), () => t('echo.ep.badframe'))]);
  head.type = 'button';
  head.dataset.path = `/badframe?kind=${BAD_FRAMES[0]}`;
  items.push(make('li', '', [head, make('div', 'kinds', kinds)]));
  ui.endpoints.replaceChildren(...items);
  nameKinds();
}

function nameKinds() {
  for (const button of ui.endpoints.querySelectorAll('[data-kind]')) {
    button.title = t(`echo.kind.${button.dataset.kind}`);
  }
}

function markEndpoint() {
  const live = socket && socket.readyState <= WebSocket.OPEN ? socket.url : '';
  for (const button of ui.endpoints.querySelectorAll('[data-path]')) {
    button.setAttribute('aria-current', String(live === ownHost + button.dataset.path));
  }
}

ui.endpoints.addEventListener('click', ({ target }) => {
  const button = target.closest('[data-path]');
  if (button) {
    ui.url.value = ownHost + button.dataset.path;
    attempt = 0;
    connect();
  }
});

// ------------------------------------------------------------------------------------------------------------------- memory

function saveForm() {
  store.set(FORM, {
    url: ui.url.value,
    protocols: ui.protocols.value,
    binaryType: ui.binaryType.value,
    auto: ui.auto.checked,
    closeCode: ui.closeCode.value,
    closeReason: ui.closeReason.value,
    optionsOpen: ui.options.open,
    format: ui.format.value,
    input: ui.input.value.length > STORED_INPUT_CHARS ? '' : ui.input.value,
    repeatMs: ui.repeatMs.value,
  });
}

function restoreForm() {
  const form = store.get(FORM, {}) ?? {};
  const text = (field, value, fallback) => {
    field.value = typeof value === 'string' ? value : fallback;
  };
  text(ui.url, form.url || undefined, ownHost + (consoleOf?.endpoints[0] ?? '/echo'));
  if (consoleOf?.here) {
    // It is at the address of an endpoint, which is the one that is meant.
    ui.url.value = ownHost + location.pathname + location.search;
  }
  text(ui.protocols, form.protocols, '');
  text(ui.closeCode, form.closeCode, '');
  text(ui.closeReason, form.closeReason, '');
  text(ui.input, form.input, '');
  text(ui.repeatMs, form.repeatMs, '1000');
  ui.binaryType.value = form.binaryType === 'blob' ? 'blob' : 'arraybuffer';
  ui.format.value = ['text', 'json', 'hex'].includes(form.format) ? form.format : 'text';
  ui.auto.checked = form.auto === true;
  ui.options.open = form.optionsOpen === true;
  // A link may carry an address: #url=ws://…&protocols=a,b. It is filled in, not connected to.
  const hash = new URLSearchParams(location.hash.slice(1));
  if (hash.get('url')) {
    ui.url.value = hash.get('url');
    ui.protocols.value = hash.get('protocols') ?? '';
  }
}

function rememberUrl(url) {
  const urls = [url.href, ...store.get('echo.urls', []).filter((other) => other !== url.href)].slice(0, 20);
  store.set('echo.urls', urls);
  showRecentUrls();
  const hash = new URLSearchParams({ url: url.href });
  if (ui.protocols.value.trim()) {
    hash.set('protocols', ui.protocols.value.trim());
  }
  history.replaceState(null, '', `#${hash}`);
  saveForm();
}

function showRecentUrls() {
  ui.recentUrls.replaceChildren(...store.get('echo.urls', []).map((href) => {
    const option = make('option');
    option.value = href;
    return option;
  }));
}

for (const field of [ui.url, ui.protocols, ui.closeCode, ui.closeReason, ui.repeatMs]) {
  field.addEventListener('input', saveForm);
}
for (const field of [ui.url, ui.protocols]) {
  // What was typed since counts more at the next visit than the address of the last connection.
  field.addEventListener('input', () => history.replaceState(null, '', location.pathname + location.search));
}
ui.auto.addEventListener('change', () => {
  saveForm();
  if (!ui.auto.checked && retryTimer) {
    stopRetrying();
    showConnection();
  }
});
ui.options.addEventListener('toggle', saveForm);
ui.binaryType.addEventListener('change', () => {
  saveForm();
  if (socket) {
    socket.binaryType = ui.binaryType.value;
  }
});

ui.connectForm.addEventListener('submit', (submitted) => {
  submitted.preventDefault();
  attempt = 0;
  connect();
});
ui.disconnect.addEventListener('click', disconnect);
ui.troubleClose.addEventListener('click', hideTrouble);

// --------------------------------------------------------------------------------------------------------------------- start

function showWords() {
  document.title = t(TITLE);
  ui.title.textContent = t(TITLE);
  ui.sendKeys.textContent = t(/mac|iphone|ipad/i.test(navigator.platform) ? 'echo.keys-mac' : 'echo.keys');
  for (const entry of entries) {
    entry.row.querySelector('.arrow').setAttribute('aria-label', t(`echo.dir.${entry.dir}`));
  }
  nameKinds();
  shownBuffered = null;
  showConnection();
  showTotals();
  showCounts();
  showPause();
  showSend();
  inputChanged();
}

restoreForm();
buildEndpoints();
applyStrings();
languageButton(ui.language);
onLanguage(showWords);
showRecentUrls();
showWords();
ui.url.focus();
