// The chat room: one connection, the messages of duplex-chat.v1 both ways.
// All text of others goes through textContent.

import {
  applyStrings, backoff, byId, coalesced, explainClose, formatNumber, hasString, languageButton, languageTag, make, onLanguage, say, store, t,
  tabStore,
} from './common.js';
import * as connection from './connection.js';

const KEPT_ENTRIES = 1000;
const GROUP_GAP_MS = 5 * 60_000;
const OPEN_TIMEOUT_MS = 10_000;
const STABLE_MS = 5_000;
// Together longer than the server's keepalive needs to notice a dead connection.
const NAME_RETRIES = 20;
const NAME_RETRY_MS = 3_000;
const LONG_TEXT = 1_500;
const LONG_LINES = 20;
const NAMES_IN_EVENT = 3;
const RECALLED = 50;
const SEEN_IDS = 5_000;

const ui = Object.fromEntries([
  'announcer', 'banner', 'banner-text', 'counter', 'empty', 'join', 'join-form', 'join-state', 'join-title', 'join-view', 'jump', 'language',
  'members', 'members-close', 'members-count', 'members-panel', 'members-shade', 'members-title', 'members-toggle', 'message', 'messages',
  'name-input', 'name-problem', 'notice', 'pending', 'recent', 'recent-list', 'rename', 'rename-dialog', 'rename-form', 'rename-input',
  'rename-problem', 'room-button', 'room-dialog', 'room-form', 'room-input', 'room-name', 'room-problem', 'room-view', 'say-form', 'scroller',
  'send', 'state', 'try-now',
].map((id) => [id.replace(/-(\w)/g, (_, letter) => letter.toUpperCase()), byId(id)]));

// ---------------------------------------------------------------------------------------------------------------- the room

/** The room that an address path names; null for the lobby. */
function roomOf(path) {
  const match = /^\/room\/([^/]+)\/?$/.exec(path);
  if (!match) {
    return null;
  }
  try {
    return decodeURIComponent(match[1]);
  } catch {
    return match[1];
  }
}

function addressOf(room) {
  return room === null || room === 'lobby' ? '/' : `/room/${encodeURIComponent(room)}`;
}

const room = roomOf(location.pathname);
const roomTitle = () => (room === null || room === 'lobby' ? t('chat.lobby') : withoutDirections(room));

const draftKey = `chat.draft.${room ?? ''}`;
const mineKey = `chat.mine.${room ?? ''}`;

// ------------------------------------------------------------------------------------------------------------------- state

let socket = null;
let state = 'closed';
let why = () => '';
let attempt = 0;
let welcomedAt = null;
let retryAt = 0;
let retryTimer = 0;
let openTimer = 0;
let nameRetries = 0;
let nameHeld = false;

let name = '';
let wantedName = '';
let you = null;
let joinedBefore = false;
let maxText = 4000;
let epoch = null;
let lastId = -Infinity;
const seen = new Set();
const members = new Map();
const mine = new Set();

// -------------------------------------------------------------------------------------------------------------- connection

function setState(next, reason = why) {
  const changed = next !== state;
  state = next;
  why = reason;
  ui.state.dataset.state = next;
  showState();
  if (changed && joinedBefore) {
    ui.announcer.textContent = next === 'open' ? t('chat.state.open') : `${t(`chat.state.${next}`)}. ${why()}`;
  }
  ui.send.setAttribute('aria-disabled', String(!canSend()));
}

function showState() {
  ui.state.textContent = t(`chat.state.${state}`);
  ui.state.title = state === 'open' ? connection.address : why();
  const seconds = Math.max(0, Math.ceil((retryAt - Date.now()) / 1000));
  ui.banner.hidden = state === 'open';
  ui.banner.dataset.state = state;
  ui.bannerText.textContent = state === 'reconnecting' ? t('chat.banner.reconnecting', { why: why(), n: seconds })
    : state === 'closed' ? t('chat.banner.closed', { why: why() })
      : t(nameHeld ? 'chat.banner.name-held' : 'chat.banner.connecting');
  ui.tryNow.hidden = state === 'connecting' && !nameHeld;
  ui.tryNow.textContent = t(nameHeld ? 'chat.other-name' : state === 'closed' ? 'chat.connect-again' : 'chat.try-now');
  ui.joinState.textContent = ui.joinView.hidden || !wantedName ? ''
    : state === 'connecting' ? t('chat.joining')
      : state === 'open' ? '' : ui.bannerText.textContent;
}

function connect() {
  clearTimeout(retryTimer);
  clearTimeout(openTimer);
  abandon();
  setState('connecting');
  let opened = false;
  let current;
  try {
    current = connection.open(room ?? 'lobby');
  } catch (error) {
    setState('closed', () => String(error.message));
    return;
  }
  socket = current;
  // A connection that neither opens nor fails would leave the page waiting for minutes.
  openTimer = setTimeout(() => {
    if (current === socket && you === null) {
      abandon();
      lost(1006, '', false);
    }
  }, OPEN_TIMEOUT_MS);
  current.addEventListener('open', () => {
    opened = true;
    if (current === socket && wantedName) {
      transmit({ type: 'join', name: wantedName });
    }
  });
  current.addEventListener('message', (event) => {
    if (current === socket) {
      receive(event.data);
    }
  });
  current.addEventListener('close', (event) => {
    if (current === socket) {
      socket = null;
      you = null;
      clearTimeout(openTimer);
      lost(event.code, event.reason, opened);
    }
  });
}

/** Forgets the current connection, if there is one. */
function abandon() {
  const old = socket;
  socket = null;
  you = null;
  old?.close(1000);
}

/** What to do about a connection that ended. */
function lost(code, reason, opened) {
  pendingLost();
  nameHeld = false;
  const words = () => {
    const text = !navigator.onLine ? t('chat.why.offline')
      : code === 1006 && !opened ? t('chat.why.unreachable')
        : code === 1006 ? t('chat.why.lost')
          : code === 1001 ? t('chat.why.leaving')
            : code === 1012 ? t('chat.why.restart')
              : code === 1013 ? t('chat.why.busy')
                : code === 1011 ? t('chat.why.error')
                  : code === 1000 || code === 1005 ? t('chat.why.normal')
                    : t('chat.why.code', { code: String(code), meaning: explainClose(code).meaning });
    return reason ? t('chat.why.reason', { why: text, reason }) : text;
  };
  if (!wantedName) {
    // The form for the name is open; whoever sends it connects again.
    setState('closed', words);
    return;
  }
  // Only what may pass by itself is tried again; a refusal (1008, 4xxx …) would be refused again.
  if (![1001, 1005, 1006, 1011, 1012, 1013, 1014].includes(code)) {
    setState('closed', words);
    return;
  }
  // A server that lets one in and throws one out at once is not asked again at once.
  if (welcomedAt !== null && Date.now() - welcomedAt > STABLE_MS) {
    attempt = 0;
  }
  welcomedAt = null;
  // 1013 asks to come back later, not at once.
  const delay = backoff(attempt, { base: code === 1013 ? 4_000 : 600 }) + (code === 1013 ? 2_000 : 0);
  attempt += 1;
  retryAt = Date.now() + delay;
  setState('reconnecting', words);
  countDown();
}

function countDown() {
  clearTimeout(retryTimer);
  const remaining = retryAt - Date.now();
  if (remaining <= 0) {
    connect();
    return;
  }
  showState();
  retryTimer = setTimeout(countDown, remaining % 1000 || 1000);
}

function tryNow() {
  if (state === 'reconnecting' || state === 'closed') {
    connect();
  }
}

function transmit(message) {
  socket?.send(JSON.stringify(message));
}

// ---------------------------------------------------------------------------------------------------------------- receiving

function receive(data) {
  let message;
  try {
    message = JSON.parse(data);
  } catch {
    return;
  }
  const handler = message && Object.prototype.hasOwnProperty.call(handlers, message.type) ? handlers[message.type] : null;
  try {
    handler?.(message);
  } catch (error) {
    console.warn('A message of an unexpected shape was left out:', error);
  }
}

const handlers = {
  welcome(message) {
    clearTimeout(openTimer);
    you = { id: String(message.you.id), name: String(message.you.name) };
    name = you.name;
    wantedName = name;
    welcomedAt = Date.now();
    nameRetries = 0;
    nameHeld = false;
    maxText = Number(message.maxText) || maxText;
    store.set('chat.name', name);
    tabStore.set('chat.joined', name);

    const newEpoch = message.epoch === undefined ? '' : String(message.epoch);
    const history = Array.isArray(message.history) ? message.history : [];
    if (epoch !== null && epoch !== newEpoch) {
      enqueue({ kind: 'break', key: 'chat.new-epoch' });
      lastId = -Infinity;
      seen.clear();
      mine.clear();
    } else if (epoch === null) {
      recallMine(newEpoch);
    } else if (history.length > 0 && lastId !== -Infinity && history[0].id > lastId + 1) {
      // The server's history no longer reaches back to the last message seen here.
      enqueue({ kind: 'break', key: 'chat.gap' });
    }
    epoch = newEpoch;
    history.forEach((entry) => takeMessage(entry, true));

    members.clear();
    for (const member of message.members ?? []) {
      members.set(String(member.id), String(member.name));
    }
    members.set(you.id, you.name);
    showMembers();
    say(ui.notice, () => '');
    enterRoom();
    setState('open', () => '');
  },

  message(message) {
    takeMessage(message, false);
  },

  joined({ member, time }) {
    const id = String(member.id);
    if (id === you?.id || members.has(id)) {
      return;
    }
    members.set(id, String(member.name));
    showMembers();
    enqueue({ kind: 'joined', who: String(member.name), time });
  },

  left({ member, time }) {
    if (members.delete(String(member.id))) {
      showMembers();
      enqueue({ kind: 'left', who: String(member.name), time });
    }
  },

  renamed({ member, was, time }) {
    const id = String(member.id);
    const newName = String(member.name);
    members.set(id, newName);
    if (id === you?.id) {
      you.name = newName;
      name = newName;
      wantedName = newName;
      store.set('chat.name', newName);
      tabStore.set('chat.joined', newName);
      if (ui.renameDialog.open) {
        ui.renameDialog.close();
      }
    }
    showMembers();
    enqueue({ kind: 'renamed', who: newName, was: String(was), time });
  },

  error(message) {
    const code = String(message.code);
    const known = hasString(`chat.error.${code}`);
    const detail = typeof message.text === 'string' ? message.text : '';
    const words = () => {
      const text = t(known ? `chat.error.${code}` : 'chat.error.other');
      // The server knows its own rule better; the page knows the reader's language.
      return detail && (!known || code === 'name-invalid' || code === 'bad-message') ? `${text} ${detail}` : text;
    };
    if (code === 'name-invalid' || code === 'name-taken') {
      nameRefused(code, words);
    } else if (!refusePending(words)) {
      note(words);
    }
  },
};

function nameRefused(code, words) {
  if (you !== null) {
    if (ui.renameDialog.open) {
      say(ui.renameProblem, words);
      ui.renameInput.setAttribute('aria-invalid', 'true');
      ui.renameInput.focus();
    } else {
      note(words);
    }
    return;
  }
  // After a lost connection the server holds the old one, and our name with it, until its keepalive gives it up.
  if (code === 'name-taken' && joinedBefore && nameRetries < NAME_RETRIES) {
    nameRetries += 1;
    nameHeld = true;
    const current = socket;
    clearTimeout(openTimer);
    setTimeout(() => {
      if (current === socket && wantedName) {
        transmit({ type: 'join', name: wantedName });
      }
    }, NAME_RETRY_MS);
    showState();
    return;
  }
  clearTimeout(openTimer);
  askName(words);
}

// ------------------------------------------------------------------------------------------------------------------- joining

function askName(problem = null) {
  ui.roomView.hidden = true;
  ui.membersToggle.hidden = true;
  ui.joinView.hidden = false;
  ui.state.hidden = true;
  ui.nameInput.value = wantedName || store.get('chat.name', '') || '';
  if (problem) {
    say(ui.nameProblem, problem);
  }
  ui.nameInput.setAttribute('aria-invalid', String(problem !== null));
  wantedName = '';
  nameHeld = false;
  nameRetries = 0;
  showState();
  ui.nameInput.focus();
  ui.nameInput.select();
}

ui.joinForm.addEventListener('submit', (event) => {
  event.preventDefault();
  const wanted = ui.nameInput.value.trim();
  if (!wanted) {
    say(ui.nameProblem, () => t('chat.name-missing'));
    ui.nameInput.setAttribute('aria-invalid', 'true');
    ui.nameInput.focus();
    return;
  }
  join(wanted);
});

function join(wanted) {
  wantedName = wanted;
  say(ui.nameProblem, () => '');
  ui.nameInput.removeAttribute('aria-invalid');
  if (socket?.readyState === WebSocket.OPEN) {
    transmit({ type: 'join', name: wantedName });
  } else if (socket === null) {
    connect();
  }
  showState();
}

function enterRoom() {
  const first = ui.roomView.hidden;
  joinedBefore = true;
  ui.joinView.hidden = true;
  ui.roomView.hidden = false;
  ui.state.hidden = false;
  ui.membersToggle.hidden = false;
  if (first) {
    rememberRoom();
    flush();
    toLatest();
    growInput();
    ui.message.focus();
  }
}

// ------------------------------------------------------------------------------------------------------------- the messages

let queue = [];
const flushSoon = coalesced(flush);
let lastEntry = null;
let lastDay = '';
let pinned = true;
let scrolledTo = 0;
let unseenBelow = 0;
let unread = 0;

function takeMessage(message, fromHistory) {
  const id = Number(message.id);
  if (seen.has(id)) {
    return;
  }
  seen.add(id);
  if (seen.size > SEEN_IDS) {
    seen.delete(seen.values().next().value);
  }
  lastId = Math.max(lastId, id);
  const entry = {
    kind: 'message',
    id: message.id,
    from: { id: String(message.from?.id ?? ''), name: String(message.from?.name ?? '') },
    text: String(message.text ?? ''),
    time: timeOf(message.time),
    own: false,
  };
  if (fromHistory) {
    entry.own = mine.has(id) || arrivedAfterAll(entry);
  } else {
    entry.own = you !== null && entry.from.id === you.id;
    if (entry.own) {
      confirmPending();
    }
  }
  if (entry.own) {
    rememberMine(id);
  } else if (!fromHistory || joinedBefore) {
    if (document.hidden) {
      unread += 1;
    }
    unseenBelow += 1;
  }
  enqueue(entry);
}

/** The time of a message, or now where it is none that a Date can hold. */
function timeOf(value) {
  return Number.isFinite(value) && Math.abs(value) <= 8.64e15 ? value : Date.now();
}

function enqueue(entry) {
  queue.push(entry);
  if (queue.length > 2 * KEPT_ENTRIES) {
    queue = queue.slice(-KEPT_ENTRIES);
  }
  flushSoon();
}

/** Shows what has come since the last frame, in one go. */
function flush() {
  if (ui.roomView.hidden) {
    return;
  }
  const entries = queue.slice(-KEPT_ENTRIES);
  queue = [];
  if (entries.length > 0) {
    const fragment = document.createDocumentFragment();
    for (const entry of entries) {
      append(fragment, entry);
    }
    ui.messages.append(fragment);
    trim();
    ui.empty.hidden = true;
  }
  if (pinned) {
    toLatest();
  }
  showUnseen();
  showTitle();
}

function append(fragment, entry) {
  if (entry.kind === 'message') {
    const day = new Date(entry.time).toDateString();
    if (day !== lastDay) {
      lastDay = day;
      fragment.append(dividerElement(() => dayName(entry.time)));
      lastEntry = null;
    }
    const continues = lastEntry?.kind === 'message' && lastEntry.from.id === entry.from.id && lastEntry.from.name === entry.from.name
      && lastEntry.own === entry.own && entry.time - lastEntry.time < GROUP_GAP_MS;
    fragment.append(messageElement(entry, !continues));
    lastEntry = entry;
  } else if (entry.kind === 'break') {
    const divider = dividerElement(() => t(entry.key));
    divider.classList.add('break');
    fragment.append(divider);
    lastEntry = entry;
  } else {
    // Comings and goings in a row share one line.
    if (lastEntry?.kind === 'events' && (lastEntry.element.isConnected || fragment.contains(lastEntry.element))) {
      lastEntry.list.push(entry);
    } else {
      lastEntry = { kind: 'events', list: [entry], element: make('li', 'event') };
      fragment.append(lastEntry.element);
    }
    const events = lastEntry.list;
    say(lastEntry.element, () => eventsText(events));
  }
}

function eventsText(events) {
  const shown = events.slice(0, NAMES_IN_EVENT).map(({ kind, who, was }) => t(`chat.${kind}`, { who: isolated(who), was: isolated(was ?? '') }));
  if (events.length > NAMES_IN_EVENT) {
    shown.push(t('chat.event-more', { n: events.length - NAMES_IN_EVENT }));
  }
  return shown.join(t('chat.event-separator'));
}

/** Without the characters that command a writing direction, which could reach beyond the name. */
function withoutDirections(text) {
  return text.replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '');
}

/** Keeps a name's writing direction from turning the sentence around it: U+2068 FSI … U+2069 PDI. */
function isolated(text) {
  return `\u2068${withoutDirections(text)}\u2069`;
}

function messageElement(entry, first) {
  const item = make('li', `msg${first ? ' first' : ''}${entry.own ? ' own' : ''}`);
  item.dataset.id = String(entry.id);
  item.dataset.testid = 'message-item';
  const hue = hueOf(entry.from.name);
  if (!entry.own) {
    const avatar = make('span', 'avatar', initialOf(entry.from.name));
    avatar.dataset.hue = hue;
    avatar.setAttribute('aria-hidden', 'true');
    item.append(avatar);
  }
  const author = make('bdi', 'author', entry.from.name);
  author.dataset.hue = hue;
  const time = make('time');
  time.dateTime = new Date(entry.time).toISOString();
  time.title = formatsNow().full.format(entry.time);
  say(time, () => clock(entry.time));
  const text = make('div', 'text');
  text.dir = 'auto';
  linkify(text, entry.text);
  const bubble = make('div', 'bubble', [text]);
  bubble.title = time.title;
  if (entry.text.length > LONG_TEXT || entry.text.split('\n', LONG_LINES + 2).length > LONG_LINES) {
    shorten(bubble, text);
  }
  item.append(make('div', 'meta', [author, time]), bubble);
  return item;
}

function shorten(bubble, text) {
  const more = make('button', 'more');
  more.type = 'button';
  const label = () => t(text.classList.contains('long') ? 'chat.show-all' : 'chat.show-less');
  text.classList.add('long');
  more.setAttribute('aria-expanded', 'false');
  more.addEventListener('click', () => {
    const long = text.classList.toggle('long');
    more.setAttribute('aria-expanded', String(!long));
    say(more, label);
  });
  bubble.append(say(more, label));
}

// An address ends at white space, quotes, angle brackets and Chinese punctuation.
const ADDRESS = /\bhttps?:\/\/[^\s<>"'`\u3000-\u3003\u3008-\u3011\u2018-\u201d\uff01\uff08\uff09\uff0c\uff1a\uff1b\uff1f]+/giu;

/** Puts the text into the element; addresses of the web become links, everything else stays text. */
function linkify(element, text) {
  let from = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = withoutTrailingPunctuation(match[0]);
    let url;
    try {
      url = new URL(address);
    } catch {
      continue;
    }
    // "https://bank.example@evil.example" is there to deceive.
    if ((url.protocol !== 'http:' && url.protocol !== 'https:') || url.username || url.password) {
      continue;
    }
    const link = make('a', '', address);
    link.href = url.href;
    link.title = url.href;
    link.target = '_blank';
    link.rel = 'noopener noreferrer nofollow';
    element.append(text.slice(from, match.index), link);
    from = match.index + address.length;
  }
  element.append(text.slice(from));
}

function withoutTrailingPunctuation(address) {
  let result = address;
  for (;;) {
    const last = result[result.length - 1];
    const opening = { ')': '(', ']': '[', '}': '{' }[last];
    const unbalanced = opening !== undefined && result.split(last).length > result.split(opening).length;
    if (!'.,;:!?*_~'.includes(last) && !unbalanced) {
      return result;
    }
    result = result.slice(0, -1);
  }
}

function dividerElement(render) {
  const divider = make('li', 'divider');
  divider.append(say(make('span'), render));
  return divider;
}

function trim() {
  const items = ui.messages.children;
  let surplus = items.length - KEPT_ENTRIES;
  if (surplus <= 0) {
    return;
  }
  while (surplus > 0) {
    items[0].remove();
    surplus -= 1;
  }
  if (items[0]?.classList.contains('msg')) {
    items[0].classList.add('first');
  }
}

// Times

// Making a format takes longer than a thousand uses of it.
let formats = null;

function formatsNow() {
  const tag = languageTag();
  if (formats?.tag !== tag) {
    const day = { weekday: 'long', day: 'numeric', month: 'long' };
    formats = {
      tag,
      clock: new Intl.DateTimeFormat(tag, { hour: '2-digit', minute: '2-digit' }),
      full: new Intl.DateTimeFormat(tag, { dateStyle: 'full', timeStyle: 'medium' }),
      day: new Intl.DateTimeFormat(tag, day),
      names: new Intl.Collator(tag, { sensitivity: 'base', numeric: true }),
      dayAndYear: new Intl.DateTimeFormat(tag, { ...day, year: 'numeric' }),
    };
  }
  return formats;
}

function clock(time) {
  return formatsNow().clock.format(time);
}

function dayName(time) {
  const day = new Date(time).toDateString();
  if (day === new Date().toDateString()) {
    return t('chat.today');
  }
  const yesterday = new Date();
  yesterday.setDate(yesterday.getDate() - 1);
  if (day === yesterday.toDateString()) {
    return t('chat.yesterday');
  }
  const sameYear = new Date(time).getFullYear() === new Date().getFullYear();
  return (sameYear ? formatsNow().day : formatsNow().dayAndYear).format(time);
}

/** "Today" becomes "Yesterday" at midnight. */
function atMidnight() {
  const midnight = new Date();
  midnight.setHours(24, 0, 1, 0);
  setTimeout(() => {
    applyStrings(ui.messages);
    atMidnight();
  }, midnight.getTime() - Date.now());
}

// Names

function initialOf(text) {
  return ([...text.trim()].find((letter) => /[\p{L}\p{N}]/u.test(letter)) ?? '·').toLocaleUpperCase();
}

function hueOf(text) {
  let hash = 0;
  for (const letter of text) {
    hash = (Math.imul(hash, 31) + letter.codePointAt(0)) | 0;
  }
  return String(((hash % 8) + 8) % 8);
}

// Own messages, so that a reload of the page still knows them

function rememberMine(id) {
  mine.add(id);
  while (mine.size > 200) {
    mine.delete(mine.values().next().value);
  }
  tabStore.set(mineKey, { epoch, ids: [...mine] });
}

function recallMine(currentEpoch) {
  const stored = tabStore.get(mineKey);
  if (stored && stored.epoch === currentEpoch && Array.isArray(stored.ids)) {
    stored.ids.forEach((id) => mine.add(id));
  }
}

// ----------------------------------------------------------------------------------------------------------------- scrolling

function toLatest() {
  pinned = true;
  unseenBelow = 0;
  ui.scroller.scrollTop = ui.scroller.scrollHeight;
  showUnseen();
}

function showUnseen() {
  if (pinned && !document.hidden) {
    unseenBelow = 0;
  }
  ui.jump.hidden = pinned;
  const text = unseenBelow > 0 ? t('chat.latest-new', { n: unseenBelow }) : t('chat.latest');
  if (ui.jump.textContent !== text) {
    ui.jump.textContent = text;
  }
}

ui.scroller.addEventListener('scroll', () => {
  // Only a movement upwards lets go of the end: a smaller scroller alone must not.
  const { scrollTop, scrollHeight, clientHeight } = ui.scroller;
  if (scrollHeight - scrollTop - clientHeight < 40) {
    pinned = true;
  } else if (scrollTop < scrolledTo) {
    pinned = false;
  }
  scrolledTo = scrollTop;
  showUnseen();
}, { passive: true });

// The keyboard of a phone, a growing input, a turned screen: who was at the end stays at the end.
new ResizeObserver(() => {
  if (pinned && !ui.roomView.hidden) {
    toLatest();
  }
}).observe(ui.scroller);

ui.jump.addEventListener('click', () => {
  toLatest();
  ui.message.focus();
});

function showTitle() {
  const title = `${roomTitle()} · ${t('chat.title')}`;
  document.title = unread > 0 ? `(${formatNumber(unread)}) ${title}` : title;
}

document.addEventListener('visibilitychange', () => {
  if (!document.hidden) {
    unread = 0;
    showTitle();
    if (pinned) {
      toLatest();
    }
    if (state === 'reconnecting') {
      tryNow();
    }
  }
});

// ------------------------------------------------------------------------------------------------------------------ speaking

/** Messages sent and not yet seen back, oldest first; the server answers them in order. */
let pending = [];
let recalled = tabStore.get('chat.said', []);
let recallIndex = -1;
let noticeTimer = 0;

function canSend() {
  const length = ui.message.value.trim().length;
  return state === 'open' && length > 0 && textToSend().length <= maxText;
}

function textToSend() {
  return ui.message.value.replace(/^\s*\n/, '').trimEnd();
}

function note(words) {
  say(ui.notice, words);
  clearTimeout(noticeTimer);
  noticeTimer = setTimeout(() => say(ui.notice, () => ''), 8_000);
}

function speak() {
  const text = textToSend();
  if (!text.trim()) {
    return;
  }
  if (state !== 'open') {
    note(() => t('chat.kept'));
    return;
  }
  if (text.length > maxText) {
    note(() => t('chat.over', { n: text.length - maxText }));
    return;
  }
  sendText(text);
  recalled = [...recalled.filter((said) => said !== text), text].slice(-RECALLED);
  recallIndex = -1;
  tabStore.set('chat.said', recalled);
  say(ui.notice, () => '');
  setInput('');
  toLatest();
}

function sendText(text) {
  const entry = { text, item: null, failed: false, timer: 0 };
  pending.push(entry);
  // Usually the message is back before anybody sees it waiting.
  entry.timer = setTimeout(() => showPending(entry, () => t('chat.sending')), 400);
  transmit({ type: 'say', text });
}

function showPending(entry, words) {
  clearTimeout(entry.timer);
  entry.item?.remove();
  const text = make('div', 'text', entry.text);
  text.dir = 'auto';
  const fate = make('div', 'fate', [say(make('span'), words)]);
  if (entry.failed) {
    fate.append(
      fateButton('chat.send-again', () => {
        if (state !== 'open') {
          note(() => t('chat.kept'));
          return;
        }
        forget(entry);
        sendText(entry.text);
      }),
      fateButton('chat.discard', () => forget(entry)),
    );
  }
  entry.item = make('li', `msg own first${entry.failed ? ' failed' : ''}`, [make('div', 'bubble', [text]), fate]);
  ui.pending.append(entry.item);
  ui.empty.hidden = true;
  if (pinned) {
    toLatest();
  }
}

function fateButton(key, action) {
  const button = say(make('button', 'button small'), () => t(key));
  button.type = 'button';
  button.addEventListener('click', () => {
    action();
    ui.message.focus();
  });
  return button;
}

function forget(entry) {
  clearTimeout(entry.timer);
  entry.item?.remove();
  pending = pending.filter((other) => other !== entry);
}

function confirmPending() {
  const entry = pending.find((candidate) => !candidate.failed);
  if (entry) {
    forget(entry);
  }
}

/** The server refused the oldest waiting message: its text returns to the input if that is empty. */
function refusePending(words) {
  const entry = pending.find((candidate) => !candidate.failed);
  if (!entry) {
    return false;
  }
  if (ui.message.value === '') {
    forget(entry);
    setInput(entry.text);
    note(() => t('chat.refused', { why: words() }));
  } else {
    entry.failed = true;
    showPending(entry, () => t('chat.refused', { why: words() }));
  }
  return true;
}

function pendingLost() {
  for (const entry of pending) {
    if (!entry.failed) {
      entry.failed = true;
      showPending(entry, () => t('chat.unconfirmed'));
    }
  }
}

/** Whether a message of the history is one whose confirmation was lost with the connection. */
function arrivedAfterAll(message) {
  const entry = joinedBefore && message.from.name === name ? pending.find((candidate) => candidate.failed && candidate.text === message.text) : null;
  if (entry) {
    forget(entry);
  }
  return Boolean(entry);
}

function setInput(text) {
  ui.message.value = text;
  ui.message.setSelectionRange(text.length, text.length);
  inputChanged();
}

function growInput() {
  ui.message.style.height = 'auto';
  ui.message.style.height = `${ui.message.scrollHeight}px`;
}

function inputChanged() {
  growInput();
  const left = maxText - textToSend().length;
  ui.counter.hidden = left > maxText * 0.1;
  ui.counter.textContent = formatNumber(left);
  ui.counter.title = left < 0 ? t('chat.over', { n: -left }) : t('chat.left-chars', { n: left });
  ui.counter.classList.toggle('over', left < 0);
  ui.message.setAttribute('aria-invalid', String(left < 0));
  ui.send.setAttribute('aria-disabled', String(!canSend()));
  tabStore.set(draftKey, ui.message.value);
}

ui.message.addEventListener('input', () => {
  recallIndex = -1;
  inputChanged();
});

ui.message.addEventListener('keydown', (event) => {
  // While an input method composes (Chinese, Japanese …), Enter and the arrows are its own.
  if (event.isComposing || event.keyCode === 229) {
    return;
  }
  const untouched = ui.message.value === '' || recallIndex >= 0;
  if (event.key === 'Enter' && !event.shiftKey && !event.altKey) {
    event.preventDefault();
    speak();
  } else if (event.key === 'ArrowUp' && untouched && !event.shiftKey && recalled.length > 0) {
    event.preventDefault();
    recall(recallIndex < 0 ? recalled.length - 1 : Math.max(0, recallIndex - 1));
  } else if (event.key === 'ArrowDown' && recallIndex >= 0 && !event.shiftKey) {
    event.preventDefault();
    recall(recallIndex + 1);
  }
});

function recall(index) {
  const text = recalled[index];
  setInput(text ?? '');
  recallIndex = text === undefined ? -1 : index;
}

ui.sayForm.addEventListener('submit', (event) => {
  event.preventDefault();
  speak();
  ui.message.focus();
});

// -------------------------------------------------------------------------------------------------------------- who is here

let membersTimer = 0;
let drawingTook = 0;

/** In a room of a thousand people the list is drawn now and then, not with every coming and going. */
function showMembers() {
  showMemberCount();
  membersTimer = membersTimer || setTimeout(drawMembers, Math.max(members.size > 100 ? 300 : 16, 4 * drawingTook));
}

function drawMembers() {
  membersTimer = 0;
  const started = performance.now();
  const wanted = [...members].map(([id, memberName]) => ({ id, memberName, own: id === you?.id }));
  const { names } = formatsNow();
  wanted.sort((a, b) => Number(b.own) - Number(a.own) || names.compare(a.memberName, b.memberName));
  // Elements that still fit are kept, so a screen reader or a hover does not lose its place.
  const present = new Map([...ui.members.children].map((item) => [item.dataset.member, item]));
  const items = wanted.map(({ id, memberName, own }) => {
    const old = present.get(id);
    if (old && old.dataset.name === memberName && old.classList.contains('own') === own) {
      return old;
    }
    const item = make('li', own ? 'own' : '');
    item.dataset.member = id;
    item.dataset.name = memberName;
    const avatar = make('span', 'avatar', initialOf(memberName));
    avatar.dataset.hue = hueOf(memberName);
    avatar.setAttribute('aria-hidden', 'true');
    const label = make('bdi', 'member-name', memberName);
    label.title = memberName;
    item.append(avatar, label);
    if (own) {
      item.append(say(make('span', 'you-mark'), () => t('chat.you')));
    }
    return item;
  });
  const kept = new Set(items);
  for (const item of present.values()) {
    if (!kept.has(item)) {
      item.remove();
    }
  }
  let place = ui.members.firstElementChild;
  for (const item of items) {
    if (item === place) {
      place = place.nextElementSibling;
    } else {
      ui.members.insertBefore(item, place);
    }
  }
  drawingTook = performance.now() - started;
}

function showMemberCount() {
  ui.membersTitle.textContent = t('chat.here-count', { n: members.size });
  ui.membersCount.textContent = formatNumber(members.size);
}

function openMembers(open) {
  ui.membersPanel.classList.toggle('open', open);
  ui.membersShade.hidden = !open;
  ui.membersToggle.setAttribute('aria-expanded', String(open));
  if (open) {
    ui.membersClose.focus();
  }
}

ui.membersToggle.addEventListener('click', () => openMembers(!ui.membersPanel.classList.contains('open')));
ui.membersShade.addEventListener('click', () => openMembers(false));
ui.membersClose.addEventListener('click', () => {
  openMembers(false);
  ui.membersToggle.focus();
});

ui.rename.addEventListener('click', () => {
  openMembers(false);
  say(ui.renameProblem, () => '');
  ui.renameInput.removeAttribute('aria-invalid');
  ui.renameInput.value = name;
  ui.renameDialog.showModal();
  ui.renameInput.select();
});

ui.renameForm.addEventListener('submit', (event) => {
  event.preventDefault();
  const wanted = ui.renameInput.value.trim();
  if (!wanted) {
    say(ui.renameProblem, () => t('chat.name-missing'));
  } else if (state !== 'open') {
    say(ui.renameProblem, () => t('chat.kept'));
  } else if (wanted === name) {
    ui.renameDialog.close();
  } else {
    say(ui.renameProblem, () => '');
    transmit({ type: 'rename', name: wanted });
  }
});

// ------------------------------------------------------------------------------------------------------------- other rooms

function rememberRoom() {
  const current = room ?? 'lobby';
  store.set('chat.rooms', [current, ...store.get('chat.rooms', []).filter((other) => other !== current)].slice(0, 8));
}

ui.roomButton.addEventListener('click', () => {
  const rooms = [...new Set(['lobby', ...store.get('chat.rooms', [])])].filter((other) => other !== (room ?? 'lobby'));
  ui.recent.hidden = rooms.length === 0;
  ui.recentList.replaceChildren(...rooms.map((other) => {
    const link = make('a', 'button small', [make('bdi', '', other === 'lobby' ? t('chat.lobby') : other)]);
    link.href = addressOf(other);
    return make('li', '', [link]);
  }));
  say(ui.roomProblem, () => '');
  ui.roomInput.value = '';
  ui.roomDialog.showModal();
});

ui.roomForm.addEventListener('submit', (event) => {
  event.preventDefault();
  const wanted = ui.roomInput.value.trim();
  // A path segment of dots is taken for "this" or "the parent" by every URL parser, however it is escaped.
  if (!wanted || wanted.includes('/') || /^\.+$/.test(wanted) || !isWellFormed(wanted)) {
    say(ui.roomProblem, () => t('chat.room-invalid'));
    ui.roomInput.focus();
    return;
  }
  location.href = addressOf(wanted);
});

function isWellFormed(text) {
  try {
    return encodeURIComponent(text).length > 0;
  } catch {
    return false;
  }
}

for (const button of document.querySelectorAll('[data-cancel]')) {
  button.addEventListener('click', () => button.closest('dialog').close());
}
for (const dialog of [ui.roomDialog, ui.renameDialog]) {
  dialog.addEventListener('close', () => {
    if (!ui.roomView.hidden) {
      ui.message.focus();
    }
  });
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) {
      dialog.close();
    }
  });
}

// ------------------------------------------------------------------------------------------------------------------ keyboard

document.addEventListener('keydown', (event) => {
  if (event.defaultPrevented || event.isComposing || ui.roomView.hidden || document.querySelector('dialog[open]')) {
    return;
  }
  if (event.key === 'Escape') {
    if (ui.membersPanel.classList.contains('open')) {
      openMembers(false);
    } else if (recallIndex >= 0) {
      recall(recalled.length);
    } else {
      toLatest();
    }
    ui.message.focus();
    return;
  }
  // Whoever starts typing means the message.
  const typing = event.key.length === 1 && event.key !== ' ' && !event.ctrlKey && !event.metaKey && !event.altKey;
  if (typing && !event.target.closest('input, textarea, select, button, a')) {
    ui.message.focus();
  }
});

ui.tryNow.addEventListener('click', () => {
  if (nameHeld) {
    askName();
    return;
  }
  tryNow();
  ui.message.focus();
});

window.addEventListener('online', () => {
  if (state === 'reconnecting') {
    tryNow();
  }
});
window.addEventListener('offline', showState);
// A page that is left may be kept for the way back, and its connection with it: to the others it has to be gone.
window.addEventListener('pagehide', (event) => {
  if (event.persisted && socket !== null) {
    pendingLost();
    abandon();
  }
});
window.addEventListener('pageshow', (event) => {
  if (event.persisted && wantedName && socket === null) {
    connect();
  }
});

// --------------------------------------------------------------------------------------------------------------------- start

function showWords() {
  ui.roomName.textContent = roomTitle();
  ui.joinTitle.textContent = t('chat.join-title', { room: roomTitle() });
  ui.message.placeholder = t('chat.placeholder', { room: roomTitle() });
  showTitle();
  showState();
  showMemberCount();
  showUnseen();
  inputChanged();
}

ui.message.value = tabStore.get(draftKey, '');
applyStrings();
languageButton(ui.language);
onLanguage(showWords);
showWords();
atMidnight();

const joinedName = tabStore.get('chat.joined');
askName();
if (joinedName) {
  // This tab was in a room before: a reload or a change of rooms does not ask again.
  ui.nameInput.value = joinedName;
  join(joinedName);
}
