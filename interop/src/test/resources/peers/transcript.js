// The twin of Transcript.java: plays a scenario with the browser's own WebSocket and tells what happened, line by line.
(async (base, { path, protocols = [], on = {} }) => {
  const lines = [];
  const state = () => `[${socket.readyState}, ${socket.bufferedAmount}]`;
  const told = (line) => lines.push(`${line} ${state()}`.replaceAll(base, 'BASE'));

  const actions = {
    text: (size) => socket.send('x'.repeat(Number(size))),
    wide: () => socket.send('é€\u{1F600}\ud800'),
    bytes: (size) => socket.send(new Uint8Array(Number(size))),
    view: () => socket.send(new Uint8Array(10).subarray(2, 5)),
    blob: (size) => socket.send(new Blob([new Uint8Array(Number(size))])),
    close: (code, reason) => {
      if (code === undefined) {
        socket.close();
      } else if (reason === undefined) {
        socket.close(Number(code));
      } else {
        socket.close(Number(code), reason.replace(/^é\*(\d+)$/, (all, count) => 'é'.repeat(Number(count))));
      }
    },
    binaryType: (type) => { socket.binaryType = type; },
    ignore: () => { socket.onmessage = null; },
    throw: () => { throw new Error('on purpose'); },
  };
  const act = (when) => {
    for (const action of on[when] ?? []) {
      const [verb, ...values] = action.split(' ');
      try {
        actions[verb](...values);
        told(`  ${action}`);
      } catch (error) {
        if (verb === 'throw') {
          throw error;
        }
        told(`  ${action} throws ${error.name}`);
      }
    }
  };

  let socket;
  try {
    socket = new WebSocket(base + path, protocols);
  } catch (error) {
    return [`throws ${error.name}`];
  }
  const closed = new Promise((resolve) => {
    let messages = 0;
    socket.onopen = () => {
      told(`open protocol=${socket.protocol} extensions=${socket.extensions}`);
      act('open');
    };
    socket.onmessage = ({ data, origin }) => {
      messages += 1;
      const what = typeof data === 'string' ? `text ${data.length > 20 ? data.length : data}`
        : data instanceof Blob ? `blob ${data.size}` : `arraybuffer ${data.byteLength}`;
      told(`message ${what} from ${origin}`);
      act(`message${messages}`);
    };
    socket.onerror = () => {
      told('error');
      act('error');
    };
    socket.onclose = ({ code, reason, wasClean }) => {
      told(`close ${code} "${reason}" ${wasClean ? 'clean' : 'not clean'}`);
      act('close');
      // What comes after a close event must be nothing; a task of its own has the time to come.
      setTimeout(resolve, 20, 'end');
    };
  });
  told('constructed');
  act('start');
  const patience = new Promise((resolve) => setTimeout(resolve, 50_000, 'no end in sight'));
  told(await Promise.race([closed, patience]));
  return lines;
})
