ws.onopen = function () {
  ws.send('Hello Server!');
}
