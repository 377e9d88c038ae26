var webSocket = new WebSocket('ws://localhost:8080');
webSocket.onopen = function(evnt) {
	console.log("链接服务器成功!")
};
webSocket.onclose = function(evnt) {
    console.log("与服务器断开了链接!")
}
webSocket.onmessage = function(event) {
  var data = event.data;
  // 处理数据
};
webSocket.onerror = function(evnt) {
     // handle error event
};
