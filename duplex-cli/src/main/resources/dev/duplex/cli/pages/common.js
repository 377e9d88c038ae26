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
  'chat.event-more': ['and {n} more change||and {n} more changes', '还有 {n} 次变动'],
  'chat.event-separator': [', ', '，'],
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
  'chat.banner.name-held': ['The server still holds your lost connection under your name. Waiting for it to let go.', '服务器仍以你的名字保留着断开的连接，正在等待它释放。'],
  'chat.other-name': ['Use another name', '换一个名字'],
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

  'echo.title': ['Duplex echo', 'Duplex 回声'],
  'echo.connection': ['Connection', '连接'],
  'echo.url': ['Address', '地址'],
  'echo.connect': ['Connect', '连接'],
  'echo.reconnect-now': ['Connect now', '立即连接'],
  'echo.disconnect': ['Close', '关闭'],
  'echo.options': ['Options', '选项'],
  'echo.protocols': ['Subprotocols, separated by commas', '子协议，用逗号分隔'],
  'echo.binary-type': ['Binary messages arrive as', '二进制消息的类型（binaryType）'],
  'echo.auto': ['Reconnect when the connection is lost', '断线后自动重连'],
  'echo.close-code': ['Close code', '关闭码'],
  'echo.close-reason': ['Close reason', '关闭原因'],
  'echo.close-hint': ['A page may send 1000 or 3000–4999, with a reason of at most 123 bytes.', '页面只能发送 1000 或 3000–4999，原因最多 123 字节。'],
  'echo.close-code-bad': ['A page may only close with 1000 or a code from 3000 to 4999.', '页面只能用 1000 或 3000 到 4999 的状态码关闭。'],
  'echo.close-reason-bad': ['The reason takes {n} bytes of UTF-8; a close frame has room for 123.', '原因占 {n} 字节（UTF-8），关闭帧最多容纳 123 字节。'],
  'echo.url-bad': ['The address must begin with ws:// or wss:// and name a host, without a “#” part.', '地址必须以 ws:// 或 wss:// 开头并包含主机名，不能有“#”部分。'],
  'echo.refused-here': ['The browser refused: {why}', '浏览器拒绝：{why}'],
  'echo.retry': ['Trying again in {n} s.', '{n} 秒后重试。'],

  'echo.message': ['Message', '消息'],
  'echo.format': ['Format', '格式'],
  'echo.format.text': ['Text', '文本'],
  'echo.format.json': ['JSON', 'JSON'],
  'echo.format.hex': ['Binary (hex)', '二进制（十六进制）'],
  'echo.prettify': ['Prettify', '格式化'],
  'echo.file': ['File…', '文件…'],
  'echo.file-label': ['A file to send as one binary message', '作为一条二进制消息发送的文件'],
  'echo.file-remove': ['Remove the file', '移除文件'],
  'echo.send': ['Send', '发送'],
  'echo.stop': ['Stop', '停止'],
  'echo.repeat': ['Repeat every', '重复，间隔'],
  'echo.repeat-ms': ['Interval in milliseconds', '间隔（毫秒）'],
  'echo.keys': ['Ctrl+Enter sends · ↑ and ↓ at the edges bring back earlier messages', 'Ctrl+Enter 发送 · 在首行按 ↑、末行按 ↓ 翻看发送记录'],
  'echo.keys-mac': ['⌘ Enter sends · ↑ and ↓ at the edges bring back earlier messages', '⌘ Enter 发送 · 在首行按 ↑、末行按 ↓ 翻看发送记录'],
  'echo.not-open': ['There is no open connection. Connect first; your text stays here.', '没有打开的连接。请先连接，你的文字会保留。'],
  'echo.json-bad': ['Not valid JSON: {why}', '不是有效的 JSON：{why}'],
  'echo.hex-odd': ['A byte takes two hex digits; the last one stands alone.', '每个字节需要两位十六进制数字，最后一位落单。'],
  'echo.hex-bad': ['“{what}” at position {n} is no hex digit.', '第 {n} 个字符“{what}”不是十六进制数字。'],
  'echo.repeat-bad': ['The interval must be a whole number from 10 to 3,600,000 ms.', '间隔必须是 10 到 3,600,000 之间的整数毫秒。'],

  'console.title': ['Duplex console', 'Duplex 控制台'],
  'console.trouble': ['The program does not start (500), too many run already (503 or 429), or you may not connect (401, 403): the server’s log says which.',
    '程序无法启动（500），运行的程序已达上限（503 或 429），或不允许你连接（401、403）：服务器日志会说明是哪一种。'],
  'echo.endpoints': ['Try these', '试试这些'],
  'echo.endpoints-hint': ['One click connects.', '点击即连接。'],
  'echo.ep.echo': ['Sends back what you send', '原样送回你发送的消息'],
  'echo.ep.reverse': ['Sends back the text reversed', '把文本倒过来送回'],
  'echo.ep.broadcast': ['Everybody connected here gets it', '连接到这里的每个人都会收到'],
  'echo.ep.room': ['Everybody in this room gets it', '这个房间里的每个人都会收到'],
  'echo.ep.time': ['Tells the time every second', '每秒报时一次'],
  'echo.ep.close': ['Closes with this code and reason', '用这个状态码和原因关闭连接'],
  'echo.ep.delay': ['Echoes half a second later', '半秒后回声'],
  'echo.ep.flood': ['Sends many messages at once', '一次发来许多消息'],
  'echo.ep.drop': ['Cuts the connection without a close frame', '不发关闭帧就切断连接'],
  'echo.ep.reject': ['Refuses the handshake with an HTTP status', '以 HTTP 状态码拒绝握手'],
  'echo.ep.headers': ['Sends the headers of your request', '送回你请求的头部'],
  'echo.ep.slow': ['Reads slowly: watch bufferedAmount grow', '读得很慢：观察 bufferedAmount 增长'],
  'echo.ep.count': ['Counts messages and bytes', '统计消息数和字节数'],
  'echo.ep.badframe': ['Sends a frame that breaks the protocol:', '发送一个违反协议的帧：'],
  'echo.kind.rsv1': ['reserved bit RSV1 set', '设置了保留位 RSV1'],
  'echo.kind.opcode': ['reserved opcode', '保留的操作码'],
  'echo.kind.masked': ['masked by the server', '服务器发来的帧带掩码'],
  'echo.kind.unfinished-close': ['close payload of one byte', '只有一个字节的关闭帧'],
  'echo.kind.utf8': ['text that is not UTF-8', '文本不是 UTF-8'],
  'echo.kind.length': ['length not in its shortest form', '长度没有用最短形式'],
  'echo.kind.fragmented-ping': ['fragmented ping', '分片的 ping'],
  'echo.kind.continuation': ['continuation of nothing', '没有开头的续帧'],

  'echo.facts': ['The connection now', '当前连接'],
  'echo.fact.state': ['readyState', 'readyState'],
  'echo.fact.buffered': ['bufferedAmount', 'bufferedAmount'],
  'echo.fact.protocol': ['Subprotocol', '子协议'],
  'echo.fact.extensions': ['Extensions', '扩展'],
  'echo.fact.sent': ['Sent', '已发送'],
  'echo.fact.received': ['Received', '已接收'],
  'echo.none': ['none', '无'],
  'echo.no-socket': ['none yet', '尚未连接'],
  'echo.total': ['{n} · {size}', '{n} · {size}'],

  'echo.timeline': ['Timeline', '时间线'],
  'echo.filter': ['Filter by text', '按文本筛选'],
  'echo.direction': ['Direction', '方向'],
  'echo.direction.all': ['Both ways', '双向'],
  'echo.direction.in': ['Received', '收到的'],
  'echo.direction.out': ['Sent', '发出的'],
  'echo.direction.info': ['Events', '事件'],
  'echo.type': ['Type', '类型'],
  'echo.type.all': ['All types', '所有类型'],
  'echo.type.text': ['Text', '文本'],
  'echo.type.binary': ['Binary', '二进制'],
  'echo.pause': ['Pause', '暂停'],
  'echo.resume': ['Resume', '继续'],
  'echo.resume-n': ['Resume ({n})', '继续（{n}）'],
  'echo.clear': ['Clear', '清空'],
  'echo.export': ['Export', '导出'],
  'echo.copy-all': ['Copy', '复制'],
  'echo.log-empty': ['Connect to an address, or choose an endpoint. What goes over the wire appears here.', '连接到一个地址，或选择一个端点。线路上往来的内容会显示在这里。'],
  'echo.log-none': ['Nothing matches the filter.', '没有符合筛选条件的内容。'],
  'echo.shown': ['{n} entry||{n} entries', '{n} 条'],
  'echo.shown-of': ['{shown} of {n}', '{n} 条中的 {shown} 条'],
  'echo.dir.in': ['received', '收到'],
  'echo.dir.out': ['sent', '发出'],
  'echo.dir.info': ['event', '事件'],
  'echo.kind.text': ['text', '文本'],
  'echo.kind.binary': ['binary', '二进制'],
  'echo.kind.open': ['open', '打开'],
  'echo.kind.close': ['close', '关闭'],
  'echo.kind.error': ['error', '错误'],
  'echo.kind.info': ['info', '信息'],
  'echo.latency': ['since the last send', '距上次发送'],
  'echo.empty-text': ['(empty)', '（空）'],
  'echo.info.connecting': ['Connecting to {url}', '正在连接 {url}'],
  'echo.info.offering': ['Connecting to {url}, offering {protocols}', '正在连接 {url}，提供子协议 {protocols}'],
  'echo.info.open': ['Open after {ms} ms', '{ms} 毫秒后打开'],
  'echo.info.open-protocol': ['subprotocol {protocol}', '子协议 {protocol}'],
  'echo.info.open-extensions': ['extensions {extensions}', '扩展 {extensions}'],
  'echo.info.replaced': ['Closing: a new connection replaces this one', '正在关闭：由新连接取代'],
  'echo.info.closing': ['Closing', '正在关闭'],
  'echo.info.closing-code': ['Closing with {code}', '正在以 {code} 关闭'],
  'echo.info.closed': ['{code}: {meaning}', '{code}：{meaning}'],
  'echo.info.reason': ['reason “{reason}”', '原因“{reason}”'],
  'echo.info.clean': ['clean', '正常关闭（wasClean）'],
  'echo.info.unclean': ['not clean', '非正常关闭'],
  'echo.info.error': ['The connection failed; browsers do not tell a page why', '连接失败；浏览器不会告诉页面原因'],
  'echo.info.retry': ['Attempt {n} in {ms} ms', '{ms} 毫秒后第 {n} 次重试'],

  'echo.detail': ['Selected entry', '所选条目'],
  'echo.view.text': ['Text', '文本'],
  'echo.view.json': ['JSON', 'JSON'],
  'echo.view.hex': ['Hex', '十六进制'],
  'echo.cut': ['Only the first {n} are shown; copy and export have everything.', '只显示前 {n}；复制和导出包含全部内容。'],
  'echo.forgotten': ['This payload is no longer kept: the timeline keeps the last {n}.', '这条内容已不再保留：时间线只保留最近的 {n}。'],
  'echo.reading': ['Reading…', '读取中…'],

  'echo.trouble.title': ['The connection could not be opened', '无法打开连接'],
  'echo.trouble.broken': ['The connection broke', '连接中断'],
  'echo.trouble.known': ['A page is not told the reason. Likely causes:', '页面无法得知原因。可能的原因：'],
  'echo.trouble.mixed': ['This page came over https, so the browser forbids ws:// to other hosts. Use wss://, or open this page over http.',
    '本页通过 https 打开，浏览器禁止它连接其他主机的 ws:// 地址。请使用 wss://，或用 http 打开本页。'],
  'echo.trouble.reject': ['This endpoint refuses on purpose. The status is visible to curl and in the network panel of the developer tools, not to a page.',
    '这个端点故意拒绝握手。状态码可以在 curl 或开发者工具的网络面板中看到，页面看不到。'],
  'echo.trouble.down': ['Nothing answers at {host}: the server is not running, or the port is another.', '{host} 没有应答：服务器未运行，或端口不对。'],
  'echo.trouble.alive': ['The server answers plain HTTP here with status {status}, so it is running and refused the upgrade: a path without WebSocket, or a rule of the server.',
    '服务器对这里的普通 HTTP 请求应答状态 {status}，说明它在运行但拒绝了升级：路径不支持 WebSocket，或服务器有限制。'],
  'echo.trouble.alive-426': ['The server answers 426 Upgrade Required here, so a WebSocket endpoint is here and refused this handshake: by its origin, its subprotocol or another rule.',
    '服务器在这里应答 426 Upgrade Required，说明此处有 WebSocket 端点，但拒绝了这次握手：可能因为来源、子协议或其他规则。'],
  'echo.trouble.host': ['Nothing listens at {host}, the name is unknown, or a firewall is between.', '{host} 上没有程序监听，域名无法解析，或被防火墙阻挡。'],
  'echo.trouble.origin': ['The server allows only certain origins (often 403). This page’s origin is {origin}.', '服务器只允许特定来源（常见 403）。本页的来源是 {origin}。'],
  'echo.trouble.status': ['The server answered something other than 101: a wrong path (404), missing credentials (401), a proxy between.',
    '服务器应答的不是 101：路径错误（404）、缺少凭据（401）或中间有代理。'],
  'echo.trouble.certificate': ['The certificate is not trusted. Open {url} in a tab once and accept it.', '证书不受信任。请先在标签页中打开 {url} 并接受它。'],
  'echo.trouble.tls': ['The server speaks TLS and wants wss://, or the other way round.', '服务器使用 TLS，需要 wss://；或者正好相反。'],
  'echo.trouble.protocol': ['The server chose none of the subprotocols offered ({protocols}), or one that was not offered.',
    '服务器没有选择所提供的子协议（{protocols}），或选择了未提供的。'],
  'echo.trouble.cut': ['The other end or something between cut the connection without a close frame.', '对方或中间设备未发关闭帧就切断了连接。'],
  'echo.trouble.frame': ['The browser met a frame that breaks the protocol and failed the connection; its console says which rule.',
    '浏览器收到违反协议的帧并中断了连接；浏览器控制台会说明是哪条规则。'],
  'echo.trouble.ask': ['Ask over HTTP', '用 HTTP 探测'],
  'echo.trouble.answered': ['Something answers HTTP at {host}, so the server is reachable and did not accept the handshake.', '{host} 对 HTTP 有应答，服务器可达，但没有接受握手。'],
  'echo.trouble.silent': ['Nothing answers HTTP at {host} either.', '{host} 对 HTTP 也没有应答。'],
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
 * and gets no frames. A callback that takes long is run less often, so that the page stays usable under a flood.
 */
export function coalesced(callback) {
  let asked = false;
  let frame = 0;
  let timer = 0;
  let notBefore = 0;
  const run = () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    asked = false;
    const started = performance.now();
    callback();
    const ended = performance.now();
    const took = ended - started;
    notBefore = took > 12 ? ended + Math.min(2 * took, 500) : 0;
  };
  return () => {
    if (!asked) {
      asked = true;
      const wait = notBefore - performance.now();
      if (wait > 0) {
        timer = setTimeout(run, wait);
      } else {
        frame = requestAnimationFrame(run);
        timer = setTimeout(run, 120);
      }
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
