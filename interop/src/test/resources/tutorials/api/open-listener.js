ws.addEventListener('open', function (event) {
  ws.send('Hello Server!');
});
