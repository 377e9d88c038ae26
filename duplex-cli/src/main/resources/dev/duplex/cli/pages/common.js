// What both pages share: the words in both languages, formats, close codes, reconnect delays, and small helpers.

/**
 * Every visible string, English beside Chinese. {x} is replaced by a parameter; "one||many" chooses by the parameter n.
 */
const STRINGS = {
  'common.close': ['Close', '关闭'],
  'common.cancel': ['Cancel', '取消'],
  'common.other-language': ['中文', 'English'],
  'common.other-language-label': ['切换到中文', 'Switch to English'],
  'common.copy': ['Copy', '复制'],
  'common.copied': ['Copied', '已复制'],
  'common.copy-failed': ['The browser did not allow copying', '浏览器不允许复制'],

  'chat.title': ['Duplex chat', 'Duplex 聊天室'],
  'chat.room': ['Room', '房间'],
  'chat.to-lobby': ['To the lobby', '回到大厅'],
  'chat.lobby': ['lobby', '大厅'],
  'chat.join-title': ['Join “{room}”', '加入“{room}”'],
  'chat.join-hint': ['Choose the name that the others in the room will see.', '取一个名字，房间里的其他人会看到它。'],
  'chat.your-name': ['Your name', '你的名字'],
  'chat.join': ['Join', '加入'],
  'chat.joining': ['Connecting…', '正在连接…'],
  'chat.name-missing': ['Please enter a name.', '请输入名字。'],
  'chat.conversation': ['Conversation', '对话'],
  'chat.messages': ['Messages', '消息'],
  'chat.empty': ['Nothing has been said here yet. Say hello, or open this page in a second window.',
    '这里还没有人说话。打个招呼，或者在另一个窗口中打开本页试试。'],
  'chat.your-message': ['Your message', '你的消息'],
  'chat.placeholder': ['Message to {room}', '发送到“{room}”'],
  'chat.send': ['Send', '发送'],
  'chat.keys': ['Enter sends · Shift+Enter starts a new line · ↑ brings back what you said', 'Enter 发送 · Shift+Enter 换行 · ↑ 找回说过的话'],
  'chat.here': ['people here', '人在线'],
  'chat.here-count': ['{n} person here||{n} people here', '{n} 人在线'],
  'chat.you': ['you', '你'],
  'chat.rename': ['Change your name', '修改名字'],
  'chat.rename-do': ['Change', '修改'],
  'chat.change-room': ['Go to another room', '去别的房间'],
  'chat.room-label': ['Name of the room; a new name opens a new room', '房间名；新名字会开一个新房间'],
  'chat.room-invalid': ['Use 1 to 64 characters, without “/”, and not only dots.', '请使用 1 到 64 个字符，不能包含“/”，也不能只有点号。'],
  'chat.recent': ['Visited before', '去过的房间'],
  'chat.go': ['Go', '前往'],
  'chat.today': ['Today', '今天'],
  'chat.yesterday': ['Yesterday', '昨天'],
  'chat.new-epoch': ['The server was restarted; a new conversation begins', '服务器已重启，新的对话从这里开始'],
  'chat.gap': ['Some messages are missing here', '此处缺少一些消息'],
  'chat.joined': ['{who} joined', '{who} 进来了'],
  'chat.left': ['{who} left', '{who} 离开了'],
  'chat.renamed': ['{was} is now {who}', '{was} 改名为 {who}'],
  'chat.event-more': ['and {n} more change||and {n} more changes', '以及另外 {n} 次变动'],
  'chat.event-separator': [' · ', ' · '],
  'chat.show-all': ['Show all', '显示全部'],
  'chat.show-less': ['Show less', '收起'],
  'chat.latest': ['↓ Latest', '↓ 最新消息'],
  'chat.latest-new': ['↓ {n} new message||↓ {n} new messages', '↓ {n} 条新消息'],
  'chat.sending': ['Sending…', '正在发送…'],
  'chat.unconfirmed': ['Not confirmed: the connection was lost.', '未确认：连接已断开。'],
  'chat.refused': ['Not sent: {why}', '未发送：{why}'],
  'chat.send-again': ['Send again', '重新发送'],
  'chat.discard': ['Discard', '丢弃'],
  'chat.kept': ['Not connected. Your text is kept here until the connection is back.', '尚未连接。你的文字会保留，等连接恢复后再发送。'],
  'chat.over': ['Too long by {n} character.||Too long by {n} characters.', '超出 {n} 个字符。'],
  'chat.left-chars': ['{n} character left||{n} characters left', '还可输入 {n} 个字符'],

  'chat.state.connecting': ['Connecting', '连接中'],
  'chat.state.open': ['Connected', '已连接'],
  'chat.state.reconnecting': ['Reconnecting', '正在重连'],
  'chat.state.closed': ['Closed', '已关闭'],
  'chat.banner.connecting': ['Connecting…', '正在连接…'],
  'chat.banner.reconnecting': ['{why} Trying again in {n} s.', '{why}{n} 秒后重试。'],
  'chat.banner.closed': ['{why}', '{why}'],
  'chat.try-now': ['Try now', '立即重试'],
  'chat.connect-again': ['Connect again', '重新连接'],
  'chat.why.offline': ['This device is offline.', '设备没有联网。'],
  'chat.why.unreachable': ['The server cannot be reached.', '无法连接到服务器。'],
  'chat.why.lost': ['The connection was lost.', '连接已断开。'],
  'chat.why.leaving': ['The server is going away.', '服务器正在关闭。'],
  'chat.why.restart': ['The server is restarting.', '服务器正在重启。'],
  'chat.why.busy': ['The server is overloaded, or this connection was too slow.', '服务器过载，或此连接太慢。'],
  'chat.why.error': ['The server hit an internal error.', '服务器发生内部错误。'],
  'chat.why.normal': ['The server closed the connection.', '服务器关闭了连接。'],
  'chat.why.code': ['The server closed the connection: {meaning} ({code}).', '服务器关闭了连接：{meaning}（{code}）。'],
  'chat.why.reason': ['{why} It said: “{reason}”.', '{why}对方说明：“{reason}”。'],

  'chat.error.name-invalid': ['This name cannot be used.', '这个名字不能使用。'],
  'chat.error.name-taken': ['Somebody here has this name already.', '这里已经有人叫这个名字了。'],
  'chat.error.text-too-long': ['The message is too long.', '消息太长。'],
  'chat.error.too-fast': ['You are sending too fast; wait a moment.', '发送太快了，请稍等片刻。'],
  'chat.error.bad-message': ['The server did not understand the message.', '服务器无法理解这条消息。'],
  'chat.error.other': ['The server reported a problem.', '服务器报告了一个问题。'],

  'close.1000': ['the purpose is fulfilled', '正常结束'],
  'close.1001': ['the other end goes away: server shutdown, or a page that was left', '对方离开：服务器关闭或页面跳转'],
  'close.1002': ['a frame broke the protocol', '有帧违反了协议'],
  'close.1003': ['a type of data the other end does not accept', '对方不接受的数据类型'],
  'close.1005': ['the close frame carried no code', '关闭帧没有携带状态码'],
  'close.1006': ['the connection ended without a close frame', '连接中断，没有收到关闭帧'],
  'close.1007': ['data that does not fit its type, such as text that is not UTF-8', '数据与类型不符，例如文本不是 UTF-8'],
  'close.1008': ['a rule of the other end was broken', '违反了对方的规定'],
  'close.1009': ['a message larger than the other end accepts', '消息超过对方能接受的大小'],
  'close.1010': ['the client needs an extension that the server did not accept', '客户端需要的扩展未被服务器接受'],
  'close.1011': ['an unexpected condition in the server', '服务器内部出现意外情况'],
  'close.1012': ['the service restarts', '服务正在重启'],
  'close.1013': ['overloaded, or this client reads too slowly: try again later', '过载，或客户端读取太慢：请稍后再试'],
  'close.1014': ['a gateway got an invalid answer from upstream', '网关从上游得到了无效的应答'],
  'close.1015': ['the TLS handshake failed', 'TLS 握手失败'],
  'close.reserved': ['reserved by the protocol', '协议保留的状态码'],
  'close.3xxx': ['registered by a library or framework', '由库或框架注册的状态码'],
  'close.4xxx': ['private to this application', '应用自定义的状态码'],
  'close.invalid': ['not a valid close code', '无效的状态码'],

  //STRINGS-ECHO
};

/** The names of the close codes; 1004 is reserved without a meaning. RFC 6455 §7.4.1 and the IANA registry. */
const CLOSE_NAMES = {
  1000: 'Normal Closure',
  1001: 'Going Away',
  1002: 'Protocol Error',
  1003: 'Unsupported Data',
  1005: 'No Status Received',
  1006: 'Abnormal Closure',
  1007: 'Invalid Payload Data',
  1008: 'Policy Violation',
  1009: 'Message Too Big',
  1010: 'Mandatory Extension',
  1011: 'Internal Error',
  1012: 'Service Restart',
  1013: 'Try Again Later',
  1014: 'Bad Gateway',
  1015: 'TLS Handshake',
};

// Storage. A browser may refuse it altogether; the pages then work without memory.

function storageBox(kind) {
  const area = () => {
    try {
      return window[kind];
    } catch {
      return null;
    }
  };
  return {
    /** The stored value, or the fallback where nothing usable is stored. */
    get(key, fallback = null) {
      try {
        const text = area().getItem(`duplex.${key}`);
        return text === null ? fallback : JSON.parse(text);
      } catch {
        return fallback;
      }
    },
    set(key, value) {
      try {
        area().setItem(`duplex.${key}`, JSON.stringify(value));
      } catch {
        // Full or forbidden: nothing to do.
      }
    },
  };
}

/** Remembered by this browser. */
export const store = storageBox('localStorage');

/** Remembered by this tab only. */
export const tabStore = storageBox('sessionStorage');

// Language

const LANGUAGES = ['en', 'zh'];

function preferredLanguage() {
  const chosen = store.get('language');
  if (LANGUAGES.includes(chosen)) {
    return chosen;
  }
  for (const tag of navigator.languages ?? [navigator.language]) {
    const primary = String(tag).toLowerCase().split('-')[0];
    if (LANGUAGES.includes(primary)) {
      return primary;
    }
  }
  return 'en';
}

let language = preferredLanguage();
const languageListeners = [];
const living = new WeakMap();

/** The BCP 47 tag of the language shown, for Intl and for the lang attribute. */
export function languageTag() {
  if (language === 'zh') {
    return 'zh-CN';
  }
  // Dates as the reader's own English has them: en-GB, en-US, en-AU …
  return (navigator.languages ?? []).find((tag) => /^en(-|$)/i.test(tag)) ?? 'en';
}

/** The words for a key, with {name} replaced from the parameters. */
export function t(key, parameters = {}) {
  const entry = STRINGS[key];
  if (!entry) {
    return key;
  }
  let text = entry[LANGUAGES.indexOf(language)];
  const forms = text.split('||');
  if (forms.length === 2) {
    text = parameters.n === 1 ? forms[0] : forms[1];
  }
  return text.replace(/\{(\w+)\}/g, (whole, name) => {
    const value = parameters[name];
    return value === undefined ? whole : typeof value === 'number' ? formatNumber(value) : String(value);
  });
}

/** Whether there are words for the key. */
export function hasString(key) {
  return Object.hasOwn ? Object.hasOwn(STRINGS, key) : Object.prototype.hasOwnProperty.call(STRINGS, key);
}

/** Sets the text of an element now, and again whenever the language changes. */
export function say(element, render) {
  living.set(element, render);
  if (!element.hasAttribute('data-living')) {
    element.setAttribute('data-living', '');
  }
  element.textContent = render();
  return element;
}

/** Fills what the HTML marks: data-t (text), data-t-label (aria-label), data-t-title, data-t-placeholder. */
export function applyStrings(root = document) {
  document.documentElement.lang = languageTag();
  for (const element of root.querySelectorAll('[data-t]')) {
    element.textContent = t(element.dataset.t);
  }
  for (const [mark, attribute] of [['tLabel', 'aria-label'], ['tTitle', 'title'], ['tPlaceholder', 'placeholder']]) {
    const selector = `[data-${mark.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}]`;
    for (const element of root.querySelectorAll(selector)) {
      element.setAttribute(attribute, t(element.dataset[mark]));
    }
  }
  for (const element of root.querySelectorAll('[data-living]')) {
    const render = living.get(element);
    if (render) {
      element.textContent = render();
    }
  }
}

/** Calls back after the language changed. */
export function onLanguage(listener) {
  languageListeners.push(listener);
}

/** Makes a button switch between the two languages. */
export function languageButton(button) {
  const show = () => {
    button.textContent = t('common.other-language');
    button.setAttribute('aria-label', t('common.other-language-label'));
    button.lang = language === 'en' ? 'zh-CN' : 'en';
  };
  button.addEventListener('click', () => {
    language = language === 'en' ? 'zh' : 'en';
    store.set('language', language);
    numberFormats.clear();
    applyStrings();
    show();
    languageListeners.forEach((listener) => listener());
  });
  show();
}

// Formats

const numberFormats = new Map();

/** A number as the language writes it. */
export function formatNumber(value, fractionDigits = 0) {
  let format = numberFormats.get(fractionDigits);
  if (!format) {
    format = new Intl.NumberFormat(languageTag(), { maximumFractionDigits: fractionDigits, minimumFractionDigits: 0 });
    numberFormats.set(fractionDigits, format);
  }
  return format.format(value);
}

/** A size in bytes for people: "17 B", "1.5 KiB". */
export function formatBytes(bytes) {
  if (bytes < 1024) {
    return `${formatNumber(bytes)} B`;
  }
  const units = ['KiB', 'MiB', 'GiB'];
  let value = bytes / 1024;
  let unit = 0;
  while (value >= 1023.95 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${formatNumber(value, value < 100 ? 1 : 0)} ${units[unit]}`;
}

const encoder = new TextEncoder();

/** How many bytes of UTF-8 the text takes. */
export function utf8Length(text) {
  return encoder.encode(text).length;
}

// Closing

/** The name and the meaning of a close code. RFC 6455 §7.4. */
export function explainClose(code) {
  const name = CLOSE_NAMES[code] ?? '';
  const key = hasString(`close.${code}`) ? `close.${code}`
    : code >= 1000 && code < 3000 ? 'close.reserved'
      : code >= 3000 && code < 4000 ? 'close.3xxx'
        : code >= 4000 && code < 5000 ? 'close.4xxx'
          : 'close.invalid';
  return { name, meaning: t(key) };
}

/**
 * How long to wait before attempt n (0 for the first), in milliseconds: anything between nothing and a ceiling that doubles
 * ("full jitter"), so that a thousand clients of a restarted server do not return in step.
 */
export function backoff(attempt, { base = 500, cap = 20_000, random = Math.random } = {}) {
  return Math.round(random() * Math.min(cap, base * 2 ** Math.min(attempt, 20)));
}

// Elements

/** The element with this id. */
export function byId(id) {
  return document.getElementById(id);
}

/** A new element with a class, a text and children. Text is never parsed. */
export function make(tag, className = '', content = undefined) {
  const element = document.createElement(tag);
  if (className) {
    element.className = className;
  }
  if (typeof content === 'string') {
    element.textContent = content;
  } else if (Array.isArray(content)) {
    element.append(...content);
  }
  return element;
}

/**
 * Runs the callback once, soon, however often it is asked for: with the next frame, or by a timer where the page is hidden
 * and gets no frames.
 */
export function coalesced(callback) {
  let asked = false;
  let frame = 0;
  let timer = 0;
  const run = () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    asked = false;
    callback();
  };
  return () => {
    if (!asked) {
      asked = true;
      frame = requestAnimationFrame(run);
      timer = setTimeout(run, 120);
    }
  };
}

/** Puts a text on the clipboard; answers whether it worked. */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // No clipboard outside secure contexts, such as http://192.168.1.5/: the older way.
    const area = make('textarea', 'sr-only');
    area.value = text;
    document.body.append(area);
    const before = document.activeElement;
    area.select();
    let done = false;
    try {
      done = document.execCommand('copy');
    } catch {
      done = false;
    }
    area.remove();
    before?.focus?.();
    return done;
  }
}
